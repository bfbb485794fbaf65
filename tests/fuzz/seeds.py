#!/usr/bin/env python3
"""seeds.py RAKIT: writes the corpora of the targets that take what goes over the wires, from the traces of a few scenarios.

The corpora are kept in the repository; this is how they began, and how they follow when a format changes."""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).parent / "corpus"
CASES = ["tc/redo:*", "actions/add:rsa-pin-1", "piv/redo:*", "procedure/approval", "interrupted/pulled:within-a-write", "rest/update:*", "rest/revoked"]
ROUTES = {"/cmc": 0, "/ra/prepare": 1, "/ra/procedures": 2, "/cacerts": 3}
SIGNED, ANY, CONTROL = 4, 5, 6  # cm_fuzz's further ways
PKI_DATA, PKI_RESPONSE = bytes.fromhex("06082B06010505070C02"), bytes.fromhex("06082B06010505070C03")
# Directory files of the stock layout (virtual_cards/images/builtin): file -> pkcs15_fuzz's first octet.
DIRECTORIES = {"5031": 0, "4402": 1, "4403": 2, "4401": 3, "5032": 4}


def keep(target, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)


def econtent(cms, kind):
    """The octets of the content of a SignedData in DER, after its type."""
    at = cms.find(kind)
    if at < 0:
        return None
    at += len(kind)
    for tag in (0xA0, 0x04):
        if cms[at] != tag:
            return None
        size, at = cms[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size, at = int.from_bytes(cms[at:at + count], "big"), at + count
    return cms[at:at + size]


def cm_request(way, body):
    return bytes([way]) + struct.pack(">H", len(body)) + body


def content_type(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            return value.strip()
    return b""


def of_http(event, requests):
    head, _, body = bytes.fromhex(event.get("sent", "")).partition(b"\r\n\r\n")
    answer_head, _, answer = bytes.fromhex(event.get("received", "")).partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    status = int(answer_head.split(b" ")[1])
    if target == "/cmc" and (content := econtent(body, PKI_DATA)) is not None:
        requests.append(cm_request(SIGNED, content))
    elif target in ROUTES:
        requests.append(cm_request(ROUTES[target], body))
    else:
        requests.append(cm_request(ANY, b" ".join(head.split(b" ")[:2] + [content_type(head)]) + b"\n" + body))
    if target == "/cmc":
        keep("answer", struct.pack(">H", status) + answer)
        for cms, kind, name in ((body, PKI_DATA, "pki_data"), (answer, PKI_RESPONSE, "pki_response")):
            if (content := econtent(cms, kind)) is not None:
                keep(name, content)
    elif target == "/ra/procedures":
        keep("bodies", b"\0" + answer)
    elif target == "/ra/prepare":
        keep("bodies", b"\1" + answer)


def of_case(trace):
    head = json.loads(trace[0])
    stream, requests = b"\0\1\1", []
    selected, contents = None, {}
    for line in trace[1:]:
        event = json.loads(line)
        if event["kind"] == "apdu":
            sent, received = bytes.fromhex(event.get("sent", "")), bytes.fromhex(event.get("received", ""))
            stream += struct.pack(">H", len(sent)) + sent
            if len(sent) < 4:
                continue
            if sent[1] == 0xA4:
                selected = sent[-3:-1].hex().upper() if len(sent) > 7 else None
            if sent[1] == 0xB0 and selected in DIRECTORIES:
                contents.setdefault(selected, b"")
                contents[selected] += received[:-2]
            if sent[1] == 0xCB and received[:1] == b"\x53":
                keep("piv", bytes([1 if sent[5:].find(b"\x5F\xC1\x02") >= 0 else 0]) + received[:-2])
        elif event["kind"] == "http":
            of_http(event, requests)
    card = 1 if head["case"].startswith("piv/") else 0
    keep("card", bytes([card]) + stream)
    keep("cm", b"".join(requests))
    for file, content in contents.items():
        keep("pkcs15", bytes([DIRECTORIES[file]]) + content[:2048])


def main(rakit):
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            subprocess.run([rakit, "run", "--depth", "inproc", "--filter", case, "--trace", folder],
                           check=True, stdout=subprocess.DEVNULL)
        for file in sorted(pathlib.Path(folder).glob("*.jsonl")):
            of_case(file.read_text().splitlines())
            keep("scenario", b"\2" + b"\n".join(file.read_bytes().splitlines()[:6]))
        for name in ("pkcs15-tc", "piv-tc", "tester"):
            image = pathlib.Path(folder) / name
            subprocess.run([rakit, "card", "new", name, "--out", str(image)], check=True, stdout=subprocess.DEVNULL)
            keep("image", image.read_bytes())
    for file in ("tc/redo.yaml", "interrupted/pulled.yaml"):
        path = pathlib.Path("scenarios/catalog") / file
        if path.exists():
            keep("scenario", b"\0" + path.read_bytes())
    for line in (b"GET /state ", b'PUT /clock application/json\n{"offsetSeconds": 60}', b"PUT /deviations application/json\n{}",
                 b'POST /revocations application/json\n{}', b'PUT /officers/Olivia%20Officer application/json\n{"state": "closed"}'):
        keep("cm", cm_request(CONTROL, line))
    for line in (b"GET /crl/root.crl ", b"GET /openapi.json ", b"POST /ocsp/ application/ocsp-request\n0",
                 b"POST /.well-known/est/simpleenroll application/pkcs10\nMIIB", b"GET /.well-known/est/cacerts ",
                 b"GET /pgwy/api/certificates?cardSerialNumber=*&searchLimit=2 "):
        keep("cm", cm_request(ANY, line))
    page = pathlib.Path("docs/formats/orders.md").read_text().split("```")
    keep("orders", b"\0" + page[1].lstrip("\n").encode())
    keep("orders", b"\1" + page[3].removeprefix("yaml\n").encode())
    keep("orders", b'\2{"version": 1, "list": "AB", "orders": {"0A": {"state": "done", "transaction": "", "problem": "", '
                   b'"detail": ""}}, "fed": [{"serial": "0A", "left": "ejected", "detail": "", "problem": ""}]}')
    results = [line for line in pathlib.Path("docs/formats/iut.md").read_text().splitlines() if '"result":' in line]
    keep("scenario", b"\3" + results[-1].encode())
    with tempfile.TemporaryDirectory() as folder:
        paper = pathlib.Path(folder) / "paper.json"
        subprocess.run([rakit, "sandbox", "--card", "tester", "--", rakit, "certify", "--reader", "Virtual PCD 00 00", "--case", "1",
                        "--case", "3", "--json", str(paper)], check=True, stdout=subprocess.DEVNULL)
        keep("scenario", b"\4" + paper.read_bytes())
    for seed in (b"\0/certs?serial=01&limit=5", b"\1multipart/form-data; boundary=\"x\"",
                 b"\2--x\r\nContent-Disposition: form-data; name=\"pkcs10\"\r\n\r\nMIIB\r\n--x--\r\n"):
        keep("web", seed)


main(sys.argv[1])
