#!/usr/bin/env python3
"""Compares docs/coverage/requirements.yaml with the scenarios (`covers`) and tests (a comment `covers: id, id`) that
show them: each requirement has a row in docs/coverage/README.md, no row is empty unless it is marked `open`, and nobody
names an id that there isn't. `ci/coverage.py --write` makes the page."""
import pathlib
import re
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/coverage/README.md"
COMMENT = re.compile(r"^\s*(?://|#) covers: (.+)$", re.M)


def requirements() -> dict[str, dict]:
    """Id -> {group, text, open}."""
    groups = yaml.safe_load((ROOT / "docs/coverage/requirements.yaml").read_text())
    rows = {}
    for group, entries in groups.items():
        for name, value in entries.items():
            entry = {"text": value} if isinstance(value, str) else value
            rows[name] = {"group": group, "open": None, **entry}
    return rows


def evidence() -> dict[str, list[str]]:
    """File, below the root -> the ids that it names."""
    named = {}
    for file in sorted((ROOT / "scenarios/catalog").rglob("*.yaml")):
        ids = (yaml.safe_load(file.read_text()) or {}).get("covers")
        if ids:
            named[str(file.relative_to(ROOT))] = ids
    listed = subprocess.run(["git", "ls-files", "tests"], cwd=ROOT, capture_output=True, text=True, check=True)
    for path in listed.stdout.split():
        if not path.endswith((".cpp", ".sh", ".py")) or not (ROOT / path).exists():
            continue
        ids = [i.strip() for line in COMMENT.findall((ROOT / path).read_text()) for i in line.split(",")]
        if ids:
            named[path] = ids
    return named


def link(path: str) -> str:
    short = path.removeprefix("scenarios/catalog/").removesuffix(".yaml") if path.startswith("scenarios") else \
        path.removeprefix("tests/")
    return f"[{short}](../../{path})"


def page(rows: dict[str, dict], shown: dict[str, list[str]]) -> str:
    lines = ["# What shows each requirement", "",
             "Made by `ci/coverage.py --write` from [requirements.yaml](requirements.yaml), the scenarios' `covers` and the",
             "tests' comments `covers: id, id`; `ci/run docs` finds a stale page, an empty row and an unknown id.", ""]
    group = None
    for name, row in rows.items():
        if row["group"] != group:
            group = row["group"]
            lines += ["", f"## {group}", "", "| id | requirement | scenarios | tests |", "|---|---|---|---|"]
        files = shown.get(name, [])
        scenarios = " ".join(link(f) for f in files if f.startswith("scenarios"))
        tests = " ".join(link(f) for f in files if not f.startswith("scenarios"))
        if row["open"]:
            tests = f"**open**: {row['open']}"
        lines.append(f"| `{name}` | {row['text']} | {scenarios or '–'} | {tests or '–'} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def main() -> int:
    rows, named = requirements(), evidence()
    shown: dict[str, list[str]] = {}
    findings = []
    for path, ids in named.items():
        for name in ids:
            if name not in rows:
                findings.append(f"{path}: no requirement is called {name} (docs/coverage/requirements.yaml)")
            shown.setdefault(name, []).append(path)
    for name, row in rows.items():
        if not shown.get(name) and not row["open"]:
            findings.append(f"docs/coverage/requirements.yaml: nothing shows {name}: {row['text']}")
        if shown.get(name) and row["open"]:
            findings.append(f"docs/coverage/requirements.yaml: {name} is marked open, and {shown[name][0]} shows it")
    text = page(rows, shown)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        findings.append("docs/coverage/README.md is stale: run ci/coverage.py --write")
    for finding in findings:
        print(finding)
    still_open = sum(1 for row in rows.values() if row["open"])
    print(f"coverage: {len(rows)} requirements, {still_open} open, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
