"""rakit run from outside: reports by their schemas, exit statuses, repetition, findings, an RA that is a program."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

RAKIT = sys.argv.pop(1)
TC = "scenarios/catalog/tc"

WRONG = """version: 1
title: What isn't so
source: this test
do: {actions: {"45": redo}, procedure: employee-tc, fields: {commonName: Anna Ek}}
expect: {result: tc_expired, card: unchanged, cm: {active: 0}}
"""

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


def rakit(*words):
    done = subprocess.run([RAKIT, *map(str, words)], capture_output=True, text=True, timeout=240)
    return done.returncode, done.stdout, done.stderr


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, text):
        path = self.folder / "one.yaml"
        path.write_text(text)
        return path

    def test_reports(self):
        status, out, _ = rakit("run", TC + "/redo.yaml", "--depth", "inproc", "--repeat", 2, "--json", self.folder / "r.json",
                               "--junit", self.folder / "r.xml", "--trace", self.folder / "traces")
        self.assertEqual((status, out.splitlines()[-1]), (0, "4 passed, 0 failed"))
        report = json.loads((self.folder / "r.json").read_text())
        jsonschema.validate(report, json.loads(pathlib.Path("docs/formats/schema/report.schema.json").read_text()))
        suite = xml.etree.ElementTree.parse(self.folder / "r.xml").getroot()[0]
        self.assertEqual((suite.get("tests"), suite.get("failures"), len(suite)), ("4", "0", 4))
        traces = sorted(path.name for path in (self.folder / "traces").iterdir())
        self.assertEqual(len(traces), 4)
        self.assertIn("00 20 00 01", (self.folder / "traces" / traces[0]).read_text())

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
            self.assertIn("one.yaml:4:22:", err)
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
