"""kill.py RAKIT WHOM COUNT SEED [EVERY]: runs inside a sandbox, in a folder of its own. An update of two keys is disturbed again and
again. WHOM `ra`: the RA is killed (SIGKILL) before each EVERY-th of its system calls that others can see, then COUNT times before any;
`cm`: the CM host is, before each EVERY-th of its system calls that others can see, then COUNT times at some moment of the update,
and starts again on what it had; `net`: their connection ends COUNT times after some octet of either direction; `card`: the card fails
at each EVERY-th command in each of five ways, each EVERY-th of its writes is cut in five, then COUNT times at some command. OpenSC must be able
to read the card as it is then. Then the order is resumed. Afterwards the card holds for each key one certificate, the former or a
new one; the CM host holds just what was ordered, nothing on hold; a new order was made for both keys or for none."""
import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from parts import CmHost, Ra, at_the_cm, await_card, on_the_card  # noqa: E402
from tracing import EFFECTS, Traced, let_trace  # noqa: E402

rakit, whom, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
every = int(sys.argv[5]) if len(sys.argv) > 5 else 1


class Line:
    """A TCP relay on loopback to the CM host, which ends all connections for good once `limit` octets have gone `way` ("up": to the
    host, "down": to the RA) since restart(); no limit: none."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lock = threading.Lock()
        self.restart()
        threading.Thread(target=self.accept, daemon=True).start()

    def restart(self, way=None, limit=None):
        with self.lock:
            self.way, self.limit, self.gone, self.cut = way, limit, {"up": 0, "down": 0}, False

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection(self.target)
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.relay, args=(near, far, "up"), daemon=True).start()
            threading.Thread(target=self.relay, args=(far, near, "down"), daemon=True).start()

    def allowed(self, way, octets):
        with self.lock:
            if self.cut:
                return b""
            if way == self.way and self.gone[way] + len(octets) >= self.limit:
                octets, self.cut = octets[:self.limit - self.gone[way]], True
            self.gone[way] += len(octets)
            return octets

    def relay(self, source, sink, way):
        try:
            while octets := source.recv(65536):
                allowed = self.allowed(way, octets)
                sink.sendall(allowed)
                if len(allowed) < len(octets) or self.cut:
                    break
        except OSError:
            pass  # the other direction ended it
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


cm_host = CmHost(rakit)
url = cm_host.url
line = None
if whom == "net":
    host, port = cm_host.address.split(":")
    line = Line((host, int(port)))
    url = line.url
ra = Ra(rakit, url)


def ra_until(nth, counted=EFFECTS):
    return Traced.from_its_start(ra.start(*REDO, before=let_trace)).until(nth, counted)


def cm_until(nth):
    host = Traced.running(cm_host.process.pid)
    begun = host.until(nth, beside=ra.start(*REDO))
    cm_host.kill()
    cm_host.start()
    return begun


def fail(point, what):
    sys.exit(f"FAILED: {whom} disturbed at {point}: {what}")


# How a card fails at a command: docs/formats/card.md, Faults. Writes are cut after so many octets.
FAULTS = [{"kind": "tear-before"}, {"kind": "tear-after"}, {"kind": "remove"}, {"kind": "reset"}, {"kind": "status", "sw": "6581"}]
CUTS = [{"kind": "tear-within", "octets": octets, "ins": "D6"} for octets in (0, 1, 2, 7, 40)]


def card_ctl(*command):
    done = subprocess.run([rakit, "card", "ctl", os.environ["RAKIT_CONTROL"] + "/0.sock", *command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        fail("no time", f"{command}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def undisturbed():
    """An update that nobody disturbs must go well."""
    code, text = ra.ran(*REDO)
    if code != 0:
        fail("no time", f"an update that nobody disturbs: {text}")


def commands_of_an_update(**which):
    """How many commands an undisturbed update sends to the card: what is left of a fault that is too far away."""
    far = 1_000_000
    card_ctl("arm", json.dumps({"kind": "tear-before", "nth": far, **which}))
    undisturbed()
    left = card_ctl("faults")["faults"][0]["nth"]
    card_ctl("disarm")
    return far - left


def fail_card(fault, nth):
    """An update at whose nth command the card fails so; false if it had not so many: certificates differ in length."""
    card_ctl("arm", json.dumps({**fault, "nth": nth}))
    os.waitpid(ra.start(*REDO), 0)
    met = not card_ctl("faults")["faults"]
    card_ctl("disarm")
    if met and fault["kind"] not in ("reset", "status"):  # who finds it without power takes it out, and puts it in again
        card_ctl("remove")
        card_ctl("insert")
        await_card("Virtual PCD 00 00")
    return met


def opensc_reads(point):
    """OpenSC too finds each key with a certificate on the card as the disturbance left it."""
    listed = subprocess.run(["pkcs15-tool", "--list-certificates"], capture_output=True, text=True, check=False)
    ids = re.findall(r"^\s*ID\s*: (\S+)", listed.stdout, re.M)
    if listed.returncode != 0 or not {"45", "46"} <= set(ids):
        fail(point, f"OpenSC reads {ids}: {listed.stdout}{listed.stderr}")


def check(point, card, cm):
    after, issued = on_the_card(rakit), at_the_cm()
    fresh = issued.keys() - cm.keys()
    if not all(issued.values()):
        fail(point, f"on hold at the CM: {[serial for serial, active in issued.items() if not active]}")
    if after.keys() != card.keys() or any(len(serials) != 1 for serials in after.values()):
        fail(point, f"the card holds {after}")
    held = {serials[0] for serials in after.values()}
    if not held <= issued.keys():
        fail(point, f"the card holds what the CM never issued: {held - issued.keys()}")
    if fresh and held != fresh:
        fail(point, f"issued {fresh}, but the card holds {held}")
    if not fresh and after != card:
        fail(point, f"nothing was issued, but the card changed from {card} to {after}")
    return after, issued, bool(fresh)


def disturb(rng):
    """One update that is disturbed somewhere; gives where."""
    if whom == "ra":
        point = rng.randrange(1, whole + 1)
        ra_until(point, None)
        return f"system call {point}"
    if whom == "card":
        fault = rng.choice(FAULTS + CUTS)
        nth = rng.randrange(1, commands[fault.get("ins")] + 1)
        return f"{fault} {nth}" if fail_card(fault, nth) else f"nothing: {fault} {nth} is beyond the update's end"
    if whom == "net":
        way = rng.choice(("up", "down"))
        octets = rng.randrange(1, traffic[way] + 1)
        line.restart(way, octets)
        os.waitpid(ra.start(*REDO), 0)
        line.restart()
        return f"octet {octets} {way}"
    delay = rng.uniform(0, duration)
    child = ra.start(*REDO)
    time.sleep(delay)  # the moment is what is tried, not what is waited for
    cm_host.kill()
    os.waitpid(child, 0)
    cm_host.start()
    return f"{delay:.3f} s"


code, text = ra.ran("update", "--procedure", "employee-tc", "--action", "45=redo", "--action", "46=redo",
                    "--field", "commonName=Anna Ek")
if code != 0:
    fail("no time", f"the first update: {text}")
REDO = ["update", "--procedure", "employee", "--action", "45=redo", "--action", "46=redo",
        "--field", "commonName=Anna Ek"]
if line:
    line.restart()
begun = time.monotonic()
undisturbed()
duration = time.monotonic() - begun
traffic = dict(line.gone) if line else {}
random_moments = random.Random(seed)
card, cm = on_the_card(rakit), at_the_cm()
done = {"nothing begun": 0, "resumed": 0, "at its end": 0}


def settle(where):
    """What an update that was disturbed leaves is looked at, resumed, and looked at again."""
    global card, cm
    opensc_reads(where)
    code, text = ra.ran("resume")
    nothing_open = "nothing_to_do" in text
    if code != 0 and not nothing_open:
        fail(where, f"resume: {text}")
    card, cm, fresh = check(where, card, cm)
    done["resumed" if not nothing_open else "at its end" if fresh else "nothing begun"] += 1
    if sys.stderr.isatty():
        print(f"\r{sum(done.values())} times, last at {where}\033[K", end="", file=sys.stderr)


systematic, effects, commands = 0, None, {}
if whom == "card":
    commands = {None: commands_of_an_update(), "D6": commands_of_an_update(ins="D6")}
    card, cm = on_the_card(rakit), at_the_cm()
    for fault in FAULTS + CUTS:
        last = commands[fault.get("ins")]
        for nth in range(random_moments.randrange(1, min(every, last) + 1), last + 1, every):
            systematic += fail_card(fault, nth)
            settle(f"{fault} {nth}")
if whom in ("ra", "cm"):
    until = ra_until if whom == "ra" else cm_until
    nth = random_moments.randrange(1, every + 1)
    while (begun := until(nth)) == nth:
        settle(f"effect {nth}")
        systematic, nth = systematic + 1, nth + every
    settle("its end")
    effects = begun
whole = ra_until(sys.maxsize, None) if whom == "ra" else None
card, cm = on_the_card(rakit), at_the_cm()
for _ in range(count):
    settle(disturb(random_moments))
cm_host.end()
if whom != "cm" and count >= 40 and 0 in (done["nothing begun"], done["resumed"]):
    sys.exit(f"FAILED: the kills met not each phase: {done}")
print(json.dumps({"disturbed": whom, "systematic": systematic, "at random": count, "seed": seed, "effects of an update": effects,
                  "system calls of an update": whole, "octets of an update": traffic or None,
                  "commands of an update": commands.get(None), "writes of an update": commands.get("D6"), **done}))
