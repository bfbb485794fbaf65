"""Other people's reader tools run against the tester card and the sandbox as they are: nothing here is ours but the card."""
# covers: certify-foreign
from support import RAKIT, Case, run, unittest


class Foreign(Case):
    def sandbox(self, *words, **options):
        done = run(RAKIT, "sandbox", "--card", "tester", "--", *words, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_opensc_tool(self):
        self.assertIn("Virtual PCD 00 00", self.sandbox("opensc-tool", "--list-readers"))
        atr = self.sandbox("opensc-tool", "--atr").strip().lower()
        self.assertTrue(atr.startswith("3b:88:80:01:52:41:4b:49:54"), atr)
        said = self.sandbox("opensc-tool", "--card-driver", "default", "-s", "00A4040006A000000018FF", "-s", "80340005" + "05")
        self.assertIn("00 01 02 03 04", said)

    def test_scriptor(self):
        script = "00 A4 04 00 06 A0 00 00 00 18 FF\n80 30 00 00\n80 34 00 03 03\n"
        said = self.sandbox("scriptor", "-r", "Virtual PCD 00 00", input=script)
        self.assertEqual(said.count("90 00"), 3, said)
        self.assertIn("00 01 02 90 00", said)

    def test_pcsc_scan(self):
        # It watches for ever by itself; -c tells of the present and ends.
        said = self.sandbox("bash", "-c", "timeout 10 pcsc_scan -c -n 2>&1 || true")
        self.assertIn("Virtual PCD 00 00", said)
        self.assertIn("Card inserted", said)

    def test_handlertest_commands_by_a_client_of_its_own(self):
        # A loop over lengths as HandlerTest has it, by a foreign PC/SC client.
        script = ["00 A4 04 00 06 A0 00 00 00 18 FF"]
        script += [f"80 36 00 {n:02X} {n:02X} {' '.join(f'{i:02X}' for i in range(n))} {n:02X}" for n in (1, 2, 127, 128, 254)]
        said = self.sandbox("scriptor", "-r", "Virtual PCD 00 00", input="\n".join(script) + "\n")
        self.assertEqual(said.count("90 00 : Normal processing"), 6, said)


if __name__ == "__main__":
    unittest.main()
