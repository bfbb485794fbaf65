"""The card, through OpenSC's tools."""
import glob
import pathlib
import re
import tempfile

from tools import Refused, run


class Card:
    """The card in a reader, through pkcs15-tool, pkcs11-tool and pkcs15-init."""

    def __init__(self, reader):
        self.reader = reader
        self.module = glob.glob("/usr/lib/*/opensc-pkcs11.so")[0]
        dump = self.tool("pkcs15-tool", "--dump").decode(errors="replace")
        if "PKCS#15 Card" not in dump:
            raise Refused("unsupported", "no PKCS#15 card")
        if "0x50 0x49 0x56" in dump or "PIV" in dump.split("\n")[1]:
            raise Refused("unsupported", "a PIV card has no PKCS#15 to write")
        self.objects = [self.parse(block) for block in re.split(r"\n(?=\S)", dump)]
        self.atr = self.tool("opensc-tool", "--atr").decode().strip().replace(":", "").upper()

    def tool(self, *words, secret=None):
        done = run(*words, "--reader", self.reader, check=False, secret=secret)
        if done.returncode != 0:
            raise Refused(self.cause(done.stderr), done.stderr.decode(errors="replace"))
        return done.stdout

    @staticmethod
    def cause(error):
        for words, code in ((b"PIN_INCORRECT", "pin_wrong"), (b"PIN code or key incorrect", "pin_wrong"),
                            (b"PIN_LOCKED", "pin_blocked"), (b"locked", "pin_blocked"),
                            (b"No smart card", "card_absent"), (b"No card", "card_absent"), (b"No readers", "card_absent"),
                            (b"not present", "card_absent"), (b"No slot", "card_absent"), (b"removed", "card_removed")):
            if words in error:
                return code
        return "card_unsupported"

    @staticmethod
    def parse(block):
        head, *lines = block.split("\n")
        rows = dict(re.findall(r"^\t(\S[^:]*?)\s*: (.*)$", "\n".join(lines), re.M))
        return {"kind": head.split(" [")[0], "label": (re.findall(r"\[(.*)\]", head) or [""])[0], **rows}

    def serial(self):
        return self.objects[0]["Serial number"].upper()

    def find(self, kind, key):
        return [one for one in self.objects if kind in one["kind"] and one.get("ID", "").upper() == key.upper()]

    def certificate(self, key):
        return self.tool("pkcs15-tool", "--read-certificate", key)

    def public_key(self, key):
        return self.tool("pkcs15-tool", "--read-public-key", key)

    def sign(self, key, pin, message):
        """One VERIFY, one signature: RSA PKCS#1 v1.5 with SHA-256."""
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "message").write_bytes(message)
            done = run("pkcs11-tool", "--module", self.module, "--login", "--pin", "env:SECRET", "--sign", "--id", key, "-m",
                       "SHA256-RSA-PKCS", "-i", folder + "/message", "-o", folder + "/signature", check=False, secret=pin)
            if done.returncode != 0:
                raise Refused(self.cause(done.stderr), done.stderr.decode(errors="replace"))
            return pathlib.Path(folder, "signature").read_bytes()

    def replace_certificate(self, key, pin, file):
        done = run("pkcs15-init", "--reader", self.reader, "-U", str(file), "--id", key, "--pin", "env:SECRET", check=False,
                   secret=pin)
        if done.returncode != 0:
            raise Refused("card_write_failed", done.stderr.decode(errors="replace"))
