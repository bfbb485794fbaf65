"""station.py RAKIT: pcscd sees a card in the printer's station exactly while the contacts are engaged - by OpenSC's own
eyes - also under faults and at power loss; and the officer's card in the other reader is never taken."""
import json
import os
import subprocess
import sys
import time

from support import esc, need, socat

STATION = "Rakit Card Printer 00 00"
OTHER = "Virtual PCD 00 00"


def seen(reader: str) -> bool:
    done = subprocess.run(["opensc-tool", "--list-readers"], stdout=subprocess.PIPE, text=True, timeout=30)
    lines = [line for line in done.stdout.splitlines() if reader in line]
    need(len(lines) == 1, f"opensc-tool lists '{reader}' once: {done.stdout}")
    return lines[0].split()[1] == "Yes"


def expect(present: bool, when: str) -> None:
    """pcscd looks every 400 ms; a look that never comes fails."""
    deadline = time.monotonic() + 10
    while seen(STATION) != present:
        need(time.monotonic() < deadline, f"{when}: the card is {'not ' if present else ''}seen")
    phase = state()["phase"]
    need((phase in ("engaged", "encoding")) == present, f"{when}: the printer is {phase}")


def ctl(*command: str):
    done = subprocess.run([RAKIT, "printer", "ctl", os.environ["RAKIT_CONTROL"] + "/printer.sock", *command],
                          stdout=subprocess.PIPE, text=True, timeout=60)
    need(done.returncode == 0, f"ctl {command}: {done.stdout}")
    return json.loads(done.stdout)


def state():
    return ctl("state")["state"]


def say(command: str) -> bytes:
    return socat(os.environ["RAKIT_PRINTER"].removeprefix("esc://"), esc("Pem;6", command))[1:]


def serial_read() -> str:
    done = subprocess.run([RAKIT, "contents", "--json", "--reader", STATION], stdout=subprocess.PIPE, text=True, timeout=60)
    need(done.returncode == 0, "the card at the station is read")
    return json.loads(done.stdout)["serial"]


def inside() -> None:
    expect(False, "before anything is fed")
    need(say("Sis") == b"\x06", "a card goes to the station")
    expect(True, "engaged")
    need(serial_read() == state()["inside"], "what PC/SC reads is what the printer holds")
    ctl("open-cover")
    expect(False, "cover open")
    ctl("close-cover")
    expect(False, "cover closed: the contacts don't close by themselves")
    need(say("Sis") == b"\x06", "engaged again")
    expect(True, "engaged again")
    ctl("power-off")
    expect(False, "power lost")
    need(say("Rse;p") == b"", "a printer without power says nothing")
    ctl("power-on")
    expect(False, "power back")
    need(state()["inside"], "the card is still inside")
    ctl("arm", '{"kind": "contact-failure"}')
    need(say("Sis") == b"\x15T", "contacts fail")
    expect(False, "after contacts that failed")
    need(say("Sis") == b"\x06", "and are tried again")
    expect(True, "after the second try")
    ctl("arm", '{"kind": "power-loss", "phase": "encoding"}')
    done = subprocess.run([RAKIT, "contents", "--reader", STATION], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    need(done.returncode != 0, "a command that the power fails in isn't answered")
    expect(False, "power lost in the middle of a command")
    ctl("power-on")
    need(say("Sis") == b"\x06", "engaged after power loss")
    expect(True, "engaged after power loss")
    first = state()["inside"]
    need(say("Se") == b"\x06", "ejected")
    expect(False, "ejected")
    need(say("Sis") == b"\x06", "the next card")
    expect(True, "the next card")
    need(serial_read() == state()["inside"] != first, "it is another card")
    need(say("Ser") == b"\x06", "rejected")
    expect(False, "rejected")
    need(seen(OTHER), "the other reader's card is untouched")
    officer()


def officer() -> None:
    """The card in the other reader is no choice, whatever is asked."""
    before = ctl("state")["state"]["counters"]
    done = subprocess.run(
        [RAKIT, "update", "--printer", os.environ["RAKIT_PRINTER"], "--reader", OTHER, "--cm", "https://127.0.0.1:1",
         "--cm-ca", sys.argv[3], "--officer", sys.argv[4], "--procedure", "p", "--action", "45=redo"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
    need(done.returncode != 0 and "isn't the printer's station" in done.stderr, f"the other reader is refused: {done.stderr}")
    need(ctl("state")["state"]["counters"] == before, "and nothing was fed")


RAKIT = sys.argv[2] if sys.argv[1] == "--inside" else sys.argv[1]
if sys.argv[1] == "--inside":
    inside()
else:
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory(prefix="rakit-station-") as folder:
        host = subprocess.Popen([RAKIT, "cm", "serve", "--state", folder, "--listen", "127.0.0.1:0", "--ready-file",
                                 folder + "/ready.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            done = subprocess.run(
                [RAKIT, "sandbox", "--card", "pkcs15-tc", "--printer", "--hopper", "pkcs15-tc", "--hopper", "piv-tc", "--",
                 sys.executable, __file__, "--inside", RAKIT, folder + "/ca.pem", folder + "/officer.p12"], timeout=180)
            need(done.returncode == 0, "the station")
        finally:
            host.terminate()
            host.wait(20)
    print("PC/SC sees the card exactly while the contacts are engaged")
