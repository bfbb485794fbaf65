"""memory.py [--named NAMED-FILE] SECRETS-FILE COMMAND ...: runs COMMAND and, when it is about to end and all that it had is still
mapped, searches its memory for each line of SECRETS-FILE: as it stands, in hex of either case, in UTF-16. None may be there. What
of NAMED-FILE's lines is there is named, and not counted: copies of theirs that libraries of somebody else keep."""
import ctypes
import os
import re
import signal
import sys

PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 7, 0x4200  # ptrace(2), <sys/ptrace.h>
PTRACE_O_TRACEEXIT, PTRACE_O_EXITKILL, PTRACE_EVENT_EXIT = 0x40, 0x100000, 6
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid, data=0):
    if libc.ptrace(request, pid, None, data) < 0:
        sys.exit(f"memory.py: ptrace {request}: {os.strerror(ctypes.get_errno())}")


def forms(secret):
    return {secret.encode(), secret.encode().hex().encode(), secret.encode().hex().upper().encode(),
            secret.encode("utf-16-le")}


def writable(pid):
    """What the process can have written to: (name, octets) of each mapping."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            at = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
            if "rw" not in at[3]:
                continue
            begin, end = int(at[1], 16), int(at[2], 16)
            memory.seek(begin)
            try:
                yield at[4] or "anonymous", memory.read(end - begin)
            except OSError:
                continue  # [vvar] and their like


def places(secrets, name, content):
    for number, secret in enumerate(secrets, 1):
        for form in forms(secret):
            for place in re.finditer(re.escape(form), content):
                around = content[max(0, place.start() - 32):place.end() + 32]
                yield f"secret {number} in {name}, as {form[:2]!r}…, {place.start()} octets in: {around!r}"


def search(pid, secrets, named):
    octets, found, kept = 0, [], []
    for name, content in writable(pid):
        octets += len(content)
        found += places(secrets, name, content)
        kept += places(named, name, content)
    return octets, found, kept


def lines_of(name):
    with open(name, encoding="utf-8") as file:
        return file.read().split()


def main():
    arguments, named = sys.argv[1:], []
    if arguments[0] == "--named":
        named, arguments = lines_of(arguments[1]), arguments[2:]
    secrets, command = lines_of(arguments[0]), arguments[1:]
    child = os.fork()
    if child == 0:
        libc.ptrace(PTRACE_TRACEME, 0, None, 0)
        os.execv(command[0], command)
    os.waitpid(child, 0)  # stopped at exec
    ptrace(PTRACE_SETOPTIONS, child, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)
    ptrace(PTRACE_CONT, child)
    looked = None
    while True:
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            break
        stopped_by = os.WSTOPSIG(status)
        if status >> 8 == signal.SIGTRAP | PTRACE_EVENT_EXIT << 8:
            looked = search(child, secrets, named)
            stopped_by = 0
        ptrace(PTRACE_CONT, child, stopped_by)
    if looked is None or not os.WIFEXITED(status):
        sys.exit(f"memory.py: the command ended with {status} and wasn't seen ending")
    octets, found, kept = looked
    for one in found:
        print("FAILED:", one)
    for one in kept:
        print("NAMED:", one)
    print(f"{octets} octets searched for {len(secrets)} secrets, {len(found)} found"
          + (f"; of {len(named)} that others may keep, {len(kept)} copies" if named else ""))
    sys.exit(1 if found else os.WEXITSTATUS(status))


main()
