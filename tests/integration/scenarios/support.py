"""What the tests of rakit run share."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

RAKIT = os.path.abspath(sys.argv.pop(1))
TC = "scenarios/catalog/tc"

WRONG = """version: 1
title: What isn't so, </script><img src=x> & "quotes"
source: this test
tags: [wrong]
do: {actions: {"45": redo}, procedure: employee-tc, fields: {commonName: Anna Ek}}
expect: {result: tc_expired, card: unchanged, cm: {active: 0}}
"""

# What a CI sets for its own shards must not reach the tests' runs.
PLAIN = {name: value for name, value in os.environ.items()
         if name not in ("CI_NODE_INDEX", "CI_NODE_TOTAL", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "JOB_COMPLETION_INDEX")}


def rakit(*words, **more):
    done = subprocess.run([RAKIT, *map(str, words)], capture_output=True, text=True, timeout=240, env={**PLAIN, **more})
    return done.returncode, done.stdout, done.stderr


def verdicts(path):
    """What must be the same however a run is shared out: not times, nor sizes, for ECDSA signatures differ in length each time."""
    report = json.loads(pathlib.Path(path).read_text())
    return report["totals"], [(one["id"], one["run"], one["position"], one["status"], one["mismatches"],
                               [re.sub(r"[0-9]+ octets", "octets", e["text"]) for e in one["trace"] if e["kind"] == "http"])
                              for one in report["cases"]]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, text=WRONG, name="one.yaml"):
        path = self.folder / name
        path.write_text(text)
        return path
