"""Core level, then all levels in quick mode, on vpcd: no V case fails; the paper is signed, checked and shown."""
# covers: certify-vpcd, certify-paper, certify-time
import json
import re
import time

import jsonschema

from support import RAKIT, Case, certify, pathlib, run, unittest

LEVELS = "core,protocol,extended,stress,hotplug,pinpad,printer,update"
NOWHERE = {3, 9, 10, 11, 19, 24, 26, 30, 50, 57, 58, 59, 60, 61, 63, 64}  # R, S and P: not on vpcd
# V, but: no reader comes or goes at vpcd (46), the reader isn't for short APDUs only (23), the tester card signs nothing (56).
NOT_HERE = {23, 46, 56}

PROBE = """<script>
setTimeout(() => {
  const seen = {cases: document.querySelectorAll("#cases details.case").length, plots: document.querySelectorAll("#plots svg").length,
    scope: $("scope").textContent, title: document.title, wide: document.documentElement.scrollWidth - innerWidth,
    loaded: performance.getEntriesByType("resource").map(r => r.name)};
  document.title = JSON.stringify(seen);
}, 50);
</script>"""


class Certify(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, subject in (("vendor", "/CN=A vendor"), ("stranger", "/CN=A stranger")):
            run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-days", "30",
                "-keyout", cls.folder / f"{name}.key", "-out", cls.folder / f"{name}.crt", check=True)
        (cls.folder / "vendor.pem").write_text((cls.folder / "vendor.key").read_text() + (cls.folder / "vendor.crt").read_text())
        begun = time.monotonic()
        cls.core = certify("--out", cls.folder / "core")
        cls.core_seconds = time.monotonic() - begun
        begun = time.monotonic()
        cls.all = certify("--level", LEVELS, "--out", cls.folder / "all", "--sign", cls.folder / "vendor.pem")
        cls.all_seconds = time.monotonic() - begun

    def test_core(self):
        self.assertEqual(self.core.returncode, 0, self.core.stdout + self.core.stderr)
        paper = self.paper("core/certificate.json")
        self.assertEqual((paper["reader"]["kind"], paper["mode"], paper["levels"]), ("vpcd", "quick", ["core"]))
        self.assertEqual(paper["counts"]["fail"], 0)
        self.assertFalse((self.folder / "core/certificate.p7s").exists())
        self.assertLess(self.core_seconds, 60)

    def test_all(self):
        self.assertEqual(self.all.returncode, 0, self.all.stdout + self.all.stderr)
        paper = self.paper("all/certificate.json")
        verdicts = {one["number"]: one["verdict"] for one in paper["cases"]}
        self.assertEqual(set(verdicts), set(range(1, 65)))
        self.assertEqual({n for n, verdict in verdicts.items() if verdict == "not applicable"}, NOWHERE | NOT_HERE)
        self.assertNotIn("fail", verdicts.values())
        self.assertEqual(paper["update"]["verdict"], "pass")
        self.assertGreater(paper["update"]["passed"], 10)
        for one in paper["cases"]:
            if one["verdict"] == "pass":
                self.assertGreater(len(one["trace"]), 0, one["number"])
            else:
                self.assertTrue(one["reasons"], one["number"])
        self.assertLess(self.all_seconds, 300)
        print(f"core level {self.core_seconds:.0f} s, all levels in quick mode {self.all_seconds:.0f} s")

    def test_the_paper_fits_its_schema(self):
        schema = json.loads(pathlib.Path("docs/formats/schema/certificate.schema.json").read_text())
        jsonschema.validate(self.paper("all/certificate.json"), schema)

    def openssl(self, content, trusted):
        return run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", self.folder / "all/certificate.p7s", "-content", content,
                   "-CAfile", self.folder / trusted, "-purpose", "any", "-out", self.folder / "verified.json")

    def test_openssl_verifies_the_signature(self):
        paper = self.folder / "all/certificate.json"
        done = self.openssl(paper, "vendor.crt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "verified.json").read_bytes(), paper.read_bytes())
        self.assertNotEqual(self.openssl(paper, "stranger.crt").returncode, 0)
        other = self.folder / "other.json"
        other.write_text(paper.read_text().replace('"pass"', '"fail"', 1))
        self.assertNotEqual(self.openssl(other, "vendor.crt").returncode, 0)

    def verify(self, paper, *more, trusted="vendor.crt"):
        return run(RAKIT, "certify", "verify", paper, "--ca", self.folder / trusted, *more)

    def test_verify(self):
        paper = self.folder / "all/certificate.json"
        done = self.verify(paper)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("signed by CN=A vendor", done.stdout)
        self.assertIn("its figures give its verdicts", done.stdout)
        self.assertEqual(self.verify(paper, trusted="stranger.crt").returncode, 1)
        forged = self.folder / "forged.json"
        forged.write_text(paper.read_text().replace("SCARD_E_NOT_TRANSACTED", "SCARD_S_SUCCESS", 1))
        done = self.verify(forged, "--signature", self.folder / "all/certificate.p7s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("signature_invalid", done.stderr)
        page = self.folder / "page.html"
        page.write_text((self.folder / "all/certificate.html").read_text().replace("pass", "Pass", 1))
        self.assertEqual(self.verify(paper, "--page", page).returncode, 1)
        self.assertEqual(self.verify(self.folder / "none.json").returncode, 2)

    def test_a_paper_that_its_own_signer_forged_contradicts_itself(self):
        folder = self.folder / "signed-lie"
        folder.mkdir()
        text = (self.folder / "all/certificate.json").read_text()
        lie = re.sub(r'"verdict": "not applicable"', '"verdict": "pass"', text, count=1)
        (folder / "certificate.json").write_text(lie)
        run("openssl", "cms", "-sign", "-binary", "-outform", "DER", "-in", folder / "certificate.json", "-signer", self.folder / "vendor.crt",
            "-inkey", self.folder / "vendor.key", "-out", folder / "certificate.p7s", check=True)
        done = self.verify(folder / "certificate.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("its figures say 'not applicable'", done.stdout)

    def test_diff(self):
        core, all_of_it = self.folder / "core/certificate.json", self.folder / "all/certificate.json"
        self.assertEqual(run(RAKIT, "certify", "diff", core, core).returncode, 0)
        done = run(RAKIT, "certify", "diff", core, all_of_it)
        self.assertEqual(done.returncode, 1)
        self.assertIn("case 52: judged now only", done.stdout)

    def chromium(self, *options):
        return run("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", f"--user-data-dir={self.folder}/profile",
                   "--virtual-time-budget=4000", *options)

    def test_the_page_in_a_browser(self):
        page = (self.folder / "all/certificate.html").read_text()
        self.assertEqual(re.findall(r"""(?:src|href)=["'](?!data:)[^"']+""", page), [])
        probe = self.folder / "probe.html"
        probe.write_text(page.replace("</body>", PROBE + "</body>"))
        done = self.chromium("--window-size=1000,900", "--dump-dom", probe.as_uri())
        self.assertNotIn("CONSOLE", done.stderr)
        title = re.search(r"<title>(.*?)</title>", done.stdout, re.S).group(1)
        seen = json.loads(title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        self.assertEqual(seen["cases"], 64)
        self.assertGreaterEqual(seen["plots"], 2)
        self.assertIn("No electrical, bus-timing or T=1 block-level claims", seen["scope"])
        self.assertEqual((seen["wide"], seen["loaded"]), (0, []))

    def test_the_page_prints(self):
        pdf = self.folder / "certificate.pdf"
        self.chromium(f"--print-to-pdf={pdf}", "--no-pdf-header-footer", (self.folder / "all/certificate.html").as_uri())
        self.assertEqual(pdf.read_bytes()[:5], b"%PDF-")
        self.assertGreater(pdf.stat().st_size, 20000)


if __name__ == "__main__":
    unittest.main()
