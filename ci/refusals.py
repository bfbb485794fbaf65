#!/usr/bin/env python3
"""Makes docs/coverage/refusals.md: each refusal of docs/errors.md's first section with what it carries on the wire and the
tests that show it. `ci/run docs` finds a stale page and a refusal that no test row shows; `--write` makes
the page. That each row holds is the tests' business."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/coverage/refusals.md"
ROWS = ROOT / "tests/unit/cm_core/refusal_rows.cpp"
# Codes of that section that are no refusals: what the command line says of a state directory.
NOT_ON_THE_WIRE = {"store_invalid", "log_broken"}
DIALECTS = {"CMC": ("tests/unit/cm_core",), "REST": ("tests/unit/cm_rest", "tests/integration/cm_tools/rest.sh"),
            "EST": ("tests/unit/cm_est",)}


def registry() -> list[tuple[str, str]]:
    """Code and what carries it, in the order of precedence."""
    section = (ROOT / "docs/errors.md").read_text().split("\n## ")[1]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", section, re.M)
    return [(code, fail_info if fail_info != "–" else number) for code, number, fail_info in rows
            if code not in NOT_ON_THE_WIRE]


def rows_of() -> dict[str, list[str]]:
    """Code -> what the rows of the canonical dialect do wrong."""
    found: dict[str, list[str]] = {}
    for what, code in re.findall(r'\{\s*"([^"]+)",\s*"(\w+)",\s*\d+,', ROWS.read_text()):
        found.setdefault(code, []).append(what)
    return found


def naming(code: str, places: tuple[str, ...]) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *places], cwd=ROOT,
                            capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split()
            if path.endswith((".cpp", ".sh")) and (ROOT / path).exists()
            and re.search(rf"\b{code}\b", (ROOT / path).read_text())]


def link(path: str) -> str:
    return f"[{pathlib.PurePath(path).stem}](../../{path})"


def page(codes: list[tuple[str, str]], rows: dict[str, list[str]], findings: list[str]) -> str:
    lines = ["# What shows each refusal", "",
             "Made by `ci/refusals.py --write`; `ci/run docs` finds a stale page and an empty row. Each row of the canonical",
             "dialect (tests/unit/cm_core/refusal_rows.cpp) is checked for code, status, failInfo or number, message, remedy, body",
             "list and log entry, and for nothing being issued; precedence_test.cpp makes every two of them wrong at once.", "",
             "| code | carries | rows of the canonical dialect | other tests |", "|---|---|---|---|"]
    for code, carried in codes:
        tests = [f"{name}: {' '.join(link(p) for p in found)}" for name, places in DIALECTS.items()
                 if (found := [p for p in naming(code, places) if p != str(ROWS.relative_to(ROOT))])]
        if not rows.get(code) and not tests:
            findings.append(f"docs/coverage/refusals.md: no test shows {code}")
        lines.append(f"| `{code}` | {carried} | {'; '.join(rows.get(code, [])) or '–'} | {' · '.join(tests) or '–'} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    findings: list[str] = []
    codes = registry()
    text = page(codes, rows_of(), findings)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        findings.append("docs/coverage/refusals.md is stale: run ci/refusals.py --write")
    for finding in findings:
        print(finding)
    print(f"refusals: {len(codes)} looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
