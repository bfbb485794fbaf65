"""rakit run from outside: reports by their schemas, exit statuses, repetition, findings, an RA that is a program."""
import json
import pathlib
import subprocess
import xml.etree.ElementTree

import jsonschema

from support import RAKIT, TC, WRONG, Case, rakit, unittest

LEAKING = """import json, socket, sys
job = json.load(sys.stdin)
link = socket.socket(socket.AF_UNIX)
link.connect(job["promptSocket"])
prompts = link.makefile("rw")
prompts.write('{"prompt": "pin:01"}\\n')
prompts.flush()
print("verifying", json.loads(prompts.readline())["value"].encode().hex(), file=sys.stderr)
print('{"version": 1, "result": "ok"}')
"""


class Run(Case):
    def test_reports(self):
        status, out, _ = rakit("run", TC + "/redo.yaml", "--depth", "inproc", "--repeat", 2, "--json", self.folder / "r.json",
                               "--junit", self.folder / "r.xml", "--trace", self.folder / "traces")
        self.assertEqual((status, out.splitlines()[-1]), (0, "4 passed, 0 failed"))
        report = json.loads((self.folder / "r.json").read_text())
        jsonschema.validate(report, json.loads(pathlib.Path("docs/formats/schema/report.schema.json").read_text()))
        suite = xml.etree.ElementTree.parse(self.folder / "r.xml").getroot()[0]
        self.assertEqual((suite.get("tests"), suite.get("failures"), len(suite)), ("4", "0", 4))
        for ending in ("jsonl", "txt", "pcapng"):
            self.assertEqual(len(list((self.folder / "traces").glob("*." + ending))), 4)

    def junit(self, file):
        done = subprocess.run(["xmllint", "--noout", "--schema", pathlib.Path(__file__).parent / "junit.xsd", file], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_junit_keeps_to_the_common_schema(self):
        rakit("run", TC + "/redo.yaml", self.scenario(), "--depth", "inproc", "--fail-fast", "--repeat", 2, "--junit", self.folder / "r.xml")
        self.junit(self.folder / "r.xml")
        suite = xml.etree.ElementTree.parse(self.folder / "r.xml").getroot()[0]
        self.assertEqual(suite.get("failures"), "1")
        self.assertIn("</script>", suite.find(".//failure").text)

    def test_filters(self):
        def ids(*filters):
            _, out, _ = rakit("run", TC, "scenarios/catalog/pins", "--depth", "inproc", *[w for f in filters for w in ("--filter", f)])
            return {line.split()[1] for line in out.splitlines() if line.startswith("passed")}
        self.assertTrue(all("tc" in one for one in ids("tag:tc")))
        self.assertEqual(ids("code:tc_already_used", "tc/used*"), {"tc/used-before"})
        self.assertEqual(ids("pins/*", "!pins/wrong*") & ids("pins/wrong*"), set())

    def test_a_failure_says_all(self):
        path = self.scenario(WRONG)
        status, out, _ = rakit("run", path, "--depth", "inproc", "--json", self.folder / "r.json")
        self.assertEqual((status, out.splitlines()[-1]), (1, "0 passed, 1 failed"))
        for part in ["expected  tc_expired", "seen      ok", "expected  byte-identical", "POST /cmc", "00 20 00 01", "again: rakit run"]:
            self.assertIn(part, out)
        again = out.split("again: rakit ")[1].splitlines()[0].split()
        self.assertEqual(rakit(*again)[0], 1)
        jsonschema.validate(json.loads((self.folder / "r.json").read_text()),
                            json.loads(pathlib.Path("docs/formats/schema/report.schema.json").read_text()))

    def test_findings_run_nothing(self):
        path = self.scenario(WRONG.replace("redo", "renew").replace("tc_expired", "tc_odd"))
        for words in [("scenario", "check", path), ("run", path, "--depth", "inproc")]:
            status, out, err = rakit(*words)
            self.assertEqual((status, out), (2, ""))
            self.assertIn("one.yaml:5:22:", err)
        self.assertEqual(rakit("run", self.folder / "nothing.yaml")[0], 2)
        self.assertEqual(rakit("run", TC, "--filter", "nothing/*")[0], 2)
        self.assertEqual(rakit("run", TC, "--depth", "inproc", "--iut", "exec:true")[0], 2)

    def test_a_card_that_cannot_be_made_is_found_before_anything_runs(self):
        for card, why in [("{image: nosuch.yaml}", "nosuch.yaml"), ('{certificates: {"77": expired}}', "no key 77")]:
            path = self.scenario(f'version: 1\ntitle: t\nsource: "seed"\ncard: {card}\n'
                                 'do: {actions: {"45": add}, procedure: employee-tc}\n'
                                 "expect: {result: tc_add_refused, card: unchanged, cm: {orders: 0}}\n")
            for words in [("scenario", "check", path), ("run", path, "--depth", "inproc")]:
                status, out, err = rakit(*words)
                self.assertEqual((status, out), (2, ""))
                self.assertIn("one.yaml:4:", err)
                self.assertIn(why, err)

    def test_list(self):
        status, out, _ = rakit("scenario", "list", TC, "--json")
        self.assertEqual(status, 0)
        self.assertIn("tc/redo:rsa-pin-1", [case["id"] for case in json.loads(out)])

    def test_new_and_explain(self):
        path = self.folder / "mine.yaml"
        self.assertEqual(rakit("scenario", "new", path)[0], 0)
        first = path.read_text().splitlines()[0]
        self.assertTrue((self.folder / first.split("$schema=")[1]).resolve().samefile("docs/formats/schema/scenario.schema.json"))
        self.assertEqual(rakit("scenario", "check", path)[0], 0)
        self.assertEqual(rakit("run", path, "--depth", "inproc")[0], 0)
        self.assertEqual(rakit("scenario", "new", path)[0], 2)
        status, out, _ = rakit("scenario", "explain", TC + "/used-before.yaml")
        self.assertEqual(status, 0)
        self.assertIn("it ends with tc_already_used", out)

    def test_schema_and_meaning_are_found_in_one_round(self):
        path = self.scenario(WRONG.replace("tc_expired", "tc_odd").replace("tags:", "tug: 1\ntog: 2\ntags:"))
        _, _, err = rakit("scenario", "check", path)
        for part in ("unknown key 'tug'", "unknown key 'tog'", "no error code is called 'tc_odd'"):
            self.assertIn(part, err)

    def test_an_ra_that_is_a_program(self):
        command = "exec:python3 scenarios/iut/examples/rakit_update.py " + RAKIT
        status, out, err = rakit("run", TC + "/redo.yaml", TC + "/issue.yaml", "scenarios/catalog/pins/wrong.yaml", "--iut", command)
        self.assertEqual((status, out.splitlines()[-1]), (0, "6 passed, 0 failed"), out + err)
        jobs = "import json,jsonschema,sys; jsonschema.validate(json.load(sys.stdin), json.load(open('docs/formats/schema/iut-job.schema.json')));" \
               "print('{\\\"version\\\":1,\\\"result\\\":\\\"nothing_to_do\\\"}')"
        status, out, _ = rakit("run", TC + "/redo.yaml", "--filter", "*rsa*", "--iut", "exec:python3 -c \"" + jobs + "\"")
        self.assertEqual(status, 1)
        self.assertIn("seen      nothing_to_do", out)

    def test_an_ra_that_talks_of_a_pin_is_found_out(self):
        leaking = self.folder / "leaking.py"
        leaking.write_text(LEAKING)
        status, out, _ = rakit("run", TC + "/redo.yaml", "--filter", "*rsa*", "--iut", f"exec:python3 {leaking}")
        self.assertEqual(status, 1)
        self.assertIn("secrets in stderr\n    expected  none\n    seen      <pin, 8 digits> in hex", out)


if __name__ == "__main__":
    unittest.main()
