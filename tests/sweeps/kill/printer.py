"""printer.py RAKIT COUNT SEED [EVERY]: runs inside a sandbox with a station, in a folder of its own. A batch of two cards, one of
each kind, is worked off again and again in a printer that is killed (SIGKILL): before each EVERY-th step of keeping what it holds -
a card's chip, where the cards are - then at COUNT random moments. It starts again on what it had, as a printer of metal does when
its power is back. Where each card is must then be known, OpenSC must be able to read the one that
is inside, and the RA must have told no card to be where it isn't. The operator puts back what came out too early and gives the
same command again until it is done. Afterwards both cards have come out updated; each ordered key has one certificate, the one
that was issued for it this time, and just one was; nothing is on hold."""
import json
import os
import random
import re
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from parts import CmHost, Ra, Server, at_the_cm, await_card  # noqa: E402
from tracing import KEEPING, Traced  # noqa: E402

rakit, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
STATION = "Rakit Card Printer 00 00"
# Card -> what it is made of, what is ordered for it, and the ids that OpenSC gives the certificates of these keys.
CARDS = {"0D01": ("pkcs15-tc", ["45", "46"], {"45", "46"}), "0D02": ("piv-tc", ["9A"], {"01"})}
RUNS = 6


class Printer(Server):
    """A printer on ./printer that comes back at the address it had, and its operator."""

    def __init__(self):
        super().__init__("printer")
        self.port = "0"
        self.start()

    def start(self):
        ready = self.run([rakit, "printer", "serve", "--state", "printer", "--station", os.environ["RAKIT_CONTROL"] + "/station.sock",
                          "--port", self.port, "--rpc-port", "0", "--control", "operator"])
        self.url = ready["printers"][0]["raw"]
        self.port = self.url.rsplit(":", 1)[1]

    def ctl(self, *command):
        done = subprocess.run([rakit, "printer", "ctl", "operator/0.sock", *command], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            fail(f"the operator's {command}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def places(self):
        """card -> where it is; of one that was taken out and loaded again, the last counts."""
        return {card["card"]: card["place"] for card in self.ctl("state")["state"]["cards"]}

    def engage(self):
        with socket.create_connection(("127.0.0.1", int(self.port)), 20) as link:
            link.sendall(b"\x1bPem;6\r\x1bSis\r")
            link.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: link.recv(64), b""))
        if said != b"\x06\x06":
            fail(f"a card that is inside isn't engaged: {said}")

    def load(self, serial):
        kept = f"printer/0/cards/{serial}.json"
        if not os.path.exists(kept):
            kept = serial + ".json"
            subprocess.run([rakit, "card", "new", CARDS[serial][0], "--serial", serial, "--out", kept], check=True)
        self.ctl("load", kept)


def fail(what):
    sys.exit(f"FAILED: printer killed at {where}: {what}")


def opensc_reads(serial):
    printer.engage()
    await_card(STATION)
    listed = subprocess.run(["pkcs15-tool", "--reader", STATION, "--list-certificates"], capture_output=True, text=True, check=False)
    ids = set(re.findall(r"^\s*ID\s*: (\S+)", listed.stdout, re.M))
    if listed.returncode != 0 or not CARDS[serial][2] <= ids:
        fail(f"OpenSC reads {ids} of {serial}: {listed.stdout}{listed.stderr}")


def held(serial):
    """key -> the serial numbers of its certificates, of the ordered keys, as the card's chip holds them."""
    shown = json.loads(subprocess.run([rakit, "card", "show", "--json", f"printer/0/cards/{serial}.json"], check=True,
                                      capture_output=True).stdout)
    keys = {key: [] for key in CARDS[serial][1]}
    for part in shown:
        on_key = re.fullmatch(r"certificate (\w+) on key (\w+)", part["subject"])
        in_slot = re.fullmatch(r"certificate in slot (\w+)", part["subject"])
        key, number = (on_key[2], on_key[1]) if on_key else (in_slot[1], part["text"].split(",")[0]) if in_slot else ("", "")
        if key in keys:
            keys[key].append(int(number, 16))
    return keys


def batch(orders):
    return ra.start("batch", "--yes-write-real-card", "--json", "--printer", printer.url, "--orders", orders)


def ended(child):
    return outcome(os.waitpid(child, 0)[1])


def outcome(status):
    """Exit status and summary of a batch that has ended."""
    with open("output", encoding="utf-8") as output:
        text = output.read()
    summaries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) > 1:
        fail(f"batch ended with {status}: {text}")
    return os.WEXITSTATUS(status), summaries[-1] if summaries else None, text


def truthful(summary):
    """What the RA says of a card is so, or, where the printer's answer was lost, no more than it can know."""
    places = printer.places()
    last = {card["serial"]: card["left"] for card in summary["fed"] if card["serial"]}
    allowed = {"ejected": {"output"}, "rejected": {"reject"}, "inside": {"inside", "output", "reject"},
               "taken": {"output", "reject"}}
    for serial, left in last.items():
        # Where a person has put it since then is nothing that the RA could know.
        if places[serial] not in allowed.get(left, ()) and not (serial in moved and places[serial] in ("hopper", "taken")):
            fail(f"the RA says of {serial} {left}, but it is at {places[serial]}")


