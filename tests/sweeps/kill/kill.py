"""kill.py RAKIT WHOM COUNT SEED: runs inside a sandbox, in a folder of its own. An update of two keys is disturbed COUNT times:
WHOM `ra`: the RA is killed (SIGKILL) at one of its system calls, before or after it; `cm`: the CM host is, at some moment of the
update, and starts again on what it had; `net`: their connection ends after some octet of either direction. Then the order is resumed. Afterwards the card holds for each key one certificate, the
former or a new one; the CM host holds just what was ordered, nothing on hold; a new order was made for both keys or for none."""
import ctypes
import json
import os
import random
import signal
import sqlite3
import socket
import subprocess
import sys
import threading
import time

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200  # ptrace(2), <sys/ptrace.h>
PTRACE_O_TRACESYSGOOD, PTRACE_O_EXITKILL = 1, 0x100000
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

rakit, whom, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def serve(address):
    """Starts the CM host on ./state; gives the process and its URL."""
    if os.path.exists("ready.json"):
        os.remove("ready.json")
    with open("cm.log", "ab") as log:
        process = subprocess.Popen([rakit, "cm", "serve", "--state", "state", "--listen", address, "--ready-file", "ready.json"],
                                   stdout=log, stderr=log)
    end = time.monotonic() + 20
    while not os.path.exists("ready.json"):
        if process.poll() is not None or time.monotonic() > end:
            sys.exit("FAILED: the CM host didn't start: " + open("cm.log", encoding="utf-8").read())
        time.sleep(0.01)
    with open("ready.json", encoding="utf-8") as ready:
        return process, json.load(ready)["url"]


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


cm_host, url = serve("127.0.0.1:0")
line = None
if whom == "net":
    host, port = url.removeprefix("https://").split(":")
    line = Line((host, int(port)))
    url = line.url
WHO = ["--cm", url, "--cm-ca", "state/ca.pem", "--officer", "state/officer.p12", "--state", "ra-state", "--pin-fd", "3"]


def start(command, traced):
    """Runs `command` with the PINs at descriptor 3, its output in the file `output`."""
    ours, theirs = os.pipe()
    with open("state/officer.password", encoding="utf-8") as password:
        os.write(theirs, f"signature-pin {password.read().strip()}\npin:01 111111\npin:02 222222\n".encode())
    os.close(theirs)
    child = os.fork()
    if child == 0:
        output = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(ours, 3)
        os.set_inheritable(3, True)  # dup2 does nothing where the pipe has that number already
        os.dup2(output, 1)
        os.dup2(output, 2)
        if traced:
            libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execv(command[0], command)
    os.close(ours)
    return child


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


def ran(*command):
    _, status = os.waitpid(start([rakit, *command], False), 0)
    with open("output", encoding="utf-8") as output:
        return os.WEXITSTATUS(status), output.read()


def on_the_card():
    """key -> the serial numbers of its certificates."""
    contents = json.loads(subprocess.run([rakit, "contents", "--json"], check=True, capture_output=True).stdout)
    return {key["key"]: [int(one["serial"], 16) for one in key["certificates"]] for key in contents["keys"]}


def at_the_cm():
    """serial number -> whether it is active, of all that was ever issued."""
    with sqlite3.connect("file:state/cm.sqlite?mode=ro", uri=True) as database:
        return {int(serial, 16): bool(active) for serial, active in database.execute("SELECT serial, active FROM certificates")}


def fail(point, what):
    cm_host.kill()
    sys.exit(f"FAILED: {whom} disturbed at {point}: {what}")


def check(point, card, cm):
    after, issued = on_the_card(), at_the_cm()
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
    global cm_host
    if whom == "ra":
        point = rng.randrange(1, whole + 1)
        stops_until(start(REDO, True), point)
        return f"stop {point}"
    if whom == "net":
        way = rng.choice(("up", "down"))
        octets = rng.randrange(1, traffic[way] + 1)
        line.restart(way, octets)
        os.waitpid(start(REDO, False), 0)
        line.restart()
        return f"octet {octets} {way}"
    delay = rng.uniform(0, duration)
    child = start(REDO, False)
    time.sleep(delay)  # the moment is what is tried, not what is waited for
    cm_host.kill()
    cm_host.wait()
    os.waitpid(child, 0)
    cm_host, _ = serve(url.removeprefix("https://"))
    return f"{delay:.3f} s"


code, text = ran("update", *WHO, "--procedure", "employee-tc", "--action", "45=redo", "--action", "46=redo",
                 "--field", "commonName=Anna Ek")
if code != 0:
    fail("no time", f"the first update: {text}")
REDO = [rakit, "update", *WHO, "--procedure", "employee", "--action", "45=redo", "--action", "46=redo",
        "--field", "commonName=Anna Ek"]
if line:
    line.restart()
begun = time.monotonic()
if os.waitpid(start(REDO, False), 0)[1] != 0:
    fail("no time", "an update that nobody disturbs: " + open("output", encoding="utf-8").read())
duration = time.monotonic() - begun
traffic = dict(line.gone) if line else {}
whole, _ = stops_until(start(REDO, True), -1)
random_moments = random.Random(seed)
card, cm = on_the_card(), at_the_cm()
done = {"nothing begun": 0, "resumed": 0, "at its end": 0}
for number in range(count):
    where = disturb(random_moments)
    code, text = ran("resume", *WHO)
    nothing_open = "nothing_to_do" in text
    if code != 0 and not nothing_open:
        fail(where, f"resume: {text}")
    card, cm, fresh = check(where, card, cm)
    done["resumed" if not nothing_open else "at its end" if fresh else "nothing begun"] += 1
    if sys.stderr.isatty():
        print(f"\r{number + 1} of {count}", end="", file=sys.stderr)
cm_host.terminate()
cm_host.wait(timeout=20)
if whom != "cm" and count >= 40 and 0 in (done["nothing begun"], done["resumed"]):
    sys.exit(f"FAILED: the kills met not each phase: {done}")
print(json.dumps({"disturbed": whom, "times": count, "seed": seed, "system call stops of an update": whole,
                  "octets of an update": traffic, **done}))
