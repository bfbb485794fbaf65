#!/usr/bin/env python3
"""Checks the table of layers: who may link and include whom (ARCHITECTURE.md, Layers).

A folder may use its own area, and the areas listed for it here. The first entry that is a prefix of the folder counts.
"""
import pathlib
import re
import sys

COMMON = ["common/base", "common/ossl", "common/net", "common/iso7816", "common/x509", "common/document"]
RULES = [  # (area, what it may use besides itself), lower layers first
    ("common/base", []),
    ("common/ossl", ["common/base"]),
    ("common/net", ["common/base"]),
    ("common/iso7816", ["common/base"]),
    ("common/x509", ["common/base", "common/ossl"]),
    ("common/document", ["common/base"]),
    ("reference/card", COMMON),
    ("reference/officer", COMMON),
    ("reference/cm", COMMON + ["reference/officer"]),
    ("reference/printer", COMMON + ["reference/card"]),
    ("reference/journal", COMMON + ["reference/card", "reference/cm"]),
    ("reference/session", COMMON + ["reference/"]),
    ("reference/batch", COMMON + ["reference/"]),
    ("virtual_cards/", COMMON + ["virtual_cards/"]),
    ("mock_cm/", COMMON + ["mock_cm/"]),
    ("certify/core", ["common/base"]),
    ("certify/", COMMON + ["reference/card", "reference/printer", "virtual_cards/", "certify/"]),
    ("scenarios/", COMMON + ["reference/", "virtual_cards/", "mock_cm/", "scenarios/"]),
    ("cli", COMMON + ["reference/", "virtual_cards/", "mock_cm/", "scenarios/", "certify/", "cli"]),
    ("bench", COMMON + ["reference/", "virtual_cards/", "mock_cm/", "scenarios/", "bench", "tests/support",
                                "tests/unit/cm_core"]),
    # The bad RA is a program, so that nobody can link it; nor may anybody include it.
    ("tests/bad_ra", COMMON + ["reference/", "virtual_cards/", "mock_cm/", "scenarios/"]),
    ("tests", COMMON + ["reference/", "virtual_cards/", "mock_cm/", "scenarios/", "certify/", "cli", "bench",
                       "tests"]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
ASIO = re.compile(r"^\s*#\s*include\s+<boost/asio")
ROOT = pathlib.Path(__file__).resolve().parent.parent


def inside(path: str, area: str) -> bool:
    return path == area.rstrip("/") or path.startswith(area.rstrip("/") + "/")


def rule_of(path: str):
    for area, allowed in RULES:
        if inside(path, area):
            return area, allowed
    return None


def may_include(target: str, area: str, allowed: list[str]) -> bool:
    own = rule_of(target)
    if own and own[0] == "tests/bad_ra":
        return area == "tests/bad_ra"
    return any(inside(target, a) for a in [area, *allowed])


def check_includes(findings: list[str]) -> int:
    count = 0
    for top in ("common", "reference", "virtual_cards", "mock_cm", "scenarios", "certify", "cli", "bench", "tests"):
        for file in sorted((ROOT / top).rglob("*.[ch]pp")):
            path = file.relative_to(ROOT).as_posix()
            area, allowed = rule_of(path) or (None, None)
            if area is None:
                findings.append(f"{path}:1: no rule for this folder in ci/check_layers.py")
                continue
            count += 1
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if ASIO.match(line) and path != "common/net/asio.hpp":
                    findings.append(f"{path}:{number}: Asio is included through common/net/asio.hpp only")
                match = INCLUDE.match(line)
                if not match or match[1].startswith("embedded/"):
                    continue
                target = match[1]
                if not (ROOT / target).exists():
                    findings.append(f"{path}:{number}: \"{target}\" isn't a path from the root")
                elif not may_include(target, area, allowed):
                    findings.append(f"{path}:{number}: {area} may not include {target}")
    return count


def libraries() -> dict[str, tuple[str, list[str]]]:
    found = {}
    for file in ROOT.rglob("CMakeLists.txt"):
        folder = file.parent.relative_to(ROOT).as_posix()
        if folder.startswith("build"):
            continue
        for match in re.finditer(r"rakit_library\((\w+)(.*?)\)", file.read_text(), re.S):
            link = re.search(r"LINK(.*)", match[2], re.S)
            found[match[1]] = (folder, link[1].split() if link else [])
    return found


def check_links(findings: list[str]) -> int:
    found = libraries()
    for name, (folder, links) in found.items():
        area, allowed = rule_of(folder) or (folder, [])
        for link in links:
            target = found.get(link)
            if target and not any(inside(target[0], a) for a in [area, *allowed]):
                findings.append(f"{folder}/CMakeLists.txt: {name} may not link {link}")
    return len(found)


def main() -> int:
    findings: list[str] = []
    files = check_includes(findings)
    targets = check_links(findings)
    for finding in findings:
        print(finding)
    print(f"layers: {files} files and {targets} targets looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
