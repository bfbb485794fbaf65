#!/usr/bin/env python3
"""exposure.py RAKIT: starts each of our programs that listens and looks, as the kernel tells it, where: on loopback only, or
in a network namespace of their own (vpcd's driver listens on all addresses); control sockets are files with mode 0600."""
import contextlib
import ipaddress
import os
import pathlib
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time

RAKIT = sys.argv[1]
LISTEN = "0A"  # TCP_LISTEN of <netinet/tcp.h>


def parents():
    """pid -> ppid of everything that runs."""
    table = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                # The name, in parentheses, may hold anything.
                table[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return table


def family(pid):
    """pid and all that came of it."""
    table = parents()
    found = [pid]
    for one in found:
        found += [child for child, parent in table.items() if parent == one]
    return found


def inodes(pid):
    found = set()
    with contextlib.suppress(OSError):
        for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                link = os.readlink(descriptor)
                if link.startswith("socket:["):
                    found.add(link[8:-1])
    return found


def address(text):
    """An address as /proc/net/tcp and tcp6 write it: words of 32 bits in the machine's order."""
    words = [struct.pack("=I", int(text[at:at + 8], 16)) for at in range(0, len(text), 8)]
    return ipaddress.ip_address(b"".join(words))


def listeners(pid):
    """(address, port) of what a process listens to by TCP, and the paths of its UNIX sockets."""
    own, tcp, paths = inodes(pid), [], []
    with contextlib.suppress(OSError):
        for name in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTEN and fields[9] in own:
                    host, port = fields[1].split(":")
                    tcp.append((address(host), int(port, 16)))
        for line in pathlib.Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
            fields = line.split()
            if len(fields) > 7 and fields[6] in own and fields[7].startswith("/"):
                paths.append(fields[7])
    return tcp, paths


def netns(pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/net")
    return None


def look(what, program, wanted):
    """Waits (20 s at most) until the family listens at `wanted` TCP sockets and `.sock` files, then judges all of them."""
    end = time.monotonic() + 20
    while True:
        seen = {pid: listeners(pid) for pid in family(program.pid)}
        tcp = [(pid, *one) for pid, (found, _) in seen.items() for one in found]
        files = sorted({path for _, paths in seen.values() for path in paths if path.endswith(".sock")})
        if len({(host, port) for _, host, port in tcp}) >= wanted[0] and len(files) >= wanted[1]:
            break
        if program.poll() is not None:
            sys.exit(f"FAILED: {what} ended with {program.returncode}")
        if time.monotonic() > end:
            sys.exit(f"FAILED: {what} listens at {tcp} and {files}; expected {wanted[0]} and {wanted[1]} of them")
        time.sleep(0.05)
    for pid, host, port in tcp:
        inside = netns(pid) not in (None, netns(os.getpid()))
        if not host.is_loopback and not inside:
            sys.exit(f"FAILED: {what} listens on {host} port {port}")
        print(f"{what}: {host} port {port}{' in a network namespace of its own' if inside else ''}")
    for file in files:
        mode = stat.S_IMODE(os.stat(file).st_mode)
        if mode != 0o600:
            sys.exit(f"FAILED: {what}: {file} has mode {mode:o}")
        print(f"{what}: {file}, mode 600")


@contextlib.contextmanager
def running(*arguments):
    program = subprocess.Popen([RAKIT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=20)


# A listener that is not on loopback must be found, or this test shows nothing.
with socket.create_server(("0.0.0.0", 0)) as open_one:
    found, _ = listeners(os.getpid())
    if (ipaddress.ip_address("0.0.0.0"), open_one.getsockname()[1]) not in found:
        sys.exit(f"FAILED: a wildcard listener isn't seen: {found}")

with tempfile.TemporaryDirectory() as folder:
    with running("cm", "serve", "--state", f"{folder}/cm", "--listen", "127.0.0.1:0", "--control", "--plain-port", "0") as cm:
        look("cm serve", cm, (3, 0))
    with running("sandbox", "--card", "pkcs15-tc", "--station", "A Station", "--", "sleep", "60") as sandbox:
        look("sandbox", sandbox, (1, 2))
    with socket.create_server(("127.0.0.1", 0)) as vpcd:
        port = str(vpcd.getsockname()[1])
        with running("card", "serve", "pkcs15-tc", "--port", port, "--control", f"{folder}/card.sock") as card:
            look("card serve", card, (0, 1))
