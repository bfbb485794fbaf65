"""kill.py RAKIT WHOM COUNT SEED: runs inside a sandbox, in a folder of its own. An update of two keys is disturbed COUNT times:
WHOM `ra`: the RA is killed (SIGKILL) at one of its system calls, before or after it; `cm`: the CM host is, at some moment of the
update, and starts again on what it had; `net`: their connection ends after some octet of either direction. OpenSC must be able to
read the card as it is then. Then the order is resumed. Afterwards the card holds for each key one certificate, the former or a new
one; the CM host holds just what was ordered, nothing on hold; a new order was made for both keys or for none."""
import ctypes
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from parts import CmHost, Ra, at_the_cm, on_the_card  # noqa: E402

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200  # ptrace(2), <sys/ptrace.h>
PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL = 1, 0x100000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

rakit, whom, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


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


def start_traced(*command):
    return ra.start(*command, before=lambda: libc.ptrace(PTRACE_TRACEME, 0, None, None))


def stops_until(child, limit):
    """Lets the traced child run from system call to system call; kills it at the limit-th stop. Gives the stops seen."""
    os.waitpid(child, 0)  # at exec
    libc.ptrace(PTRACE_SETOPTIONS, child, None, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)
    stops, deliver = 0, 0
    while True:
        libc.ptrace(PTRACE_SYSCALL, child, None, deliver)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return stops, status
        deliver = 0 if os.WSTOPSIG(status) == signal.SIGTRAP | 0x80 else os.WSTOPSIG(status)
        stops += deliver == 0
        if stops == limit:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            return stops, status


def fail(point, what):
    cm_host.kill()
    sys.exit(f"FAILED: {whom} disturbed at {point}: {what}")


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
    """One update with a kill in it; gives where."""
    if whom == "ra":
        point = rng.randrange(1, whole + 1)
        stops_until(start_traced(*REDO), point)
        return f"stop {point}"
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
if os.waitpid(ra.start(*REDO), 0)[1] != 0:
    fail("no time", "an update that nobody disturbs: " + open("output", encoding="utf-8").read())
duration = time.monotonic() - begun
traffic = dict(line.gone) if line else {}
whole, _ = stops_until(start_traced(*REDO), -1)
random_moments = random.Random(seed)
card, cm = on_the_card(rakit), at_the_cm()
done = {"nothing begun": 0, "resumed": 0, "at its end": 0}
for number in range(count):
    where = disturb(random_moments)
    opensc_reads(where)
    code, text = ra.ran("resume")
    nothing_open = "nothing_to_do" in text
    if code != 0 and not nothing_open:
        fail(where, f"resume: {text}")
    card, cm, fresh = check(where, card, cm)
    done["resumed" if not nothing_open else "at its end" if fresh else "nothing begun"] += 1
    if sys.stderr.isatty():
        print(f"\r{number + 1} of {count}", end="", file=sys.stderr)
cm_host.end()
if whom != "cm" and count >= 40 and 0 in (done["nothing begun"], done["resumed"]):
    sys.exit(f"FAILED: the kills met not each phase: {done}")
print(json.dumps({"disturbed": whom, "times": count, "seed": seed, "system call stops of an update": whole,
                  "octets of an update": traffic, **done}))
