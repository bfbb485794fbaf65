"""What can't be judged is said at once, and nothing is written to a card that isn't a test card; a reader that is wrong fails."""
# covers: certify-bad-input
import json
import os
import sys

from support import RAKIT, READER, Case, certify, run, unittest

# Holds the reader for itself, as a PC/SC client of its own, until its standard input ends.
HOLDER = """
import ctypes, sys
pcsc = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
assert pcsc.SCardEstablishContext(2, None, None, ctypes.byref(context)) == 0
share = 1 if sys.argv[1] == "exclusive" else 2
assert pcsc.SCardConnect(context, b"%s", share, 3, ctypes.byref(card), ctypes.byref(protocol)) == 0
if sys.argv[1] == "transaction": assert pcsc.SCardBeginTransaction(card) == 0
print("held", flush=True)
sys.stdin.read()
""" % READER


class Refuse(Case):
    def refused(self, done, code, status=2):
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(f"rakit: {code}:", done.stderr)
        self.assertNotIn(" 1  pass", done.stdout)

    def test_no_reader(self):
        self.refused(certify(reader="Nobody"), "reader_absent")
        self.refused(certify(reader="Virtual"), "reader_absent")

    def test_no_service(self):
        done = run(RAKIT, "certify", "--reader", READER, env={**os.environ, "PCSCLITE_CSOCK_NAME": "/nonexistent"})
        self.refused(done, "service_absent")

    def test_no_card(self):
        self.refused(certify(sandbox=("--readers", "1")), "card_absent")

    def test_usage(self):
        for words in (["--level", "none"], ["--case", "65"], ["--quick", "--full"], ["--card", "mine"], ["--sign", "/dev/null"]):
            self.refused(certify(*words), "usage")
        self.refused(run(RAKIT, "certify"), "usage")
        self.refused(certify("--out", self.folder / "x", "--sign", "/dev/null"), "officer_credential_invalid")

    def held(self, how):
        script = self.folder / "held.sh"
        script.write_text(f"""coproc H {{ exec {sys.executable} -c '{HOLDER.replace("'", '"')}' {how}; }}
read -r word <&"${{H[0]}}"
exec {RAKIT} certify --reader '{READER}' --case 1
""")
        return run(RAKIT, "sandbox", "--card", "tester", "--", "bash", script)

    def test_busy(self):
        self.refused(self.held("exclusive"), "reader_busy")
        self.refused(self.held("transaction"), "reader_busy")

    def test_a_card_that_is_no_test_card(self):
        script = self.folder / "before-and-after.sh"
        script.write_text(f"""snap() {{ {RAKIT} card ctl "$RAKIT_CONTROL/0.sock" snapshot; }}
snap > {self.folder}/before.json
{RAKIT} certify --reader '{READER}' "$@" || echo "status $?"
snap > {self.folder}/after.json
""")
        for image, named in (("pkcs15-tc", "pkcs15"), ("piv-tc", "piv")):
            done = run(RAKIT, "sandbox", "--card", image, "--", "bash", script)
            self.assertIn("card_unsupported", done.stderr)
            self.assertIn("status 2", done.stdout)
            self.assertEqual((self.folder / "before.json").read_text(), (self.folder / "after.json").read_text())
            done = run(RAKIT, "sandbox", "--card", image, "--", "bash", script, "--card", named, "--level", "core", "--json", self.folder / "named.json")
            self.assertNotIn("status", done.stdout, done.stdout)
            self.assertEqual((self.folder / "before.json").read_text(), (self.folder / "after.json").read_text())
            counts = json.loads((self.folder / "named.json").read_text())["counts"]
            self.assertEqual(counts["fail"], 0)
            self.assertGreaterEqual(counts["pass"], 12)

    def test_signatures(self):
        for image, named, pins in (("pkcs15-tc", "pkcs15", "01 111111\n02 222222\n"), ("piv-tc", "piv", "80 123456\n")):
            done = run(RAKIT, "sandbox", "--card", image, "--", "bash", "-c",
                       f"{RAKIT} certify --reader '{READER}' --card {named} --case 56 --json {self.folder}/signed.json --pin-fd 3 3<<< '{pins}'")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            text = (self.folder / "signed.json").read_text()
            facts = json.loads(text)["cases"][0]["facts"]
            self.assertGreaterEqual(facts["signatures"], 10)
            for pin in ("111111", "222222", "123456"):
                self.assertNotIn(pin.encode().hex(), text)

    def test_a_wrong_reader_fails(self):
        # The card says something else on the way: the 40th command of each case is answered by another status word.
        script = self.folder / "wrong.sh"
        fault = '{"command":"arm","fault":{"kind":"status","sw":"6F00","nth":40,"times":1}}'
        script.write_text(f"""{RAKIT} card ctl "$RAKIT_CONTROL/0.sock" arm '{{"kind":"status","sw":"6F00","nth":40,"times":1}}' >&2
{RAKIT} certify --reader '{READER}' --case 13 --json {self.folder}/wrong.json
""")
        done = run(RAKIT, "sandbox", "--card", "tester", "--", "bash", script)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr + fault)
        row = json.loads((self.folder / "wrong.json").read_text())["cases"][0]
        self.assertEqual((row["verdict"], row["facts"]["mismatches"]), ("fail", 1))
        self.assertTrue(any("remark" in line and "6F00" in line["remark"] for line in row["trace"]))

    def test_a_reader_that_hangs_fails(self):
        script = self.folder / "hang.sh"
        script.write_text(f"""{RAKIT} card ctl "$RAKIT_CONTROL/0.sock" arm '{{"kind":"delay","milliseconds":8000,"nth":20,"times":1}}' >&2
{RAKIT} certify --reader '{READER}' --case 12,16 --case-limit 2 --json {self.folder}/hang.json
""")
        done = run(RAKIT, "sandbox", "--card", "tester", "--", "bash", script)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        row = json.loads((self.folder / "hang.json").read_text())["cases"][0]
        self.assertEqual((row["verdict"], row["measuring"]), ("fail", "did not come back within 2000 ms"))
        self.assertTrue(row["trace"])


if __name__ == "__main__":
    unittest.main()
