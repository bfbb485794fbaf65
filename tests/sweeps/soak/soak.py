"""soak.py RAKIT MINUTES SEED: runs inside a sandbox with three cards. Two RAs update them at full speed, while cards fail and are pulled
and the CM host misbehaves, is killed and starts again (not in the last third, which shows whether its memory stays flat). In the end
nothing is open, each key has one certificate, which is active at the CM host, and no process has grown."""
import collections
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from parts import CmHost, Ra, at_the_cm, on_the_card  # noqa: E402

rakit, minutes, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
READERS = [f"Virtual PCD 00 0{slot}" if slot < 2 else "Virtual PCD 2 00 00" for slot in range(3)]
FAULTS = [{"kind": "tear-before"}, {"kind": "tear-after"}, {"kind": "reset"}, {"kind": "remove"}, {"kind": "status", "sw": "6581"},
          {"kind": "tear-within", "ins": "D6", "octets": 7}]
# What a host says wrongly and keeps (another key, a stale nonce) only an officer can clear up: not of this sort.
DEVIATIONS = [{"dropBefore": True}, {"dropAfter": True}, {"truncateBody": True}, {"httpStatus": 503}, {"slowMs": 200}, {"lostAnswer": True},
              {"maintenance": True}]
# The PINs are right, each request is well-formed, and whatever goes wrong has a code.
NEVER = ("?", "internal", "pin_wrong", "pin_blocked", "request_malformed")
GROWTH = 1.10  # of a process's resident memory, in the second half of what is compared
SLACK_KIB = 2048


class Patience(Exception):
    pass


def fail(what):
    cm_host.kill()
    sys.exit("FAILED: " + what)


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))


def below(ancestor):
    """The processes that come from `ancestor`, itself the first."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                parents[int(pid)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it has ended
    found = [ancestor]
    for one in found:
        found += [pid for pid, parent in parents.items() if parent == one]
    return found


def called(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
        return comm.read().strip()


def card(slot, *command):
    """A command to a card's control socket; that a fault can't be armed now is no matter."""
    os.system(f"'{rakit}' card ctl \"$RAKIT_CONTROL\"/{slot}.sock " + " ".join(f"'{one}'" for one in command) + " > /dev/null 2>&1")


def serial_of(reader):
    return json.loads(subprocess.run([rakit, "contents", "--json", "--reader", reader], check=True, capture_output=True).stdout)["serial"]


def seen_again(reader, serial):
    """pcscd looks every 400 ms; a card that it doesn't see after seconds is stuck."""
    last = time.monotonic() + 10
    while True:
        try:
            if serial_of(reader) == serial:
                return
        except subprocess.CalledProcessError as error:
            if time.monotonic() > last:
                fail(f"{reader} is stuck: {error.stderr.decode()}")
        time.sleep(0.1)


