"""Officer and CM host, through openssl and curl."""
import base64
import json

import cmc
from tools import Refused, pems_of, run

PKI_DATA = "1.3.6.1.5.5.7.12.2"


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
