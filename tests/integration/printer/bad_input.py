"""bad_input.py RAKIT: what no client should say, and clients that go away; no card is lost and nothing stays stuck."""
import json
import os
import socket
import subprocess
import sys
import time

from support import ESC, esc, need, served, socat


def open_raw(printer):
    host, port = printer.raw().split(":")
    link = socket.create_connection((host, int(port)), timeout=20)
    return link


def said(link, octets: bytes, count: int) -> bytes:
    link.sendall(octets)
    answer = b""
    while len(answer) < count:
        more = link.recv(count - len(answer))
        need(more, f"the connection ended after {answer!r}")
        answer += more
    return answer


def ready(printer, what: str) -> None:
    """The printer works, and every card is in its place."""
    asked = esc("Pem;6", "Rtp")
    seen = socat(printer.raw(), asked)
    # What a client that is gone has sent is read to its end first; meanwhile another one hears NACK T.
    end = time.monotonic() + 20
    while seen.startswith(b"\x15T") and time.monotonic() < end:
        seen = socat(printer.raw(), asked)
    need(seen == b"\x06Rakit Card Printer\r", f"{what}: the printer answers, not {seen!r}")
    state = printer.state()
    places = [card["place"] for card in state["cards"]]
    need(len(places) == 2 and places.count("inside") == (1 if state["inside"] else 0), f"{what}: {state}")


def moved(printer):
    """Where the printer and each card are, and what was ever moved."""
    state = printer.state()
    return state["phase"], state["counters"], state["cards"]


def raw_port(printer) -> None:
    mode = esc("Pem;6")
    before = moved(printer)
    for name, octets, answer in [
            ("unknown command", esc("Nonsense"), b"\x151"),
            ("empty command", ESC + b"\r", b""),
            ("no ESC behind a CR", b"Rsn\r", b"RKT0000001\r"),
            ("half a frame, then a whole one", ESC + b"Si" + esc("Rsn"), b"\x151RKT0000001\r"),
            ("garbage", bytes(range(128, 256)) + b"\r" + esc("Rsn"), b"\x151RKT0000001\r"),
            ("1 MB without CR", b"A" * (1 << 20) + b"\r" + esc("Rsn"), b"\x151RKT0000001\r"),
            ("a download that is too long", ESC + b"Dbc;k;1016;99999999;" + b"\r" + esc("Rsn"), b"\x151RKT0000001\r"),
            ("a wrong parameter", esc("Rse;;;"), b"\x152"),
    ]:
        seen = socat(printer.raw(), mode + octets)
        need(seen == b"\x06" + answer, f"{name}: {seen!r}, not {answer!r}")
        ready(printer, name)
        need(moved(printer) == before, f"{name} moves nothing")
    for octets in [ESC + b"Sis", ESC + b"Se", ESC + b"Dbc;k;1016;5000;" + bytes(17), os.urandom(100_000).replace(b"S", b"s")]:
        with open_raw(printer) as link:
            link.sendall(octets)
        ready(printer, "a client gone in the middle")
        need(moved(printer) == before, "what a client left half said isn't done")
    with open_raw(printer) as deaf:
        deaf.sendall(mode + esc("Rtp") * 20_000)
    ready(printer, "a client that asked much and read nothing")


def with_a_card_inside(printer) -> None:
    """The same once more while PC/SC could be at a card's chip."""
    need(socat(printer.raw(), esc("Pem;6", "Sis")) == b"\x06\x06", "a card is engaged")
    raw_port(printer)
    service(printer)
    need(printer.state()["phase"] == "engaged", "the contacts stay closed on it")
    need(socat(printer.raw(), esc("Ser")) == b"\x06", "and it can be rejected")


def second_client(printer) -> None:
    with open_raw(printer) as first:
        need(said(first, esc("Pem;6", "Sis"), 2) == b"\x06\x06", "the first client has the printer")
        need(socat(printer.raw(), b"") == b"\x15T", "a second one hears NACK T")
        need(said(first, esc("Rse;p"), 8) == b"engaged\r", "the first one isn't disturbed")
    need(printer.state()["phase"] == "engaged", "a client that goes leaves the card where it is")
    ready(printer, "after two clients")
    need(socat(printer.raw(), esc("Pem;6", "Se")) == b"\x06\x06", "the next one ejects it")


def ask(printer, method: str, **params) -> dict:
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return json.loads(socat(printer.rpc(), json.dumps(request).encode()))


def busy(printer) -> None:
    """A job is open: whoever comes second hears so, at either interface, and the first one's job isn't touched."""
    device = "Rakit Card Printer"
    session = ask(printer, "PRINT.Begin", device=device)["result"]
    need(ask(printer, "PRINT.Begin", device=device)["error"]["code"] == -32005, "a second job at the service")
    need(socat(printer.raw(), esc("Pem;6", "Ss", "Rlr")) == b"\x06\x15TNACK T busy\r", "a sequence at the raw port")
    need(ask(printer, "CMD.SendCommand", device=device, command="Ss")["result"] == "ERROR TIME OUT", "and at the service")
    need(ask(printer, "SUPERVISION.GetState", device=device)["result"] == "WARNING,BUSY", "it says that it is busy")
    # The client of the job is gone; its name finds it again, and what it began can be ended.
    need(ask(printer, "PRINT.Begin", device=device, session=session)["result"] == session, "the job is found again")
    need(ask(printer, "PRINT.End", session=session)["result"] == "OK", "the job ends")
    need(printer.state()["job"] == "succeeded", "and is over")
    ready(printer, "after a second client while busy")


