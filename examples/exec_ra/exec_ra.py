#!/usr/bin/python3
"""An RA made of OpenSC's tools, openssl and curl, by docs/formats/iut.md: Redo of one RSA key's only certificate.

It shares no code with rakit. What it can't do it says: result `unsupported`, and nothing was asked or sent.
Usage: rakit run --depth pcsc --iut 'exec:python3 examples/exec_ra/exec_ra.py' --filter tc/redo:rsa-pin-1
"""
import base64
import glob
import hashlib
import json
import os
import pathlib
import re
import secrets
import socket
import subprocess
import sys
import tempfile

import cmc
from der import values

PKI_DATA = "1.3.6.1.5.5.7.12.2"
TRANSPORT_POLICY = "2.25.259992147378155069564548854890386613715"
USAGES = {"sign": "digitalSignature", "nonRepudiation": "nonRepudiation", "unwrap": "keyEncipherment",
          "decrypt": "dataEncipherment", "derive": "keyAgreement"}


class Refused(Exception):
    """The update ends here, with a code of docs/errors.md."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code


def run(*words, given=None, check=True, secret=None):
    """Runs a tool; a secret goes by its environment, where no other user and no process list shows it."""
    done = subprocess.run(words, input=given, capture_output=True, check=False,
                          env={**os.environ, "LC_ALL": "C", "SECRET": secret or ""})
    if check and done.returncode != 0:
        raise Refused("internal", words[0] + ": " + done.stderr.decode(errors="replace").strip())
    return done


def der_of(pem):
    return base64.b64decode("".join(re.findall(rb"-----BEGIN [^-]+-----([^-]+)-----END", pem)[0].decode().split()))


def pems_of(text):
    return re.findall(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n", text)


def sha256(octets):
    return hashlib.sha256(octets).hexdigest().upper()


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


class Prompts:
    def __init__(self, path):
        link = socket.socket(socket.AF_UNIX)
        link.connect(path)
        self.file = link.makefile("rw")

    def ask(self, prompt):
        self.file.write(json.dumps({"prompt": prompt}) + "\n")
        self.file.flush()
        answer = json.loads(self.file.readline())
        if "value" not in answer:
            raise Refused("pin_cancelled", prompt)
        return answer["value"]


class Officer:
    """A PKCS#12, used by openssl and curl."""

    def __init__(self, file, password, folder):
        self.file, self.password = file, password
        self.certificate = folder / "officer.pem"
        done = run("openssl", "pkcs12", "-in", file, "-passin", "env:SECRET", "-clcerts", "-nokeys", "-out",
                   str(self.certificate), check=False, secret=password)
        if done.returncode != 0:
            raise Refused("pin_wrong", "signature PIN")

    def sign(self, content, certificates):
        """Makes the SignedData of a CMC request."""
        return run("openssl", "cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-md", "sha256", "-cades",
                   "-econtent_type", PKI_DATA, "-signer", str(self.certificate), "-inkey", self.file, "-keyform", "P12",
                   "-passin", "env:SECRET", *(["-certfile", str(certificates)] if certificates else []), given=content,
                   secret=self.password).stdout


class Host:
    """The CM, through curl, as this officer."""

    def __init__(self, job, officer, folder):
        self.url, self.ca, self.officer, self.folder = job["cm"]["url"], job["cm"]["ca"], officer, folder

    def ask(self, path, body=None, kind="application/json"):
        # By standard input: a command line is everybody's to read.
        config = f'cert-type = "P12"\ncert = "{self.officer.file}:{self.officer.password}"\n'
        words = ["curl", "--silent", "--show-error", "--max-time", "30", "--cacert", self.ca, "-K", "-", "-o",
                 str(self.folder / "answer"), "-w", "%{http_code}"]
        if body is not None:
            (self.folder / "request").write_bytes(body)
            words += ["--data-binary", "@" + str(self.folder / "request"), "-H", "Content-Type: " + kind]
        done = run(*words, self.url + path, given=config.encode(), check=False)
        if done.returncode != 0:
            raise Refused("cm_untrusted" if done.returncode in (35, 51, 60) else "cm_unreachable", done.stderr.decode())
        return int(done.stdout), (self.folder / "answer").read_bytes()

    def json(self, path, body):
        status, answer = self.ask(path, json.dumps(body).encode())
        return self.value_of(status, answer)

    @staticmethod
    def value_of(status, answer):
        try:
            value = json.loads(answer)
        except ValueError as error:
            raise Refused("cm_answer_invalid", f"HTTP {status}") from error
        if status != 200:
            raise Refused(value["error"]["code"], value["error"]["message"])
        return value

    def cmc(self, message):
        """Sends a signed message; gives the controls of the answer and the certificates that came with it."""
        status, answer = self.ask("/cmc", message, "application/pkcs7-mime; smime-type=CMC-request")
        if status != 200:
            self.value_of(status, answer)
        bag = self.folder / "bag.pem"
        bag.unlink(missing_ok=True)
        done = run("openssl", "cms", "-verify", "-inform", "DER", "-CAfile", self.ca, "-purpose", "any", "-certsout", str(bag),
                   "-binary", given=answer, check=False)
        if done.returncode != 0:
            raise Refused("cm_untrusted", done.stderr.decode(errors="replace"))
        return cmc.controls_of(done.stdout), pems_of(bag.read_bytes())

    def ca_certificates(self):
        _, answer = self.ask("/cacerts")
        return run("openssl", "pkcs7", "-inform", "DER", "-print_certs", given=base64.b64decode(answer)).stdout


