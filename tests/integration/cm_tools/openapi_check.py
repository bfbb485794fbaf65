#!/usr/bin/python3
"""Judges an OpenAPI document by the OpenAPI Initiative's own JSON Schema (Debian's openapi-specification), and answers by
the document: openapi_check.py DOCUMENT [METHOD PATH STATUS CONTENT-TYPE FILE]..."""
import json
import sys

import jsonschema

META = "/usr/share/openapi-specification/schemas/v3.0/schema.json"


def resolve(document, node):
    while "$ref" in node:
        target = document
        for step in node["$ref"].lstrip("#/").split("/"):
            target = target[step]
        node = target
    return node


def as_json_schema(node):
    """OpenAPI 3.0's `nullable` is the one word of ours that JSON Schema doesn't know."""
    if isinstance(node, list):
        return [as_json_schema(one) for one in node]
    if not isinstance(node, dict):
        return node
    out = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable"):
        out["type"] = [node["type"], "null"]
    return out


def operation_of(document, method, path):
    for base in ("/pgwy/api", "/api"):
        if not path.startswith(base + "/"):
            continue
        steps = path[len(base):].split("/")
        for template, item in document["paths"].items():
            wanted = template.split("/")
            if len(wanted) == len(steps) and all(w == s or w.startswith("{") for w, s in zip(wanted, steps)):
                if not ("{id}" in template and steps[2] in ("pkcs10", "revoke")):
                    return item[method.lower()]
    sys.exit(f"the document has no {method} {path}")


def check_answer(document, method, path, status, content_type, file):
    responses = operation_of(document, method, path)["responses"]
    response = resolve(document, responses.get(status) or responses["default"])
    media = content_type.split(";")[0].strip()
    if media not in response["content"]:
        sys.exit(f"{method} {path} {status}: {media} is not among {list(response['content'])}")
    if media != "application/json":
        return
    with open(file, encoding="utf-8") as body:
        answer = json.load(body)
    schema = as_json_schema({**document, **response["content"][media]["schema"]})
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(answer)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    with open(META, encoding="utf-8") as file:
        jsonschema.Draft4Validator(json.load(file)).validate(document)
    rest = sys.argv[2:]
    for i in range(0, len(rest), 5):
        check_answer(document, *rest[i:i + 5])
    print(f"the document is valid, {len(rest) // 5} answers fit it")


main()
