"""What the tests of rakit certify share."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

RAKIT = os.path.abspath(sys.argv.pop(1))
READER = "Virtual PCD 00 00"


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=400, **options)


def certify(*words, sandbox=("--card", "tester"), reader=READER, **options):
    """A run in a sandbox of its own."""
    return run(RAKIT, "sandbox", *sandbox, "--", RAKIT, "certify", "--reader", reader, *words, **options)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)

    def paper(self, name):
        return json.loads((self.folder / name).read_text())
