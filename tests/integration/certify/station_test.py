"""A card printer's contact station is a reader too: its own cases, and core ones that move the card."""
# covers: certify-station
import json

from support import RAKIT, Case, run, unittest


class Station(Case):
    def test_station(self):
        target = self.folder / "station.json"
        done = run(RAKIT, "sandbox", "--printer", "--hopper", "tester", "--", RAKIT, "certify", "--reader", "Rakit Card Printer 00 00",
                   "--case", "1,6,13,43,44,63,64", "--json", target)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        paper = json.loads(target.read_text())
        self.assertEqual(paper["reader"]["kind"], "station")
        self.assertEqual({one["number"]: one["verdict"] for one in paper["cases"]}, dict.fromkeys([1, 6, 13, 43, 44, 63, 64], "pass"))


if __name__ == "__main__":
    unittest.main()