def deviate(what):
    request = urllib.request.Request(cm_host.ready["controlUrl"] + "/deviations", json.dumps(what).encode(), method="PUT",
                                     headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


class Officer(threading.Thread):
    """One RA: updates whatever card and keys it fancies, and resumes what goes wrong."""

    def __init__(self, number):
        super().__init__()
        self.rng, self.said = random.Random(seed * 10 + number), collections.Counter()
        self.ras = [(Ra(rakit, cm_host.url, f"output-{number}-{slot}", reader), serials[slot]) for slot, reader in enumerate(READERS)]
        self.broken = None

    def run(self):
        try:
            while time.monotonic() < end:
                self.once(*self.rng.choice(self.ras))
        except Exception as broken:  # told by the main thread
            self.broken = broken

    def once(self, ra, serial):
        keys = self.rng.choice((["45"], ["46"], ["45", "46"]))
        actions = [word for key in keys for word in ("--action", f"{key}=redo")]
        code, text = ra.ran("update", "--procedure", "employee", "--field", "commonName=Anna Ek", *actions)
        self.note("update", code, text)
        if code != 0:
            code, text = ra.ran("resume", "--order", serial)
            self.note("resume", code, text)

    def note(self, verb, code, text):
        if code < 0 or code > 4:
            raise Patience(f"{verb} ended with {code}: {text}")
        found = re.findall(r"^rakit: ([a-z_]+): ", text, re.M)
        what = "ok" if code == 0 else found[-1] if found else "?"
        if what in NEVER:
            raise Patience(f"{verb}: {text}")
        self.said[f"{verb} {what}"] += 1


def disturb(rng, calm):
    """One disturbance; the last third spares the CM host's life."""
    which = rng.random()
    slot = rng.randrange(3)
    if which < 0.15 and not calm:
        cm_host.kill()
        cm_host.start()
        return "CM killed"
    if which < 0.5:
        try:
            deviate(rng.choice(DEVIATIONS))
            time.sleep(0.3)  # for so long it is wrong
            deviate({})
        except OSError:
            return "CM gone"
        return "CM wrong"
    if which < 0.9:
        fault = {**rng.choice(FAULTS), "nth": rng.randrange(1, 60)}
        card(slot, "arm", json.dumps(fault))
        time.sleep(0.5)  # to meet an update
        card(slot, "disarm")
        card(slot, "insert")
        return "card failed"
    card(slot, "remove")
    card(slot, "insert")
    return "card pulled"


cm_host = CmHost(rakit, "--control")
serials = [serial_of(reader) for reader in READERS]
for reader in READERS:
    code, text = Ra(rakit, cm_host.url, reader=reader).ran("update", "--procedure", "employee-tc", "--action", "45=redo", "--action", "46=redo",
                                                           "--field", "commonName=Anna Ek")
    if code != 0:
        fail("the exchange of the TCs: " + text)
# The cards live in the sandbox's processes; which of them, is its own affair.
watched = {pid: called(pid) for pid in below(os.getppid()) if pid not in (os.getpid(), cm_host.process.pid)}
watched = {pid: f"{name} {pid}" for pid, name in watched.items() if name in ("rakit", "pcscd")}
if len(watched) < 2:
    fail(f"the sandbox's processes are {watched}")
begun = time.monotonic()
end = begun + minutes * 60
officers = [Officer(number) for number in range(2)]
for officer in officers:
    officer.start()
rng = random.Random(seed)
disturbances, memory = collections.Counter(), collections.defaultdict(list)
while time.monotonic() < end and not any(officer.broken for officer in officers):
    calm = time.monotonic() - begun > minutes * 40
    disturbances[disturb(rng, calm)] += 1
    for pid, name in watched.items():
        memory[name].append(resident_kib(pid))
    if calm:
        memory["CM host"].append(resident_kib(cm_host.process.pid))
    if sys.stderr.isatty():
        print(f"\r{time.monotonic() - begun:.0f} s of {minutes * 60:.0f}", end="", file=sys.stderr)
for officer in officers:
    officer.join()
    if officer.broken:
        fail(str(officer.broken))

deviate({})
for slot, reader in enumerate(READERS):
    card(slot, "disarm")
    card(slot, "insert")
    seen_again(reader, serials[slot])
    code, text = Ra(rakit, cm_host.url, reader=reader).ran("resume", "--order", serials[slot])
    if code != 0 and "nothing_to_do" not in text:
        fail(f"resume in {reader}: {text}")
issued, held = at_the_cm(), {}
for reader in READERS:
    for key, serials in on_the_card(rakit, "--reader", reader).items():
        held[f"{reader} {key}"] = serials
wrong = {where: serials for where, serials in held.items() if len(serials) != 1 or not issued.get(serials[0])}
if wrong:
    fail(f"not one active certificate each: {wrong}")
if not all(issued.values()):
    fail(f"on hold at the CM: {[serial for serial, active in issued.items() if not active]}")
cm_host.end()
said = sum((officer.said for officer in officers), collections.Counter())
grown = {}
for who, samples in memory.items():
    half = len(samples) // 2
    before, after = statistics.median(samples[half:half + half // 2 + 1]), statistics.median(samples[-(half // 2 + 1):])
    grown[who] = {"KiB at half": before, "KiB at the end": after}
print(json.dumps({"minutes": minutes, "seed": seed, "certificates issued": len(issued), "said": dict(sorted(said.items())),
                  "disturbances": dict(disturbances), "memory": grown}, indent=1))
for who, seen in grown.items():
    if seen["KiB at the end"] > GROWTH * seen["KiB at half"] + SLACK_KIB:
        sys.exit(f"FAILED: {who} has grown: {seen}")
if said["update ok"] == 0:
    sys.exit("FAILED: not one update went through")
