#!/usr/bin/python3
"""An RA made of OpenSC's tools, openssl and curl, by docs/formats/iut.md: Redo of one RSA key's only certificate.

It shares no code with rakit. What it can't do it says: result `unsupported`, and nothing was asked or sent.
Usage: rakit run --depth pcsc --iut 'exec:python3 examples/exec_ra/exec_ra.py' --filter tc/redo:rsa-pin-1
"""
import base64
import json
import pathlib
import secrets
import socket
import sys
import tempfile

import cmc
from card import Card
from der import values
from host import Host, Officer
from tools import Refused, der_of, run, sha256

TRANSPORT_POLICY = "2.25.259992147378155069564548854890386613715"
USAGES = {"sign": "digitalSignature", "nonRepudiation": "nonRepudiation", "unwrap": "keyEncipherment",
          "decrypt": "dataEncipherment", "derive": "keyAgreement"}


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
