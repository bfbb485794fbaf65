#!/usr/bin/env python3
"""Checks the pages: each relative link leads somewhere, each JSON Schema is one and has a page that names it, and each
worked example in docs/formats/examples fits its schema."""
import json
import pathlib
import re
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "docs/formats/schema"


def check_links(findings: list[str]) -> int:
    pages = [p for p in ROOT.rglob("*.md") if "build" not in p.relative_to(ROOT).parts]
    for page in pages:
        for number, line in enumerate(page.read_text().splitlines(), 1):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", line):
                if not (page.parent / target).exists():
                    findings.append(f"{page.relative_to(ROOT)}:{number}: no such file: {target}")
    return len(pages)


def check_schemas(findings: list[str]) -> int:
    text = "".join(p.read_text() for p in (ROOT / "docs/formats").glob("*.md"))
    files = sorted(SCHEMAS.glob("*.schema.json"))
    for file in files:
        try:
            jsonschema.Draft7Validator.check_schema(json.loads(file.read_text()))
        except (ValueError, jsonschema.SchemaError) as problem:
            findings.append(f"{file.relative_to(ROOT)}: {problem}")
        if file.name.removesuffix(".schema.json") not in text and file.name not in text:
            findings.append(f"{file.relative_to(ROOT)}: no page in docs/formats names it")
    return len(files)


def values_of(file: pathlib.Path):
    """One value of a YAML or JSON file, or one a line of a .jsonl file."""
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    return [yaml.safe_load(file.read_text())]


def check_examples(findings: list[str]) -> int:
    """An example's name begins with its schema's: card-recipe.two-keys.yaml fits card-recipe.schema.json."""
    files = sorted((ROOT / "docs/formats/examples").glob("*"))
    for file in files:
        schema = SCHEMAS / (file.name.split(".")[0] + ".schema.json")
        if not schema.exists():
            findings.append(f"{file.relative_to(ROOT)}: no schema {schema.name}")
            continue
        validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
        for value in values_of(file):
            findings += [f"{file.relative_to(ROOT)}: {e.json_path}: {e.message}" for e in validator.iter_errors(value)]
    return len(files)


def main() -> int:
    findings: list[str] = []
    pages, schemas, examples = check_links(findings), check_schemas(findings), check_examples(findings)
    for finding in findings:
        print(finding)
    print(f"docs: {pages} pages, {schemas} schemas, {examples} examples looked at, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
