"""examples/exec_ra passes what it can and says what it can't: exec_ra_test.py RAKIT."""
import json
import pathlib
import subprocess
import sys
import tempfile

EXPECTED = {  # case -> what the report must say; None: it passes
    "tc/redo:rsa-pin-1": None,
    "tc/redo:ec-pin-2": "unsupported",
    "pins/wrong:pin-1": None,
    "pins/wrong:pin-2": "unsupported",
    "actions/issue:one-key": "unsupported",
    "actions/issue:two-keys": "unsupported",
}


def main():
    rakit = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        files = sorted({"scenarios/catalog/" + case.split(":")[0] + ".yaml" for case in EXPECTED})
        done = subprocess.run([rakit, "run", *files, "--depth", "pcsc", "--jobs", "2", "--json", str(report), "--iut",
                               "exec:PYTHONDONTWRITEBYTECODE=1 python3 examples/exec_ra/exec_ra.py"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout + done.stderr
        seen = {one["id"]: one for one in json.loads(report.read_text())["cases"]}
    assert set(seen) == set(EXPECTED), sorted(seen)
    for case, why in EXPECTED.items():
        words = [mismatch["seen"] for mismatch in seen[case]["mismatches"] if mismatch["what"] == "result"]
        if why is None:
            assert seen[case]["status"] == "passed", seen[case]
        else:
            assert seen[case]["status"] == "failed" and words[0].startswith(why), seen[case]


if __name__ == "__main__":
    main()
