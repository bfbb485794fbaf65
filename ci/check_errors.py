#!/usr/bin/env python3
"""Checks docs/errors.md against common/base/error_code.cpp: the same codes, numbers and failInfo, none twice; each code
is given somewhere outside the registry or listed as reserved; and each that is given is expected by a scenario or a test,
or listed as seen by nothing yet."""
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


def expected() -> set[str]:
    """Codes that a scenario's text or a test names."""
    words: set[str] = set()
    for path in (ROOT / "scenarios/catalog").rglob("*.yaml"):
        words |= set(re.findall(r"\b[a-z]+(?:_[a-z]+)*\b", re.sub(r"#.*", "", path.read_text())))
    files = subprocess.run(["git", "ls-files", "tests"], cwd=ROOT, capture_output=True, text=True, check=True)
    for path in files.stdout.split():
        if path.endswith((".cpp", ".hpp", ".sh", ".py")) and (ROOT / path).exists():
            text = (ROOT / path).read_text()
            exact = r'ErrorCode::(\w+)|"(\w+)"' if path.endswith("pp") else r"\b([a-z_]+)\b"
            words |= set(re.findall(r"\w+", " ".join("".join(found) for found in re.findall(exact, text))))
    return words


def main() -> int:
    code, (text, findings), words = registry(), page(), used()
    findings += [f"docs/errors.md: {name} is missing" for name in code if name not in text]
    findings += [f"docs/errors.md: {name} is not in the code" for name in text if name not in code]
    findings += [f"docs/errors.md: {name} says {text[name]}, the code {code[name]}"
                 for name in code if name in text and code[name] != text[name]]
    listed = (ROOT / "docs/errors.md").read_text().partition("\n## Reserved")[2].partition("\n## Unseen")
    reserved, unseen = (set(re.findall(r"^\* `(\w+)`", part, re.M)) for part in (listed[0], listed[2]))
    shown = expected()
    findings += [f"{name} is given, but no scenario or test expects it and docs/errors.md doesn't list it as unseen"
                 for name in code if name in words and name not in shown and name not in unseen]
    findings += [f"docs/errors.md lists {name} as unseen, but it is expected somewhere"
                 for name in sorted(unseen & shown)]
    findings += [f"{name} is in the registry, but nothing gives it and docs/errors.md doesn't list it as reserved"
                 for name in code if name not in words and name not in reserved]
    findings += [f"docs/errors.md lists {name} as reserved, but it is used" for name in sorted(reserved & words)]
    for finding in findings:
        print(finding)
    print(f"errors: {len(code)} codes looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
