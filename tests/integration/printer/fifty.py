"""fifty.py RAKIT: a hopper of fifty cards of both kinds and one that no order is for, worked off by `rakit batch` through a
private pcscd against a CM host, with three faults on the way: it converges after resumes, no card is unaccounted for, and the
officer's card in the reader beside it signs and is never taken."""
import csv
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from support import need

HERE = pathlib.Path(__file__).resolve().parent
CARDS, FACES, STRANGER = 50, (3, 24, 47), "0C01"
JAM = {"kind": "jam-turn-over", "phase": "positioning", "nth": 9}
POWER = {"kind": "power-loss", "phase": "encoding", "nth": 900}
DISCHARGE = {"kind": "jam-discharge", "phase": "ejecting", "nth": 31}
SECRETS = ("signature-pin 333333\ntls-pin 333333\npin:01 111111\npin:80 123456\n"
           "op-pin 010203040506070801020304050607080102030405060708\n") * (2 * CARDS)


def run(*command, **more):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, timeout=200, **more)


def ctl(*command):
    done = run(RAKIT, "printer", "ctl", os.environ["RAKIT_CONTROL"] + "/printer.sock", *command)
    need(done.returncode == 0, f"ctl {command}: {done.stdout}")
    return json.loads(done.stdout)


def state():
    return ctl("state")["state"]


def officers_card():
    """All that the officer's card holds, but for the PIN's tries."""
    return hashlib.sha256(run("opensc-tool", "--reader", "Virtual PCD 00 00", "--list-files").stdout.encode()).hexdigest()


def is_piv(card: int) -> bool:
    return card % 5 == 4


def image(card: int):
    """Of both kinds the first as they are built in; RSA keys for all would take longer than everything else."""
    if card < 5:
        return "piv-tc" if is_piv(card) else "pkcs15-tc"
    return HERE.parents[1] / "support/cards" / ("piv-ec-tc.yaml" if is_piv(card) else "pkcs15-ec-tc.yaml")


