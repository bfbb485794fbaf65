"""A person who is asked on a terminal to move the card, and one who doesn't: the person is played, the card is virtual."""
# covers: certify-person
import json
import os
import pty
import re
import subprocess
import threading

from support import RAKIT, READER, Case, unittest


class Person(Case):
    def play(self, *words, obeys=True):
        """Runs certify without control sockets, on a terminal; who reads it does what is asked for, by the card's socket."""
        ours, theirs = pty.openpty()
        script = self.folder / "person.sh"
        socket = self.folder / "socket"
        script.write_text(f"""echo "$RAKIT_CONTROL/0.sock" > {socket}.new; mv {socket}.new {socket}
env -u RAKIT_CONTROL {RAKIT} certify --reader '{READER}' --json {self.folder}/person.json "$@"
""")
        asked = []

        def hand():
            seen = ""
            while True:
                try:
                    chunk = os.read(ours, 4096)
                except OSError:
                    return
                if not chunk:
                    return
                seen += chunk.decode()
                while (line := re.search(r"please (take|put)[^\n]*\n", seen)):
                    seen = seen[line.end():]
                    asked.append(line[0].strip())
                    if obeys:
                        subprocess.run([RAKIT, "card", "ctl", socket.read_text().strip(), "remove" if line[1] == "take" else "insert"], check=True,
                                       capture_output=True)

        reader = threading.Thread(target=hand, daemon=True)
        reader.start()
        done = subprocess.run([RAKIT, "sandbox", "--card", "tester", "--", "bash", script, *words], stdout=subprocess.PIPE, stderr=theirs,
                              stdin=subprocess.DEVNULL, text=True, timeout=200)
        os.close(theirs)
        reader.join(10)
        return done, asked, json.loads((self.folder / "person.json").read_text())

    def test_who_does_as_asked(self):
        done, asked, paper = self.play("--case", "36,43,44,28")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual({one["number"]: one["verdict"] for one in paper["cases"]}, {36: "pass", 43: "pass", 44: "pass", 28: "not applicable"})
        self.assertEqual(len(asked), 6)
        self.assertIn(f"take the card out of '{READER}' (within 60 s)", asked[0])
        self.assertEqual(paper["reader"]["kind"], "vpcd")

    def test_who_does_not(self):
        done, asked, paper = self.play("--case", "44", "--case-limit", "3", obeys=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(paper["cases"][0]["measuring"], "did not come back within 3000 ms")

    def test_nobody_there(self):
        done = subprocess.run([RAKIT, "sandbox", "--card", "tester", "--", "env", "-u", "RAKIT_CONTROL", RAKIT, "certify", "--reader", READER,
                               "--case", "43,12", "--json", self.folder / "nobody.json"], capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verdicts = [one["verdict"] for one in json.loads((self.folder / "nobody.json").read_text())["cases"]]
        self.assertEqual(verdicts, ["not applicable", "pass"])


if __name__ == "__main__":
    unittest.main()
