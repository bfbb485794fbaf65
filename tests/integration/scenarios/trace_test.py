"""Traces: their schema, rakit trace, and what tshark makes of the pcapng."""
import json
import subprocess

import jsonschema

from support import TC, Case, pathlib, rakit, unittest


class Traces(Case):
    def setUp(self):
        super().setUp()
        status, out, _ = rakit("run", TC + "/redo.yaml", "--filter", "*rsa*", "--depth", "inproc", "--trace", self.folder / "t")
        self.assertEqual(status, 0, out)
        self.trace = self.folder / "t/tc.redo.rsa-pin-1-1.jsonl"

    def fields(self, file, *names, only=""):
        words = ["tshark", "-r", str(file), "-T", "fields"] + [w for name in names for w in ("-e", name)] + (["-Y", only] if only else [])
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def test_each_line_keeps_to_the_schema(self):
        schema = json.loads(pathlib.Path("docs/formats/schema/trace.schema.json").read_text())
        lines = [json.loads(line) for line in self.trace.read_text().splitlines()]
        for line in lines:
            jsonschema.validate(line, schema)
        self.assertEqual(lines[0]["case"], "tc/redo:rsa-pin-1")
        verify = [one for one in lines if one.get("sent", "").startswith("0020000108")]
        self.assertTrue(verify)
        self.assertEqual({one["sent"][10:] for one in verify}, {"2A" * 8})

    def test_show(self):
        status, out, _ = rakit("trace", "show", self.trace)
        self.assertEqual((status, out), (0, self.trace.with_suffix(".txt").read_text()))
        self.assertIn("00 20 00 01 Lc=8 -> 0 octets 9000", out)
        # A worker that was killed leaves half a line.
        broken = self.folder / "broken.jsonl"
        broken.write_text(self.trace.read_text()[:-20])
        self.assertEqual(rakit("trace", "show", broken)[0], 0)
        broken.write_text("nothing\n")
        self.assertEqual(rakit("trace", "show", broken)[0], 2)

    def test_tshark_dissects_it(self):
        capture = self.trace.with_suffix(".pcapng")
        again = self.folder / "again.pcapng"
        self.assertEqual(rakit("trace", "pcap", self.trace, again)[0], 0)
        self.assertEqual(capture.read_bytes(), again.read_bytes())
        events = [json.loads(line) for line in self.trace.read_text().splitlines()[1:]]
        apdus = [one for one in events if one["kind"] == "apdu"]
        commands = self.fields(capture, "iso7816.apdu.ins", only="iso7816.apdu.ins")
        self.assertEqual([int(ins, 16) for ins, in commands], [int(one["sent"][2:4], 16) for one in apdus])
        answers = self.fields(capture, "iso7816.apdu.sw1", only="iso7816.apdu.sw1")
        self.assertEqual([int(sw, 16) for sw, in answers], [int(one["received"][-4:-2], 16) for one in apdus])
        requests = self.fields(capture, "http.request.method", "http.request.uri", only="http.request")
        self.assertEqual([" ".join(one) for one in requests], [" ".join(one["text"].split()[:2]) for one in events if one["kind"] == "http"])
        codes = self.fields(capture, "http.response.code", only="http.response")
        self.assertEqual(len(codes), len(requests))
        self.assertEqual(self.fields(capture, "frame.number", only="(_ws.malformed && iso7816) || tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"), [])


if __name__ == "__main__":
    unittest.main()