def load(folder: pathlib.Path):
    """The orders, in another order than the cards; every fifth card is a PIV card."""
    orders = []
    for card in range(CARDS):
        serial = ctl("load", image(card), f"0B{card:02X}")["card"]
        face = [f"Holder {card}", "2029-03"] if card in FACES else ["", ""]
        orders.append([serial, "employee-tc", "9A=redo" if is_piv(card) else "45=redo", f"Holder {card}", *face])
        if card == 20:
            ctl("load", image(card), STRANGER)
    with open(folder / "orders.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["serial", "procedure", "actions", "field.commonName", "face.name", "face.validity"])
        table.writerows(reversed(orders))
    return [order[0] for order in orders]


def batch(folder: pathlib.Path, url: str):
    with open(folder / "pins", "w") as file:
        file.write(SECRETS)
    os.chmod(folder / "pins", 0o600)
    module = next(pathlib.Path("/usr/lib").glob("*/opensc-pkcs11.so"))
    officer = f"pkcs11:slot-description=Virtual%20PCD%2000%2000;id=%46?module-path={module}"
    with open(folder / "pins") as pins:
        done = run(RAKIT, "batch", "--yes-write-real-card", "--json", "--printer", os.environ["RAKIT_PRINTER"], "--orders",
                   folder / "orders.csv", "--state", folder / "ra", "--cm", url, "--cm-ca", folder / "cm/ca.pem", "--officer",
                   officer, "--pin-fd", pins.fileno(), pass_fds=[pins.fileno()], stderr=subprocess.PIPE)
    need(done.returncode in (0, 1) and done.stdout, f"batch ended with {done.returncode}: {done.stderr[-3000:]}")
    return done.returncode, json.loads(done.stdout), done.stderr


def mend(folder: pathlib.Path) -> None:
    """What the operator does about whatever it was; the card that jammed goes back into the hopper as it is."""
    for command in ["open-cover", "close-cover", "power-on", "empty-trays", "new-ribbon"]:
        ctl(command)
    latest = {card["card"]: card["place"] for card in state()["cards"]}
    for card in (card for card, place in latest.items() if place == "taken" and JOURNAL.get(card, "done") != "done"):
        kept = folder / f"{card}.json"
        kept.write_text(json.dumps(ctl("snapshot", card)["image"]))
        ctl("load", kept)


def inside(folder: pathlib.Path, url: str) -> None:
    serials = load(folder)
    before = officers_card()
    for fault in (JAM, POWER, DISCHARGE):
        ctl("arm", json.dumps(fault))
    status, summary, said = batch(folder, url)
    runs = 1
    while status != 0 and runs < 8:
        need("batch_incomplete" in said and "order" in said, f"a run that leaves orders open says so: {said}")
        need(all(card["left"] in ("ejected", "rejected", "inside", "lost", "taken") for card in summary["fed"]),
             f"each card that was fed is accounted for: {summary['fed']}")
        JOURNAL.update({order["serial"]: order["state"] for order in summary["orders"]})
        mend(folder)
        status, summary, said = batch(folder, url)
        runs += 1
    need(status == 0 and summary["done"] == CARDS, f"{summary['done']} of {CARDS} after {runs} runs: {said[-3000:]}")
    need(runs == 4, f"three faults are three resumes, not {runs - 1}")
    need(all(order["state"] == "done" for order in summary["orders"]), "each order is done")
    need(len({order["transaction"] for order in summary["orders"]}) == CARDS, "each by a transaction of its own")
    now = state()
    need(not now["faults"], f"each fault struck: {now['faults']}")
    latest = {card["card"]: card for card in now["cards"]}
    need(len(latest) == CARDS + 1 and all(card["place"] in ("output", "reject", "taken") for card in latest.values()),
         f"no card is left in the printer: {latest}")
    stranger = [card for card in summary["fed"] if card["serial"] and card["serial"] not in serials]
    need([(card["left"], card["problem"]) for card in stranger] == [("rejected", "printer_wrong_card")],
         f"the card that no order is for: {stranger}")
    printed = sorted(card["card"] for card in now["cards"] if card["printed"])
    need(printed == sorted(serials[card] for card in FACES), f"the faces: {printed}")
    need(officers_card() == before, "the officer's card is as it was")
    print(f"{CARDS} orders done in {runs} runs")


def judge(folder: pathlib.Path) -> None:
    """What the CM host saw: each card issued for once and confirmed, all of it signed by the officer's card."""
    log = json.loads(run(RAKIT, "cm", "log", "--state", folder / "cm", "--json").stdout)
    for category in ("issue", "confirm"):
        cards = [entry["cardSerial"] for entry in log if entry["category"] == category and entry["success"]]
        need(len(cards) == len(set(cards)) == CARDS, f"{category}: {len(cards)} times {len(set(cards))} cards")
    need({entry["officer"] for entry in log if entry["officer"]} == {"Olof Officer"}, "one officer signs")


if sys.argv[1] == "--inside":
    RAKIT, JOURNAL = sys.argv[2], {}
    inside(pathlib.Path(sys.argv[3]), sys.argv[4])
else:
    RAKIT = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="rakit-fifty-") as name:
        work = pathlib.Path(name)
        work.chmod(0o711)
        host = subprocess.Popen([RAKIT, "cm", "serve", "--state", work / "cm", "--listen", "127.0.0.1:0", "--ready-file",
                                 work / "ready.json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            while not (work / "ready.json").exists():
                need(host.poll() is None, "the CM host ended")
                host.stdout.readline()
            url = json.loads((work / "ready.json").read_text())["url"]
            done = subprocess.run([RAKIT, "sandbox", "--card", "officer", "--printer", "--faces", name, "--", sys.executable,
                                   __file__, "--inside", RAKIT, name, url], timeout=280)
            need(done.returncode == 0, "the fifty")
            judge(work)
        finally:
            host.terminate()
            host.wait(20)