def accounted_for():
    places = printer.places()
    if places.keys() != CARDS.keys() or not set(places.values()) <= {"hopper", "inside", "output", "reject"}:
        fail(f"the cards are {places}")
    for serial in CARDS:
        if not all(held(serial).values()):
            fail(f"{serial} holds {held(serial)}")
    return places


def put_back(summary):
    """The operator takes what came out, and what isn't done goes into the hopper again."""
    done = {order["serial"].lstrip("0") for order in summary["orders"] if order["state"] == "done"} if summary else set()
    out = [serial for serial, place in printer.places().items() if place in ("output", "reject")]
    if all(serial.lstrip("0") in done for serial in out):
        return
    printer.ctl("empty-trays")
    for serial in out:
        moved.add(serial)
        if serial.lstrip("0") not in done:
            printer.load(serial)


def order_list(number):
    name = f"orders-{number}.csv"
    with open(name, "w", encoding="utf-8") as file:
        file.write("serial,procedure,actions,field.commonName\n")
        for serial, (_, keys, _) in CARDS.items():
            file.write(f"{serial},{PROCEDURE},{' '.join(key + '=redo' for key in keys)},Anna Ek {number}\n")
    return name


def to_the_end(orders, status, summary, text):
    """The same command again and again; gives how often."""
    runs = 0
    while status != 0:
        runs += 1
        if runs > RUNS:
            fail(f"not done after {runs} runs: {text}")
        put_back(summary)
        status, summary, text = ended(batch(orders))
        if summary:
            truthful(summary)
    return runs


def check(cm):
    places, issued = printer.places(), at_the_cm()
    fresh = issued.keys() - cm.keys()
    if not all(issued.values()):
        fail(f"on hold at the CM: {[serial for serial, active in issued.items() if not active]}")
    on_cards = [serial for card in CARDS for serials in held(card).values() for serial in serials]
    if sorted(on_cards) != sorted(fresh):
        fail(f"issued {fresh}, but the cards hold {on_cards}")
    if not set(places.values()) <= {"output", "taken"}:
        fail(f"all is done, but the cards are {places}")
    return issued


def all_into_the_hopper():
    printer.ctl("empty-trays")
    for serial in CARDS:
        printer.load(serial)


where, moved = "no time", set()
PROCEDURE = "employee-tc"
cm_host = CmHost(rakit)
printer = Printer()
ra = Ra(rakit, cm_host.url, reader=STATION, pins="pin:01 111111\npin:02 222222\npin:80 123456\n"
        "op-pin 010203040506070801020304050607080102030405060708\n", times=2 * len(CARDS))
for name in CARDS:
    printer.load(name)
SERIALS = list(printer.places())
CARDS = dict(zip(SERIALS, CARDS.values()))
status, summary, text = ended(batch(order_list("first")))
if status != 0:
    fail(f"a batch that nobody disturbs: {text}")
cm = check({})
PROCEDURE = "employee"
all_into_the_hopper()
begun = time.monotonic()
if ended(batch(order_list("timed")))[0] != 0:
    fail("a batch that nobody disturbs, the second time")
duration = time.monotonic() - begun
cm = check(cm)
rng = random.Random(seed)
met = {"before the first card": 0, "a card inside": 0, "between and behind": 0}
again = 0


def before_keeping(nth, orders):
    host = Traced.running(printer.process.pid)
    child = batch(orders)
    begun = host.until(nth, KEEPING, beside=child)
    return begun, lambda: outcome(host.ended[child])


def at_moment(seconds, orders):
    child = batch(orders)
    time.sleep(seconds)  # the moment is what is tried, not what is waited for
    return seconds, lambda: ended(child)


def settle(name, kill, point):
    """A batch in a printer that is killed, and all brought to its end; gives how far it came."""
    global cm, again, where
    where = name
    all_into_the_hopper()
    moved.clear()
    orders = order_list(name)
    came, batch_end = kill(point, orders)
    printer.kill()
    await_card(STATION, False)  # a printer of metal isn't back before pcscd has noticed
    printer.start()
    places = accounted_for()
    inside = [serial for serial, place in places.items() if place == "inside"]
    met["a card inside" if inside else "before the first card" if set(places.values()) == {"hopper"} else "between and behind"] += 1
    status, summary, text = batch_end()
    if summary:
        truthful(summary)
    places = accounted_for()
    inside = [serial for serial, place in places.items() if place == "inside"]
    if inside:
        opensc_reads(inside[0])
    again += to_the_end(orders, status, summary, text)
    cm = check(cm)
    if sys.stderr.isatty():
        print(f"\r{sum(met.values())} times, last at {where}\033[K", end="", file=sys.stderr)
    return came


systematic, nth = 0, rng.randrange(1, every + 1)
while (of_a_batch := settle(f"step-{nth}", before_keeping, nth)) == nth:
    systematic, nth = systematic + 1, nth + every
for number in range(count):
    settle(f"moment-{number}", at_moment, rng.uniform(0, duration))
printer.end()
cm_host.end()
if count >= 200 and 0 in met.values():
    sys.exit(f"FAILED: the kills met not each phase: {met}")
print(json.dumps({"disturbed": "printer", "before keeping": systematic, "at random": count, "seed": seed,
                  "steps of keeping in a batch": of_a_batch, "killed with": met, "runs after it": again}))
