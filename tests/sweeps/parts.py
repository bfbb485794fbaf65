"""What the sweeps share: a CM host on ./state that can be started again, the RA with its PINs, what cards and CM host hold."""
import atexit
import json
import os
import sqlite3
import subprocess
import sys
import time


class Server:
    """One of our servers as a process of its own, that can be killed and started again."""

    def __init__(self, name):
        self.name = name

    def run(self, command):
        """Begins, and waits for the ready file; gives what that says, and gives up with the server's own words."""
        ready, log = self.name + ".ready", self.name + ".log"
        if os.path.exists(ready):
            os.remove(ready)
        with open(log, "ab") as said:
            self.process = subprocess.Popen([*command, "--ready-file", ready], stdout=said, stderr=said)
        atexit.register(self.process.kill)  # a sweep that fails leaves none behind; nothing is done to one that has ended
        end = time.monotonic() + 60
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"FAILED: {self.name} didn't start: " + open(log, encoding="utf-8").read()[-2000:])
            time.sleep(0.01)
        with open(ready, encoding="utf-8") as file:
            return json.load(file)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=20)


class CmHost(Server):
    """The CM host on ./state; it comes back at the address it had."""

    def __init__(self, rakit, *options):
        super().__init__("cm")
        self.command = [rakit, "cm", "serve", "--state", "state", *options]
        self.address = "127.0.0.1:0"
        self.start()

    def start(self):
        self.ready = self.run([*self.command, "--listen", self.address])
        self.url = self.ready["url"]
        self.address = self.url.removeprefix("https://")


class Ra:
    """`rakit` with all that an update asks for; `output` names the file that takes what it says. `pins` are the lines of the
    card's PINs; they and the officer's are given `times` times."""

    def __init__(self, rakit, url, output="output", reader=None, pins="pin:01 111111\npin:02 222222\n", times=1):
        self.rakit, self.output, self.pins, self.times = rakit, output, pins, times
        self.who = ["--cm", url, "--cm-ca", "state/ca.pem", "--officer", "state/officer.p12", "--state", "ra-state", "--pin-fd", "3"]
        if reader:
            self.who += ["--reader", reader]

    def start(self, verb, *arguments, before=lambda: None):
        """Starts it with the PINs at descriptor 3; `before` runs in the child. Gives the process's id."""
        ours, theirs = os.pipe()
        with open("state/officer.password", encoding="utf-8") as password:
            os.write(theirs, (f"signature-pin {password.read().strip()}\n{self.pins}" * self.times).encode())
        os.close(theirs)
        child = os.fork()
        if child == 0:
            output = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.dup2(ours, 3)  # after the output, which may have had that number
            os.set_inheritable(3, True)  # dup2 does nothing where the pipe has it already
            before()
            os.execv(self.rakit, [self.rakit, verb, *self.who, *arguments])
        os.close(ours)
        return child

    def ran(self, verb, *arguments):
        """Exit status and what it said."""
        _, status = os.waitpid(self.start(verb, *arguments), 0)
        with open(self.output, encoding="utf-8") as output:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status), output.read()


def on_the_card(rakit, *options):
    """key -> the serial numbers of its certificates."""
    contents = json.loads(subprocess.run([rakit, "contents", "--json", *options], check=True, capture_output=True).stdout)
    return {key["key"]: [int(one["serial"], 16) for one in key["certificates"]] for key in contents["keys"]}


def at_the_cm():
    """serial number -> whether it is active, of all that was ever issued."""
    with sqlite3.connect("file:state/cm.sqlite?mode=ro", uri=True) as database:
        return {int(serial, 16): bool(active) for serial, active in database.execute("SELECT serial, active FROM certificates")}


def await_card(reader, present=True):
    """Waits until OpenSC sees a card in this reader, or none: pcscd looks every 400 ms. A look that never comes ends the program."""
    end = time.monotonic() + 20
    while True:
        listed = subprocess.run(["opensc-tool", "--list-readers"], capture_output=True, text=True, check=True).stdout
        if [line.split()[1] for line in listed.splitlines() if reader in line] == ["Yes" if present else "No"]:
            return
        if time.monotonic() > end:
            sys.exit(f"FAILED: pcscd goes on saying of {reader}: {listed}")
        time.sleep(0.02)
