"""What the tests of the printer have in common: a printer that is served, and socat to speak to it."""
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

ESC, CR = b"\x1b", b"\r"


def need(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


class Served:
    """A printer (or several) that `rakit printer serve` runs."""

    def __init__(self, rakit: str, folder: pathlib.Path, *options: str):
        self.rakit = rakit
        self.folder = folder
        ready = folder / "ready.json"
        self.process = subprocess.Popen(
            [rakit, "printer", "serve", "--port", "0", "--rpc-port", "0", "--control", str(folder / "control"),
             "--faces", str(folder / "faces"), "--ready-file", str(ready), *options],
            stdout=subprocess.PIPE, text=True)
        while not ready.exists():
            need(self.process.poll() is None, f"printer serve ended with {self.process.returncode}")
            self.process.stdout.readline()  # it says a line for each thing that listens; the file comes behind them
            if ready.exists():
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
        self.ready = json.loads(ready.read_text())

    def raw(self, at: int = 0) -> str:
        return self.ready["printers"][at]["raw"].removeprefix("esc://")

    def rpc(self) -> str:
        return self.ready["rpc"].removeprefix("jsonrpc://")

    def ctl(self, *command: str, at: int = 0, fails: bool = False):
        done = subprocess.run([self.rakit, "printer", "ctl", self.ready["printers"][at]["control"], *command],
                              stdout=subprocess.PIPE, text=True, timeout=60)
        need((done.returncode != 0) == fails, f"ctl {command}: {done.returncode} {done.stdout}")
        return json.loads(done.stdout)

    def state(self, at: int = 0):
        return self.ctl("state", at=at)["state"]

    def close(self):
        self.process.terminate()
        need(self.process.wait(20) == 0, f"printer serve ended with {self.process.returncode}")


@contextlib.contextmanager
def served(rakit: str, *options: str):
    need(shutil.which("socat"), "socat is missing")
    with tempfile.TemporaryDirectory(prefix="rakit-printer-") as folder:
        printer = Served(rakit, pathlib.Path(folder), *options)
        try:
            yield printer
            printer.close()
        finally:
            if printer.process.poll() is None:
                printer.process.kill()
                printer.process.wait()


def socat(address: str, said: bytes, linger: str = "10") -> bytes:
    """All that the other end answers until it closes; `said` is followed by the end of our writing."""
    done = subprocess.run(["socat", "-t", linger, "-", f"TCP:{address},shut-down"], input=said, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=60)
    return done.stdout


def esc(*commands: str) -> bytes:
    return b"".join(ESC + command.encode() + CR for command in commands)
