"""Level update: a printer feeds the card, a person puts one in, one that was named lies in the reader. That each scenario has a card of its own
where the reader's card lends its slot, certify_test.py shows."""
# covers: certify-update
import json
import os
import pty
import re
import socket
import subprocess
import threading

from support import RAKIT, READER, Case, certify, run, unittest

STATION = "Rakit Card Printer 00 00"
PINS = "01 111111\n02 222222\nop-pin 87654321\n"


class Relay:
    """A card of `rakit card serve` in a slot that another card lends: octets are carried between the two."""

    def __init__(self, control, image):
        with socket.socket(socket.AF_UNIX) as slot:
            slot.connect(control)
            slot.sendall(b'{"command":"lend"}\n')
            line, passed, _, _ = socket.recv_fds(slot, 4096, 1)
        assert json.loads(line) == {"ok": True} and len(passed) == 1, line
        self.reader = socket.socket(fileno=passed[0])
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.card = subprocess.Popen([RAKIT, "card", "serve", image, "--port", str(server.getsockname()[1])], stderr=subprocess.DEVNULL)
            server.settimeout(20)
            self.link, _ = server.accept()
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one, other in ((self.reader, self.link), (self.link, self.reader)):
            threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        try:
            # vpcd sends a length and what follows apart: an ACK that is late holds the second up.
            while one.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1) or (octets := one.recv(4096)):
                other.sendall(octets)
            other.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        self.card.terminate()
        self.card.wait(20)
        self.reader.close()
        self.link.close()


class Update(Case):
    def update(self, name):
        paper = self.paper(name)
        self.assertEqual(paper["cases"], [])
        return paper["update"]

    def judged(self, update, cards):
        self.assertEqual(update["verdict"], "pass", update["reasons"])
        self.assertIn(cards, update["cards"])
        self.assertGreaterEqual(update["passed"], 10)
        self.assertEqual(update["failed"], 0)
        for one in update["scenarios"]:
            self.assertEqual("why" in one, one["status"] == "skipped", one)
        self.assertTrue(any("where the case wants" in one.get("why", "") for one in update["scenarios"]))

    def test_the_printer_feeds_a_card_with_keys(self):
        done = certify("--level", "update", "--out", self.folder / "station", sandbox=("--printer", "--hopper", "tester"), reader=STATION)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.judged(self.update("station/certificate.json"), "fed by the printer")

    def test_a_card_that_was_named_is_used_as_it_is(self):
        for image, verdict in (("pkcs15-tc", "pass"), ("tests/integration/scenarios/strange.yaml", "not applicable")):
            script = self.folder / "named.sh"
            script.write_text(f"""{RAKIT} card ctl "$RAKIT_CONTROL/0.sock" snapshot > {self.folder}/before
{RAKIT} certify --reader '{READER}' --card pkcs15 --level update --pin-fd 3 --json {self.folder}/named.json 3<<< '{PINS.strip()}' || echo "status $?"
{RAKIT} card ctl "$RAKIT_CONTROL/0.sock" snapshot > {self.folder}/after
""")
            done = run(RAKIT, "sandbox", "--card", image, "--", "bash", script, stdin=subprocess.DEVNULL)
            self.assertNotIn("status", done.stdout, done.stdout + done.stderr)
            update = self.update("named.json")
            unchanged = (self.folder / "before").read_text() == (self.folder / "after").read_text()
            self.assertEqual((update["verdict"], unchanged), (verdict, verdict != "pass"))
            if verdict == "pass":
                self.judged(update, "that lay in the reader")
            else:
                self.assertIn("is not the test card", update["reasons"][0])
            for pin in ("111111", "222222", "87654321"):
                self.assertNotIn(pin, (self.folder / "named.json").read_text())

    def test_nobody_there(self):
        done = run(RAKIT, "sandbox", "--card", "tester", "--", "env", "-u", "RAKIT_CONTROL", RAKIT, "certify", "--reader", READER, "--level", "update",
                   "--json", self.folder / "nobody.json", stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.update("nobody.json")["verdict"], "not applicable")
        self.assertIn("nobody is there who could put a card with keys into this reader", done.stdout)

    def test_a_person_puts_a_card_in(self):
        ours, theirs = pty.openpty()
        script, place = self.folder / "person.sh", self.folder / "socket"
        script.write_text(f"""echo "$RAKIT_CONTROL/0.sock" > {place}.new; mv {place}.new {place}
env -u RAKIT_CONTROL {RAKIT} certify --reader '{READER}' --level update --json {self.folder}/person.json --pin-fd 3 3<<< '{PINS.strip()}'
""")
        asked = []

        def hand():
            seen = ""
            while True:
                try:
                    seen += os.read(ours, 4096).decode()
                except OSError:
                    return
                while (line := re.search(r"please (take|put)[^\n]*\n", seen)):
                    seen = seen[line.end():]
                    asked.append(line[1])
                    control = place.read_text().strip()
                    if line[1] == "take":
                        subprocess.run([RAKIT, "card", "ctl", control, "remove"], check=True, capture_output=True)
                    else:
                        relay = Relay(control, "pkcs15-tc")
                        self.addCleanup(relay.close)

        reader = threading.Thread(target=hand, daemon=True)
        reader.start()
        done = subprocess.run([RAKIT, "sandbox", "--card", "tester", "--", "bash", script], stdout=subprocess.PIPE, stderr=theirs,
                              stdin=subprocess.DEVNULL, text=True, timeout=200)
        os.close(theirs)
        reader.join(10)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(asked, ["take", "put"])
        self.judged(self.update("person.json"), "a person put in")


if __name__ == "__main__":
    unittest.main()
