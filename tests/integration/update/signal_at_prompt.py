"""signal_at_prompt.py COMMAND ...: runs COMMAND on a terminal of its own and ends it by SIGTERM at a hidden prompt;
afterwards the terminal must echo, edit lines and know Ctrl-C as before."""
import os
import select
import signal
import sys
import termios
import time

from terminal import start

WANTED = termios.ECHO | termios.ICANON | termios.ISIG


def local_modes(fd):
    return termios.tcgetattr(fd)[3]


child, ours, theirs = start(sys.argv[1:])

output = b""
end = time.monotonic() + 20
while local_modes(theirs) & termios.ECHO:
    if time.monotonic() > end:
        sys.exit(f"FAILED: no hidden prompt came: {output!r}")
    if select.select([ours], [], [], 0.05)[0]:
        output += os.read(ours, 4096)
os.kill(child, signal.SIGTERM)
_, status = os.waitpid(child, 0)
if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGTERM:
    sys.exit(f"FAILED: the update ended with {status}, not by the signal: {output!r}")
if local_modes(theirs) & WANTED != WANTED:
    sys.exit("FAILED: the terminal was left without echo")
