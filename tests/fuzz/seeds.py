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
CASES = ["tc/redo:*", "actions/add:rsa-pin-1", "piv/redo:*", "procedure/approval", "interrupted/pulled:within-a-write"]
ROUTES = {"/cmc": 0, "/ra/prepare": 1, "/ra/procedures": 2, "/cacerts": 3}
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


def of_http(event, requests):
    head, _, body = bytes.fromhex(event.get("sent", "")).partition(b"\r\n\r\n")
    answer_head, _, answer = bytes.fromhex(event.get("received", "")).partition(b"\r\n\r\n")
    target = head.split(b" ")[1].decode()
    status = int(answer_head.split(b" ")[1])
    if target in ROUTES:
        requests.append(bytes([ROUTES[target]]) + struct.pack(">H", len(body)) + body)
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
    for seed in (b"\0/certs?serial=01&limit=5", b"\1multipart/form-data; boundary=\"x\"",
                 b"\2--x\r\nContent-Disposition: form-data; name=\"pkcs10\"\r\n\r\nMIIB\r\n--x--\r\n"):
        keep("web", seed)


main(sys.argv[1])
