#!/usr/bin/env python3
"""Strikes a card with each kind of fault at each APDU of an update, and has the officer go on until it is done: `ci/sweep.py RAKIT`.
The catalogue has a case of each phase; this finds the places between them. The cases are written where the user's
temporary files are, run without PC/SC, and a failed one's file is kept for its repeat command."""
import json
import pathlib
import subprocess
import sys
import tempfile

KINDS = [
    ("remove", ""), ("tear-before", ""), ("tear-after", ""), ("tear-within", ", octets: 1"), ("mute", ", milliseconds: 5"),
    ("status", ', sw: "6F00"'), ("memory-failure", ""), ("no-space", ""), ("reset", ""),
]

# What is updated: image, procedure, key, the PIN whose tries must be whole in the end.
UPDATES = {
    "pkcs15-tc": ("employee-tc", "45", "01"),
    "pkcs15-id": ("employee", "46", "02"),
    "piv-tc": ("employee-tc", "9A", "80"),
}

SCENARIO = """version: 1
title: Whatever happens at an APDU, the officer who goes on has the card updated, and one certificate issued
source: "scenarios.md: card, every fault at every APDU; domain.md, Nothing is lost"
matrix:
{rows}
card: {{image: {image}, faults: {faults}}}
do:
  actions: {{"{key}": redo}}
  procedure: {procedure}
  fields: {{commonName: Anna Ek}}
  persist: true
expect:
  result: ok
  card: {{"{key}": {{certificates: 1, new: 1, kept: []}}}}
  cm: {{active: 1, pending: 0, orders: 1}}
  tries: {{"{pin}": 3}}
"""


def scenario(folder: pathlib.Path, name: str, image: str, rows: list[str], faults: str) -> pathlib.Path:
    procedure, key, pin = UPDATES[image]
    file = folder / f"{name}.yaml"
    file.write_text(SCENARIO.format(rows="\n".join(rows), image=image, faults=faults, procedure=procedure, key=key, pin=pin))
    return file


def apdus(rakit: str, folder: pathlib.Path, image: str) -> int:
    """How many APDUs an update without faults takes."""
    file = scenario(folder, f"count-{image}", image, ["  - {case: undisturbed}"], "[]")
    report = folder / "count.json"
    subprocess.run([rakit, "run", "--depth", "inproc", file, "--json", report], check=True, stdout=subprocess.DEVNULL)
    file.unlink()
    return sum(event["kind"] == "apdu" for event in json.loads(report.read_text())["cases"][0]["trace"])


def main() -> int:
    rakit, *options = sys.argv[1:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rakit-sweep-"))
    files = []
    for image in UPDATES:
        count = apdus(rakit, folder, image)
        print(f"{image}: {count} APDUs, {len(KINDS)} kinds of fault", flush=True)
        for kind, more in KINDS:
            rows = [f"  - {{case: apdu-{nth}, fault: {{kind: {kind}, nth: {nth}{more}}}}}" for nth in range(1, count + 1)]
            files.append(scenario(folder, f"{image}-{kind}", image, rows, '["${fault}"]'))
    return subprocess.run([rakit, "run", "--depth", "inproc", *files, *options]).returncode


if __name__ == "__main__":
    sys.exit(main())
