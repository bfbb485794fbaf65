"""Runs that don't end as they should: stopped, killed, hanging, crashed; and what is left of them."""
import json
import signal
import subprocess

from support import PLAIN, RAKIT, TC, Case, pathlib, rakit, unittest

SLEEPING = "version: 1\ntitle: t\nsource: s\ndo: {actions: {\"45\": redo}, procedure: employee-tc, fields: {commonName: Anna Ek}}\n" \
           "expect: {result: ok, card: {\"45\": {new: 1}}, cm: {active: 1}}\n"


class Interrupted(Case):
    def begin(self, *words):
        """Starts a run with folders of its own and waits for its first verdict."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        run = subprocess.Popen([RAKIT, "run", *map(str, words)], env={**PLAIN, "TMPDIR": str(temporary)}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(run.stdout.close)
        return run, temporary

    def test_a_signal_leaves_a_partial_report(self):
        # The second row is timeout(1)'s way: its child gets the signal, then the whole group.
        for number, times in ((signal.SIGINT, 1), (signal.SIGTERM, 2)):
            run, temporary = self.begin(TC, "--depth", "inproc", "--repeat", 50, "--json", self.folder / "r.json", "--junit", self.folder / "r.xml",
                                        "--html", self.folder / "r.html")
            self.assertIn("passed", run.stdout.readline())
            for _ in range(times):
                run.send_signal(number)
            rest = run.stdout.read()
            self.assertEqual(run.wait(60), 2, rest[-500:])
            report = json.loads((self.folder / "r.json").read_text())
            self.assertTrue(report["interrupted"])
            self.assertGreater(report["totals"]["passed"], 0)
            self.assertGreater(report["totals"]["skipped"], 0)
            self.assertEqual(report["totals"]["failed"], 0)
            self.assertEqual(list(temporary.iterdir()), [])
            self.assertTrue((self.folder / "r.html").exists())

    def test_what_a_killed_run_left_is_swept_by_the_next(self):
        run, temporary = self.begin(TC, "--depth", "inproc", "--repeat", 50)
        self.assertIn("passed", run.stdout.readline())
        living, _ = self.begin(TC, "--depth", "inproc", "--repeat", 50)
        self.assertIn("passed", living.stdout.readline())
        others = temporary / "rakit-run-others"
        others.mkdir()
        run.kill()
        run.wait(30)
        self.assertEqual(len(list(temporary.iterdir())), 3)
        self.assertEqual(rakit("run", TC + "/redo.yaml", "--depth", "inproc", TMPDIR=str(temporary))[0], 0)
        left = list(temporary.iterdir())
        self.assertEqual(len(left), 2, left)
        self.assertIn(others, left)
        living.terminate()
        living.stdout.read()
        living.wait(30)
        self.assertEqual(list(temporary.iterdir()), [others])

    def test_a_hanging_case_is_killed_and_its_trace_is_there(self):
        path = self.scenario(SLEEPING)
        card = "exec:pkcs15-tool -D >/dev/null; exec sleep 300"
        status, out, _ = rakit("run", path, "--iut", card, "--time-limit", 8, "--json", self.folder / "r.json", "--trace", self.folder / "t")
        self.assertEqual((status, out.splitlines()[-1]), (1, "0 passed, 1 failed"))
        case = json.loads((self.folder / "r.json").read_text())["cases"][0]
        self.assertIn("hung", case["problem"])
        self.assertTrue([e for e in case["trace"] if e["kind"] == "apdu"])
        self.assertEqual(len(list((self.folder / "t").glob("*.pcapng"))), 1)

    def test_a_crashed_worker_fails_its_case_with_its_trace(self):
        path = self.scenario(SLEEPING)
        crash = "exec:pkcs15-tool -D >/dev/null; kill -ABRT $PPID"
        status, _, _ = rakit("run", path, "--iut", crash, "--json", self.folder / "r.json")
        self.assertEqual(status, 1)
        case = json.loads((self.folder / "r.json").read_text())["cases"][0]
        self.assertIn("the worker died at it: signal 6", case["problem"])
        self.assertTrue([e for e in case["trace"] if e["kind"] == "apdu"])


if __name__ == "__main__":
    unittest.main()
