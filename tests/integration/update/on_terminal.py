"""on_terminal.py SIGNATURE-PIN COMMAND ...: runs COMMAND, an update, on a terminal of its own and answers it as a person
would, by arrow keys, numbers and hidden PINs. No PIN may appear on the screen, and the terminal must be as before."""
# covers: seed-1, seed-2, seed-3, seed-4, seed-5, seed-6, seed-7, seed-8a, seed-9, reload, pin-nowhere
import os
import pty
import select
import sys
import termios
import time

DOWN, RIGHT = b"\x1b[B", b"\x1b[C"
signature_pin = sys.argv[1].encode()
ours, theirs = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    os.close(os.open(os.ttyname(theirs), os.O_RDWR))  # takes it as the controlling terminal
    for standard in range(3):
        os.dup2(theirs, standard)
    os.execv(sys.argv[2], sys.argv[2:])

screen, seen = b"", 0


def fail(what):
    sys.exit(f"FAILED: {what}; the screen:\n{screen.decode(errors='replace')}")


def sees(text):
    """Waits (20 s at most) for a text behind what was seen before."""
    global screen, seen
    end = time.monotonic() + 20
    while text not in screen[seen:]:
        if time.monotonic() > end:
            fail(f"no {text!r} came")
        if select.select([ours], [], [], 0.1)[0]:
            try:
                screen += os.read(ours, 4096)
            except OSError:
                fail(f"the update ended before {text!r}")
    seen = screen.index(text, seen) + len(text)


def types(keys):
    os.write(ours, keys)


def hidden(prompt, pin):
    sees(prompt)
    sees(b": ")
    end = time.monotonic() + 20
    while termios.tcgetattr(theirs)[3] & termios.ECHO:
        if time.monotonic() > end:
            fail("a PIN would be echoed")
    types(pin + b"\r")


sees(b"> [blank ]  45")
types(b"r")  # Reload: the same card, so the same question
sees(b"> [blank ]  45")
types(RIGHT + RIGHT)
sees(b"> [redo  ]  45")
types(DOWN)
sees(b"> [blank ]  46")
types(b"\r")
sees(b"Key 45: replace which certificate?")  # it has two since the Add; the newest is proposed
sees(b"> 2  Anna Ek")
types(b"\r")
hidden(b"Signature PIN", signature_pin)
sees(b"Procedure")
sees(b"employee ")
types(b"2\r")
sees(b"Name (required)")
types(b"Berit Ek\r")
sees(b"Given name")
types(b"Berit\r")
for label in (b"Surname", b"Serial number", b"Organisation", b"Unit"):
    sees(label)
    types(b"\r")
sees(b"Country")
types(b"Sverige\r")
sees(b"two upper-case letters")
types(b"SE\r")
for label in (b"Title", b"E-mail"):
    sees(label)
    types(b"\r")
sees(b"> 1  go on")
types(b"\r")
hidden(b"PIN 1", b"111111")
sees(b"is done")
_, status = os.waitpid(child, 0)
if status != 0:
    fail(f"the update ended with {status}")
for secret in (signature_pin, b"111111"):
    if secret in screen:
        fail("a PIN is on the screen")
if termios.tcgetattr(theirs)[3] & (termios.ECHO | termios.ICANON) != termios.ECHO | termios.ICANON:
    fail("the terminal was left as the dialog needs it")
