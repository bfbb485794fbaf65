"""transcripts.py RAKIT [--rebase]: golden transcripts of both languages of the printer, spoken through socat.

A golden file is a list of steps: `> COMMAND` is what the client says (a command of the ESC language, or a JSON-RPC request),
`! CONTROL ...` what the operator does, `< ANSWER` what came back, octets below 20 as <ACK>, <NAK>, <CR>; `@picture` is a white
PNG of a card's size. --rebase writes what was seen.
"""
import base64
import json
import pathlib
import re
import struct
import sys
import zlib

from support import esc, need, served, socat

HERE = pathlib.Path(__file__).parent / "golden"
CARDS = ["--hopper", "pkcs15-tc", "--hopper", "pkcs15-tc", "--hopper", "piv-tc"]




def picture() -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = (b"\x00" + b"\xff" * 1016) * 648
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1016, 648, 8, 0, 0, 0, 0)) +
                            chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")).decode()


def shown(answer: bytes) -> str:
    text = answer.decode("latin-1")
    return text.replace("\x06", "<ACK>").replace("\x15", "<NAK>").replace("\r", "<CR>")


def spoken(printer, step: str, rpc: bool) -> str:
    if rpc:
        return socat(printer.rpc(), step.replace("@picture", picture()).encode()).decode()
    if step.startswith("Db"):  # the octets of a download: a blank panel, or as many blank lines as its length says
        blank = bytes(int(step.split(";")[3]) if step.startswith("Dbc") else 1016 * 648 // 8)
        return shown(socat(printer.raw(), esc("Pem;6") + b"\x1b" + step.encode() + b";" + blank + b"\r")[1:])
    # Each step is a client of its own; the error mode is the printer's and stays.
    return shown(socat(printer.raw(), esc(step)))


def run(rakit: str, golden: pathlib.Path, rebase: bool) -> int:
    rpc = golden.name.startswith("rpc")
    seen, steps = [], 0
    with served(rakit, *CARDS) as printer:
        for line in golden.read_text().splitlines():
            if line.startswith("<"):
                continue
            seen.append(line)
            if line.startswith("! "):
                answer = printer.ctl(*line[2:].split(" ", 1))
                need(answer["ok"], f"{golden.name}: {line}: {answer}")
            elif line.startswith("> "):
                seen.append("< " + spoken(printer, line[2:], rpc))
                steps += 1
    text = "\n".join(seen) + "\n"
    if rebase:
        golden.write_text(text)
    elif text != golden.read_text():
        for was, now in zip(golden.read_text().splitlines(), text.splitlines()):
            if was != now:
                sys.exit(f"FAILED: {golden.name}\n golden {was}\n seen   {now}\nrebase: transcripts.py RAKIT --rebase")
        sys.exit(f"FAILED: {golden.name}: {text}")
    return steps


def accepted(files) -> set:
    """The commands and methods that some transcript has answered with anything but a refusal."""
    good = set()
    for golden in files:
        asked = ""
        for line in golden.read_text().splitlines():
            if line.startswith("> "):
                asked = line[2:]
            refused = line.startswith("< <NAK>") or '"error"' in line or '"result":"ERROR' in line
            if not line.startswith("< ") or refused:
                continue
            request = re.search(r'"method": "([^"]*)"', asked)
            good.add(request.group(1) if request else asked.split(";")[0])
            if not request and asked.startswith(("Rse;", "Sk;", "Rlr;", "Rco;")):
                good.add(asked)
    return good


def complete(files) -> None:
    """Each command and method that docs/formats/printer.md names is in a transcript, accepted."""
    named = set()
    for line in pathlib.Path("docs/formats/printer.md").read_text().splitlines():
        cell = line.split("|")[1] if line.startswith("| `") else ""
        words = re.findall(r"`([^`]*)`", cell)
        if not words or re.fullmatch(r"[0-9A-Z]", words[0]):
            continue
        first = words[0].split(";")[0]
        for word in words:
            word = word.split(";COLOUR")[0].replace(";N", "")
            named.add(f"{first};{word}" if re.fullmatch("[a-z]", word) else word)
    need(len(named) > 40, f"docs/formats/printer.md names {sorted(named)}")
    need(not named - accepted(files), f"in no transcript, or refused in all: {sorted(named - accepted(files))}")


def main() -> None:
    rebase = "--rebase" in sys.argv
    files = sorted(HERE.glob("*.txt"))
    if not rebase:
        complete(files)
    steps = sum(run(sys.argv[1], golden, rebase) for golden in files)
    need(len(files) >= 3 and steps > 60, f"only {len(files)} transcripts with {steps} steps")
    # Two printers in one process are two printers.
    with served(sys.argv[1], "--name", "One", "--name", "Two", "--hopper", "pkcs15-tc") as printer:
        need(socat(printer.raw(0), esc("Pem;6", "Sis")) == b"\x06\x06", "the first printer has a card")
        need(socat(printer.raw(1), esc("Pem;6", "Sis")) == b"\x06\x15F", "the second printer has none")
        listed = json.loads(socat(printer.rpc(), json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "SUPERVISION.List", "params": {"level": "0"}}).encode()))
        need(listed["result"] == "One;Two", f"both are listed: {listed}")
        need(printer.state(0)["inside"] and not printer.state(1)["inside"], "only one holds a card")
    print(f"{len(files)} transcripts, {steps} steps")


main()
