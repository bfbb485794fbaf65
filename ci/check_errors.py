#!/usr/bin/env python3
"""Checks docs/errors.md against common/base/error_code.cpp: the same codes, numbers and failInfo, none twice, and
each code used somewhere outside the registry."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def registry() -> dict[str, tuple[str, str]]:
    text = (ROOT / "common/base/error_code.cpp").read_text()
    rows = re.findall(r'\{ErrorCode::(\w+), "(\w+)", ([\w:]+), ([\w:]+)\}', text)
    return {name: tuple("–" if v == "std::nullopt" else v for v in (number, fail_info)) for _, name, number, fail_info in rows}


def page() -> tuple[dict[str, tuple[str, str]], list[str]]:
    rows, findings = {}, []
    for line_number, line in enumerate((ROOT / "docs/errors.md").read_text().splitlines(), 1):
        match = re.match(r"\| `(\w+)` \|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", line)
        if not match:
            continue
        name, number, fail_info, cause, remedy = (part.strip() for part in match.groups())
        if name in rows:
            findings.append(f"docs/errors.md:{line_number}: {name} twice")
        if not cause or not remedy:
            findings.append(f"docs/errors.md:{line_number}: {name} has no cause or no remedy")
        rows[name] = (number, fail_info.split(" ")[-1])
    return rows, findings


def used() -> set[str]:
    files = subprocess.run(["git", "ls-files", "*.cpp", "*.hpp"], cwd=ROOT, capture_output=True, text=True, check=True)
    words: set[str] = set()
    for path in files.stdout.split():
        if not path.startswith(("tests/", "common/base/error_code")) and (ROOT / path).exists():
            words |= set(re.findall(r"\bErrorCode::(\w+)", (ROOT / path).read_text()))
    return words


def main() -> int:
    code, (text, findings), words = registry(), page(), used()
    findings += [f"docs/errors.md: {name} is missing" for name in code if name not in text]
    findings += [f"docs/errors.md: {name} is not in the code" for name in text if name not in code]
    findings += [f"docs/errors.md: {name} says {text[name]}, the code {code[name]}"
                 for name in code if name in text and code[name] != text[name]]
    reserved = set(re.findall(r"^\* `(\w+)`", (ROOT / "docs/errors.md").read_text(), re.M))
    findings += [f"{name} is in the registry, but nothing gives it and docs/errors.md doesn't list it as reserved"
                 for name in code if name not in words and name not in reserved]
    findings += [f"docs/errors.md lists {name} as reserved, but it is used" for name in sorted(reserved & words)]
    for finding in findings:
        print(finding)
    print(f"errors: {len(code)} codes looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