def supported(job):
    """The one thing that this RA can do; all else is refused before anybody is asked for anything."""
    actions = [one for one in job["actions"] if one["action"] != "blank"]
    return (job["verb"] == "update" and len(actions) == 1 and actions[0]["action"] == "redo" and
            "certificate" not in actions[0] and "officerReader" not in job and not job.get("qc") and
            not job["showFields"] and not job["autoAddFields"] and not job["replaceCa"] and
            job.get("dialect", "cmc") == "cmc" and set(job["fields"]) <= set(cmc.ATTRIBUTES)), actions


class Update:
    def __init__(self, job, folder):
        self.job, self.folder = job, folder
        good, actions = supported(job)
        if not good:
            raise Refused("unsupported", "only Redo of one key, with fields of its subject")
        self.key = actions[0]["key"]
        self.card = Card(job["reader"])
        line = self.card.find("Private RSA Key", self.key)
        held = self.card.find("X.509 Certificate", self.key)
        if not line:
            raise Refused("unsupported" if self.card.find("Private", self.key) else "key_unknown", "key " + self.key)
        if len(held) != 1 or line[0]["Auth ID"] != "01":
            raise Refused("unsupported", "one certificate on the key, and PIN 1, are what this RA knows")
        self.line = line[0]
        self.old = self.card.certificate(self.key)
        self.prompts = Prompts(job["promptSocket"])

    def usages(self):
        words = [word.strip() for word in self.line["Usage"].split("]")[1].split(",")]
        return [USAGES[word] for word in words if word in USAGES]

    def is_transport(self):
        text = run("openssl", "x509", "-noout", "-ext", "certificatePolicies", given=self.old, check=False).stdout
        return TRANSPORT_POLICY.encode() in text

    def name_and_serial(self, pem):
        """Gives issuer (a Name, DER) and serial number of a certificate."""
        body = values(values(values(der_of(pem))[0][1])[0][1])
        at = 1 if body[0][0] == 0xA0 else 0
        return body[at + 2][2], int.from_bytes(body[at][1], "big")

    def reg_info(self, part):
        issuer, _ = self.name_and_serial(self.old)
        line = {"bodyPartId": part, "key": self.key, "label": self.line["label"], "action": "redo", "usage": self.usages(),
                "replaces": {"issuer": base64.b64encode(issuer).decode(), "serial": self.line_serial(), "sha256": sha256(der_of(self.old))}}
        if self.is_transport():
            line["transportCertificate"] = sha256(der_of(self.old))
        return {"version": 1, "procedure": self.job["procedure"], "fields": self.job["fields"], "lines": [line],
                "card": {"serial": self.card.serial(), "atr": self.card.atr, "profile": "pkcs15"}}

    def line_serial(self):
        _, number = self.name_and_serial(self.old)
        return f"{number:X}".zfill((len(f"{number:X}") + 1) // 2 * 2)

    def prepare(self, host):
        bits = self.line["ModLength"]
        line = {"key": self.key, "label": self.line["label"], "action": "redo", "type": "rsa-" + bits, "usage": self.usages(),
                "transportCertificate": self.is_transport()}
        answer = host.json("/ra/prepare", {"version": 1, "procedure": self.job["procedure"], "lines": [line],
                                           "card": self.reg_info(1)["card"]})
        if answer["dialog"] != "end-user" or answer["opPin"]["required"] or answer.get("order") == "issue-first":
            raise Refused("unsupported", "only the dialog for end-user certificates")
        for field in answer["fields"]:
            if field["required"] and not self.job["fields"].get(field["name"]):
                raise Refused("field_missing", field["name"])
        return answer

    def issued(self, controls, bag, transaction, nonce):
        """Judges the answer; gives the new certificate, PEM."""
        if not {cmc.STATUS_INFO_V2, cmc.TRANSACTION_ID, cmc.RECIPIENT_NONCE, cmc.SENDER_NONCE} <= set(controls):
            raise Refused("cm_answer_invalid", "a control is missing")
        status = int.from_bytes(values(controls[cmc.STATUS_INFO_V2])[0][1], "big")
        if int.from_bytes(controls[cmc.TRANSACTION_ID], "big") != transaction or controls[cmc.RECIPIENT_NONCE] != nonce:
            raise Refused("cm_answer_mismatch", "another transaction or message")
        if status == 3:
            raise Refused("unsupported", "the order waits for approval, and this RA keeps no journal")
        info = json.loads(controls[cmc.RESPONSE_INFO])
        if status not in (0, 5):
            raise Refused(info["error"]["code"], info["error"]["message"])
        named = [pem for pem in bag if sha256(der_of(pem)) == info["lines"][0]["sha256"]]
        if not named:
            raise Refused("cm_answer_mismatch", "no certificate")
        public = run("openssl", "x509", "-noout", "-pubkey", given=named[0]).stdout
        if der_of(public) != der_of(self.card.public_key(self.key)):
            raise Refused("cm_answer_mismatch", "a certificate of another key")
        return named[0], status == 5

    def check_chain(self, host, file, bag):
        others = self.folder / "others.pem"
        others.write_bytes(b"".join(bag) + host.ca_certificates())
        done = run("openssl", "verify", "-CAfile", host.ca, "-untrusted", str(others), str(file), check=False)
        if done.returncode == 0:
            return
        early = b"not yet valid" in done.stderr + done.stdout
        raise Refused("cm_answer_invalid" if early else "cm_untrusted", done.stderr.decode())

    def compare(self):
        """The card of the contents must still be the one in the reader."""
        now = Card(self.job["reader"])
        if now.serial() != self.card.serial() or now.public_key(self.key) != self.card.public_key(self.key):
            raise Refused("card_changed")

    def run(self):
        officer = Officer(self.job["officer"], self.prompts.ask("signature-pin"), self.folder)
        host = Host(self.job, officer, self.folder)
        self.prepare(host)
        pin = self.prompts.ask("pin:01")
        if not 4 <= len(pin) <= 8:
            raise Refused("pin_malformed", "4 to 8 characters")
        self.compare()
        subject = cmc.subject(self.job["fields"])
        spki = der_of(self.card.public_key(self.key))
        request = cmc.certification_request(subject, spki, lambda info: self.card.sign(self.key, pin, info))
        transaction, nonce = int.from_bytes(secrets.token_bytes(16), "big") >> 1 | 1 << 126, secrets.token_bytes(16)
        transport = self.folder / "transport.pem"
        transport.write_bytes(self.old)
        order = cmc.order(transaction, nonce, bytes.fromhex(self.card.serial()), self.reg_info, request, subject,
                          None if self.is_transport() else self.name_and_serial(self.old))
        controls, bag = host.cmc(officer.sign(order, transport if self.is_transport() else None))
        new, confirm = self.issued(controls, bag, transaction, nonce)
        file = self.folder / "new.pem"
        file.write_bytes(new)
        self.check_chain(host, file, bag)
        self.compare()
        self.card.replace_certificate(self.key, pin, file)
        if der_of(self.card.certificate(self.key)) != der_of(new):
            raise Refused("card_write_failed", "read back: another certificate")
        if confirm:
            issuer, serial = self.name_and_serial(new)
            message = cmc.confirmation(transaction, secrets.token_bytes(16), controls[cmc.SENDER_NONCE], issuer, serial)
            answer, _ = host.cmc(officer.sign(message, None))
            if values(answer[cmc.STATUS_INFO_V2])[0][1] != b"\0":
                raise Refused(json.loads(answer[cmc.RESPONSE_INFO])["error"]["code"])


def main():
    job = json.loads(sys.stdin.readline())
    result = {"version": 1, "result": "ok"}
    try:
        with tempfile.TemporaryDirectory() as folder:
            update = Update(job, pathlib.Path(folder))
            result["notices"] = ["soft_token_warning"]
            update.run()
    except Refused as refused:
        result.update(result=refused.code, message=str(refused))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
