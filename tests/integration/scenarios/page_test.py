"""The HTML report in a browser: it renders, filters, keeps to itself, fits a phone and the dark. --keep DIR keeps pictures."""
import json
import re
import subprocess
import sys

from support import TC, Case, pathlib, rakit, unittest

KEEP = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 2 and sys.argv[1] == "--keep" and sys.argv.pop(1) else None

KILLS = {"version": 1, "kills": [
    {"name": "keeps-the-tc", "kind": "ra", "meaning": "The TC stays beside the new certificate.", "caughtBy": ["tc/redo:rsa-pin-1", "tc/redo-both-keys"]},
    {"name": "other-key", "kind": "cm", "meaning": "The certificate is for <b>another</b> key.", "caughtBy": []}]}

# Uses the page as a person would, and leaves what it saw in the title of the document.
PROBE = """<script>
const seen = {};
const cases = () => [...document.querySelectorAll("#cases details")];
const set = (id, value) => { $(id).value = value; $(id).dispatchEvent(new Event("input")); };
seen.all = cases().length;
seen.title = document.title;
set("verdict", "failed"); seen.failed = cases().map(c => c.dataset.id);
cases()[0].open = true;
set("verdict", ""); set("text", "pin-2 REDO"); seen.text = cases().map(c => c.dataset.id);
set("text", ""); set("tag", "wrong"); seen.tag = cases().map(c => c.dataset.id);
set("tag", ""); set("order", "slow");
const times = cases().map(c => report.cases.find(o => o.id === c.dataset.id).milliseconds);
seen.slowest = times.every((t, i) => !i || times[i - 1] >= t);
set("order", "run");
setTimeout(() => {
  const open = document.querySelector("details[open]");
  seen.marks = open.querySelectorAll("svg rect").length;
  seen.mismatches = [...open.querySelectorAll(".mismatches td")].map(t => t.textContent);
  seen.trace = open.querySelector(".trace").textContent.length;
  seen.plots = document.querySelectorAll("#plots svg").length;
  seen.kills = document.querySelectorAll(".kill").length;
  seen.killed = $("killed").textContent;
  seen.images = document.images.length;
  seen.wide = document.documentElement.scrollWidth - innerWidth;
  seen.paper = getComputedStyle(document.body).backgroundColor;
  seen.ink = getComputedStyle(document.body).color;
  seen.loaded = performance.getEntriesByType("resource").map(r => r.name);
  document.title = JSON.stringify(seen);
}, 50);
</script>"""


class Page(Case):
    def setUp(self):
        super().setUp()
        kills = self.folder / "kills.json"
        kills.write_text(json.dumps(KILLS))
        status, _, err = rakit("run", TC, self.scenario(), "--depth", "inproc", "--jobs", 2, "--html", self.folder / "report.html", "--kill-matrix", kills)
        self.assertEqual(status, 1, err)
        self.page = (self.folder / "report.html").read_text()

    def browse(self, *options, page=None):
        file = self.folder / "probe.html"
        file.write_text((page or self.page).replace("</body>", PROBE + "</body>"))
        done = subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
                               f"--user-data-dir={self.folder}/profile", "--virtual-time-budget=4000", *options, "--dump-dom", file.as_uri()],
                              capture_output=True, text=True, timeout=120)
        self.assertNotIn("CONSOLE", done.stderr)
        title = re.search(r"<title>(.*?)</title>", done.stdout, re.S).group(1)
        return json.loads(title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))

    def picture(self, name, *options, probe=True):
        target = (KEEP or self.folder) / (name + ".png")
        file = self.folder / ("probe.html" if probe else "report.html")
        subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.folder}/profile",
                        "--virtual-time-budget=4000", *options, f"--screenshot={target}", file.as_uri()], capture_output=True, timeout=120, check=True)
        self.assertGreater(target.stat().st_size, 10000)

    def test_it_works(self):
        self.assertEqual(re.findall(r"""(?:src|href)=["'](?!data:)[^"']+""", self.page.replace("src=x", "")), [])
        seen = self.browse("--window-size=1200,900")
        ours = [one for one in seen["failed"] if one.endswith("/one")]
        self.assertEqual((len(seen["failed"]), len(ours)), (1, 1))
        self.assertEqual(seen["text"], ["tc/redo:ec-pin-2"])
        self.assertEqual(seen["tag"], ours)
        self.assertGreater(seen["all"], 20)
        self.assertTrue(seen["slowest"])
        self.assertIn("1 failed", seen["title"])
        self.assertGreater(seen["marks"], 20)
        self.assertGreater(seen["trace"], 1000)
        self.assertEqual(seen["mismatches"][:2], ["result", "tc_expired"])
        self.assertGreater(seen["plots"], 5)
        self.assertEqual((seen["kills"], seen["killed"]), (2, "1 of 2 ways to be wrong are caught, 1 survive"))
        self.assertEqual((seen["images"], seen["loaded"]), (0, []))
        self.assertEqual(seen["wide"], 0)
        self.picture("report-open", "--window-size=1200,1500")
        self.picture("report", "--window-size=1200,900", probe=False)

    def test_it_fits_a_phone_in_the_dark(self):
        seen = self.browse("--window-size=390,844", "--blink-settings=preferredColorScheme=0")
        self.assertEqual(seen["wide"], 0)
        brightness = [sum(map(int, re.findall(r"\d+", seen[part])[:3])) for part in ("paper", "ink")]
        self.assertLess(brightness[0], 150)
        self.assertGreater(brightness[1], 550)
        self.picture("phone-dark", "--window-size=390,1400", "--blink-settings=preferredColorScheme=0")

    def test_a_broken_page_would_be_noticed(self):
        with self.assertRaises(AssertionError):
            self.browse(page=self.page.replace("latency();\n", "latencies();\n"))


if __name__ == "__main__":
    unittest.main()
