"""What the parts of this RA share: running a tool, PEM, and how an update ends."""
import base64
import hashlib
import os
import re
import subprocess


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