def service(printer) -> None:
    before = moved(printer)

    def code(octets: bytes) -> bytes:
        answer = socat(printer.rpc(), octets)
        return answer[answer.find(b'"code":') + 7:].split(b",")[0]

    for name, octets, expected in [
            ("half a request", b'{"jsonrpc": "2.0", "id": 1', b"-32700"),
            ("garbage", os.urandom(1000).replace(b"\x00", b"x"), b"-32700"),
            ("1 MB of nothing", b"A" * (1 << 20), b"-32700"),
            ("a batch", b"[]", b"-32600"),
            ("deep nesting", b"[" * 100_000, b"-32700"),
            ("deep params", b'{"jsonrpc": "2.0", "id": 1, "method": "SUPERVISION.List", "params": {"device": '
             + b"[" * 200_000 + b"]" * 200_000 + b"}}", b"-32700"),
            ("two objects", b"{}{}", b"-32700"),
            ("an unknown method", b'{"jsonrpc": "2.0", "id": 1, "method": "CMD.Nonsense"}', b"-32601"),
            ("no request", b'{"jsonrpc": "2.0", "id": 1}', b"-32600"),
    ]:
        need(code(octets) == expected, f"{name}: {code(octets)!r}")
    need(socat(printer.rpc(), b"") == b"", "nothing said, nothing answered")
    host, port = printer.rpc().split(":")
    with socket.create_connection((host, int(port)), timeout=20) as silent:
        silent.sendall(b'{"jsonrpc"')
        ready(printer, "while a client of the service is silent")
    need(b'"result"' in socat(printer.rpc(), b'{"jsonrpc": "2.0", "id": 1, "method": "SUPERVISION.List"}'),
         "the service answers afterwards")
    need(ask(printer, "CMD.SendCommand", device="Rakit Card Printer", command="Nonsense")["result"] == "ERROR CDE",
         "an unknown command is told in the maker's word")
    need(moved(printer) == before, "none of it moves anything")


def control_socket(printer) -> None:
    socket_file = printer.ready["printers"][0]["control"]
    need(os.stat(socket_file).st_mode & 0o777 == 0o600, "the control socket is its owner's alone")
    for request in [["load", "no-such-image"], ["arm", '{"kind": "jam-hopper", "phase": "printing"}'],
                    ["arm", '{"kind": "power-loss"}'], ["arm", '{"kind": "nothing"}'], ["snapshot", "0102"],
                    ["dance"], ["arm-card", printer.state()["cards"][0]["card"], '{"kind": "nonsense"}']]:
        answer = printer.ctl(*request, fails=True)
        need(answer["error"]["code"] and answer["error"]["message"], f"{request}: {answer}")
    need(printer.ctl("snapshot", printer.state()["cards"][0]["card"])["image"]["version"] == 1, "a card's image")


def power(printer) -> None:
    """No connection outlives the printer's power, and nothing that was waited for does."""
    with open_raw(printer) as link:
        need(said(link, esc("Pem;4", "Sis"), 3) == b"\x06\x15F", "the feeder is empty, and the printer waits for a card")
        printer.ctl("power-off")
        need(link.recv(1) == b"", "a client that says nothing is hung up on")
    printer.ctl("power-on")
    printer.ctl("load", "pkcs15-tc")
    need([card["place"] for card in printer.state()["cards"]] == ["hopper"], "nothing is fed by itself afterwards")


def no_reader(printer) -> None:
    """Behind the contacts is nothing: the printer doesn't take them for closed, whatever else goes wrong."""
    for fault in ["busy", "contact-failure"]:
        need(socat(printer.raw(), esc("Pem;6", "Sis", "Rlr")) == b"\x06\x15TNACK T contact-failure\r", "it says so")
        need(printer.state()["phase"] == "at-contact", "the contacts are open")
        printer.ctl("arm", json.dumps({"kind": fault, "phase": "engaged"}))
    need(socat(printer.raw(), esc("Sis", "Ser"))[-1:] == b"\x06", "the card can be rejected")


def names(rakit: str) -> None:
    for words in [["--name", "One", "--name", "One"], ["--name", "a;b"], ["--name", ""],
                  ["--port", "65535", "--name", "One", "--name", "Two"]]:
        done = subprocess.run([rakit, "printer", "serve", "--rpc-port", "0", *words], stderr=subprocess.PIPE, timeout=60)
        need(done.returncode == 2, f"{words}: {done}")


def main() -> None:
    names(sys.argv[1])
    with served(sys.argv[1], "--station", "1") as printer:
        power(printer)
        no_reader(printer)
    with served(sys.argv[1], "--hopper", "pkcs15-tc", "--hopper", "piv-tc") as printer:
        raw_port(printer)
        second_client(printer)
        service(printer)
        busy(printer)
        with_a_card_inside(printer)
        control_socket(printer)
    print("no card lost, nothing stuck")


main()
