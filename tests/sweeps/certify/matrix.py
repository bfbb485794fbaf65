#!/usr/bin/env python3
"""matrix.py RAKIT: certifies readers that are wrong on purpose, each in one way, and the right one.

Each fault of `rakit reader faults` must make a case fail that is meant to notice it; a fault that none notices has survived. The right
reader must fail none of those cases. --quick judges each fault by the first of its cases alone.
"""
import argparse
import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

READER = "Virtual PCD 00 00"
TESTER = {"image": "tester", "options": "", "pins": ""}
# The tester card signs nothing: the case of signatures has a card with keys.
CARD_OF_CASE = {56: {"image": "pkcs15-tc", "options": "--card pkcs15 --pin-fd 0", "pins": "01 111111\n02 222222\n"}}


def numbers(fault: dict) -> list[int]:
    return [int(number) for number in fault["cases"].split()]


def certify(rakit: str, cases: list[int], fault: dict | None, limit: int) -> dict:
    """Gives verdict and reasons by case, and how long it took; each card has a sandbox of its own."""
    whole = {"status": 0, "said": "", "cases": {}, "seconds": 0.0}
    for card in [TESTER, *CARD_OF_CASE.values()]:
        some = [case for case in cases if CARD_OF_CASE.get(case, TESTER) is card]
        if not some:
            continue
        part = certify_card(rakit, card, some, fault, limit)
        whole["cases"] |= part["cases"]
        whole["seconds"] = round(whole["seconds"] + part["seconds"], 1)
        whole["status"] = whole["status"] or part["status"]
        whole["said"] = whole["said"] or part["said"]
    return whole


def certify_card(rakit: str, card: dict, cases: list[int], fault: dict | None, limit: int) -> dict:
    control = '"$RAKIT_CONTROL/reader-0.sock"'
    steps, options = [], ["--shim", "--card", card["image"]]
    if fault and fault["in"] == "service":
        options += ["--service-fault", fault["name"]]
    if fault and fault["trait"]:
        steps.append(f"{rakit} reader ctl {control} trait {fault['trait']} on")
    if fault and fault["in"] == "reader":
        steps.append(f"{rakit} reader ctl {control} fault {fault['name']}")
    with tempfile.TemporaryDirectory() as folder:
        paper = pathlib.Path(folder) / "paper.json"
        chosen = ",".join(map(str, cases))
        steps.append(f"{rakit} certify --reader {shlex.quote(READER)} {card['options']} --case {chosen} --json {paper}")
        begun = time.monotonic()
        command = [rakit, "sandbox", *options, "--", "sh", "-c", " >&2 && ".join(steps)]
        try:
            ran = subprocess.run(command, input=card["pins"], capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return {"status": 1, "said": f"no end within {limit} s", "cases": {}, "seconds": limit}
        rows = json.loads(paper.read_text())["cases"] if paper.exists() else []
        said = "" if rows else (ran.stdout + ran.stderr).strip()[-400:]
        return {"status": ran.returncode, "said": said, "seconds": round(time.monotonic() - begun, 1),
                "cases": {row["number"]: row for row in rows}}


def verdicts(result: dict, wanted: str) -> list[int]:
    return [number for number, row in result["cases"].items() if row["verdict"] == wanted]


def judge_right(rakit: str, cases: list[int], limit: int) -> tuple[dict, list[str]]:
    """The right reader: no case may fail. What a busy host did to a case that measures time, it does not do three times."""
    right = certify(rakit, cases, None, limit)
    for _ in range(2):
        failed = verdicts(right, "fail")
        if failed:
            print(f"the right reader failed {failed}, which are judged again", file=sys.stderr)
            right["cases"] |= certify(rakit, failed, None, limit)["cases"]
    problems = [f"the right reader fails case {number}: {'; '.join(right['cases'][number].get('reasons', []))}"
                for number in verdicts(right, "fail")]
    if len(right["cases"]) != len(cases):
        problems.append(f"the right reader: {len(right['cases'])} of {len(cases)} cases judged: {right['said']}")
    return right, problems


def judge_fault(rakit: str, fault: dict, quick: bool, limit: int) -> dict:
    cases = numbers(fault)[:1] if quick else numbers(fault)
    result = certify(rakit, cases, fault, limit)
    # What can't even be tried with this reader is noticed, but by no case: it counts as survived.
    caught = verdicts(result, "fail")
    first = result["cases"].get(caught[0], {}) if caught else {}
    return {"fault": fault["name"], "in": fault["in"], "what": fault["what"], "cases": cases, "caughtBy": caught,
            "why": (first.get("reasons") or [""])[0], "said": result["said"], "seconds": result["seconds"]}


def print_table(rows: list[dict]) -> None:
    for row in rows:
        by = ", ".join(map(str, row["caughtBy"])) or "SURVIVED"
        print(f"{row['in']:8} {row['fault']:30} {by:14} {row['seconds']:6.1f} s  {(row['why'] or row['said'])[:90]}")


def to_page(matrix: dict) -> str:
    page = pathlib.Path(__file__).with_name("matrix.html").read_text()
    # `</script>` in a text must not end the script that it stands in.
    return page.replace("/*DATA*/null", json.dumps(matrix).replace("<", "\\u003c"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rakit", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("--quick", action="store_true", help="only the first case of each fault")
    parser.add_argument("--only", nargs="*", help="only these faults")
    parser.add_argument("--leave", default="", help="no faults whose first case is one of these, as 27,52")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=int, default=300, help="seconds for one fault")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--html", type=pathlib.Path, help="the matrix as one page that needs nothing else")
    options = parser.parse_args()
    listed = subprocess.run([options.rakit, "reader", "faults", "--json"], check=True, capture_output=True, text=True)
    left = {int(number) for number in options.leave.split(",") if number}
    faults = [fault for fault in json.loads(listed.stdout)
              if (not options.only or fault["name"] in options.only) and numbers(fault)[0] not in left]
    used = sorted({number for fault in faults for number in (numbers(fault)[:1] if options.quick else numbers(fault))})
    # Those that measure time run alone: the right reader first.
    right, problems = judge_right(options.rakit, used, options.limit * 4)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        rows = list(pool.map(lambda fault: judge_fault(options.rakit, fault, options.quick, options.limit), faults))
    print_table(rows)
    survivors = [row["fault"] for row in rows if not row["caughtBy"]]
    catching = {number for row in rows for number in row["caughtBy"]}
    idle = [number for number in used if number not in catching]
    problems += [f"survived: {name}" for name in survivors]
    for problem in problems:
        print(problem)
    print(f"{len(rows)} faults, {len(rows) - len(survivors)} caught by {len(catching)} cases; the right reader: "
          f"{len(verdicts(right, 'pass'))} pass, {len(verdicts(right, 'fail'))} fail, "
          f"{len(verdicts(right, 'not applicable'))} not applicable; {len(survivors)} survived")
    matrix = {"version": 1, "faults": rows, "survivors": survivors, "casesWithoutCatch": idle,
              "right": {str(number): {"name": row["name"], "verdict": row["verdict"]} for number, row in sorted(right["cases"].items())}}
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(matrix, indent=2) + "\n")
    if options.html:
        options.html.parent.mkdir(parents=True, exist_ok=True)
        options.html.write_text(to_page(matrix))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
