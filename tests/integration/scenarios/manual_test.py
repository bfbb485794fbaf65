"""rakit run --iut manual: somebody reads what is to be done, does it with an RA, and says how it ended."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading

RAKIT = sys.argv[1]
UPDATE = "scenarios/iut/examples/rakit_update.py"


def read_to_prompt(run):
    """Gives what is printed up to the `> ` that waits for the person."""
    text = ""
    while not text.endswith("\n> "):
        letter = run.stdout.read(1)
        assert letter, "it ended: " + text
        text += letter
    return text


def value(text, name):
    return re.search(r"^  " + re.escape(name) + r" +(\S.*)$", text, re.M)[1]


def type_pins(listener, text):
    """Answers the prompts as a person would who has the sheet before them."""
    link, _ = listener.accept()
    with link, link.makefile("rw") as prompts:
        for line in prompts:
            prompts.write(json.dumps({"value": value(text, json.loads(line)["prompt"])}) + "\n")
            prompts.flush()


def update(text, folder):
    """Does what the sheet says, with rakit itself as the RA that has a window."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(folder + "/prompts")
    listener.listen()
    typist = threading.Thread(target=type_pins, args=(listener, text), daemon=True)
    typist.start()
    out = pathlib.Path(value(text, "certificates of Issue").removeprefix("save them in "))
    job = {"version": 1, "verb": "update", "reader": value(text, "reader"),
           "cm": {"url": value(text, "CM"), "ca": value(text, "CA of the CM")}, "officer": value(text, "officer"),
           "procedure": value(text, "procedure"), "actions": [{"key": "45", "action": value(text, "key 45")}],
           "fields": {"commonName": value(text, "field commonName")}, "showFields": [], "autoAddFields": False,
           "replaceCa": False, "journalFolder": folder + "/journal", "outFolder": str(out),
           "promptSocket": folder + "/prompts"}
    service = value(text, "PC/SC").removeprefix("PCSCLITE_CSOCK_NAME=")
    done = subprocess.run([sys.executable, UPDATE, RAKIT], input=json.dumps(job) + "\n", capture_output=True, text=True,
                          env={**os.environ, "PCSCLITE_CSOCK_NAME": service}, check=True)
    typist.join(10)
    return json.loads(done.stdout.splitlines()[-1])["result"]


def start(folder, name):
    return subprocess.Popen([RAKIT, "run", "scenarios/catalog/tc/redo.yaml", "--filter", "tc/redo:rsa-pin-1", "--depth", "pcsc",
                             "--iut", "manual", "--json", folder + "/" + name], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def done_as_told(folder):
    with start(folder, "done.json") as run:
        ended = update(read_to_prompt(run), folder)
        run.stdin.write("perhaps\n")
        run.stdin.flush()
        assert "'perhaps' is neither" in read_to_prompt(run)
        run.stdin.write(ended + "\n")
        run.stdin.flush()
        rest = run.stdout.read()
    assert run.returncode == 0, ended + rest


def nothing_done(folder):
    """The person's word is not enough: card and CM are judged."""
    with start(folder, "nothing.json") as run:
        text = read_to_prompt(run)
        run.stdin.write("ok\n")
        run.stdin.flush()
        run.stdout.read()
    assert run.returncode == 1
    report = pathlib.Path(folder, "nothing.json").read_text()
    assert "new certificates" in report
    for pin in ("pin:01", "pin:02", "signature-pin"):
        assert value(text, pin) not in report, "a PIN is in the report"


def nobody_there(folder):
    with start(folder, "nobody.json") as run:
        read_to_prompt(run)
        run.stdin.close()
        run.stdout.read()
    assert run.returncode == 1
    assert "nobody is at the terminal" in pathlib.Path(folder, "nobody.json").read_text()


def main():
    with tempfile.TemporaryDirectory() as folder:
        done_as_told(folder)
        nothing_done(folder)
        nobody_there(folder)


if __name__ == "__main__":
    main()
