#!/usr/bin/env python3
"""An RA under test by docs/formats/iut.md that drives `rakit update --events` (docs/formats/events.md).

Usage: rakit_update.py RAKIT < job
"""
import json
import socket
import subprocess
import sys


def statement(qc):
    """Writes a QC statement of wire.md as --qc takes it."""
    values = {"QcLimitValue": lambda: [f"{qc['currency']},{qc['amount']},{qc['exponent']}"],
              "QcRetentionPeriod": lambda: [str(qc["years"])],
              "QcPDS": lambda: [" ".join(one["language"] + "," + one["url"] for one in qc["locations"])],
              "QcType": lambda: [",".join(qc["types"])],
              "QcCClegislation": lambda: [",".join(qc["countries"])]}.get(qc["type"], list)()
    return "=".join([qc["type"], *values])


def command(rakit, job):
    # Who runs scenarios at a real card has agreed already.
    words = [rakit, "update" if job["verb"] == "update" else "resume", "--events", "--yes-write-real-card", "--reader", job["reader"], "--cm", job["cm"]["url"], "--cm-ca", job["cm"]["ca"],
             *(["--officer-tls", job["officerTls"], "--officer-sign", job["officer"]] if "officerTls" in job
               else ["--officer", job["officer"]]),
             "--cm-dialect", job.get("dialect", "cmc"), "--journal", job["journalFolder"], "--out-dir", job["outFolder"]]
    if job["verb"] != "update":
        return words + ["--abandon"] * (job["verb"] == "abandon")
    words += ["--procedure", job["procedure"]]
    for action in job["actions"]:
        key = action["key"] + ("/" + action["certificate"] if "certificate" in action else "")
        words += ["--action", key + "=" + action["action"]]
    for name, value in job["fields"].items():
        words += ["--field", name + "=" + value]
    for qc in job.get("qc", []):
        words += ["--qc", statement(qc)]
    for name in job["showFields"]:
        words += ["--show-field", name]
    return words + ["--auto-add-fields"] * job["autoAddFields"] + ["--replace-ca"] * job["replaceCa"]


def answer(event, prompts):
    """Gives the line that answers a prompt event; whoever runs the scenario types the PINs."""
    if event["prompt"] == "fields":
        return {"answer": "fields", "fields": event["known"]}
    if event["prompt"] != "pin":
        return {"answer": "cancel"}
    prompts.write(json.dumps({"prompt": event["id"]}) + "\n")
    prompts.flush()
    typed = json.loads(prompts.readline())
    if "value" not in typed:
        return {"answer": "cancel"}
    line = {"answer": "pin", "id": event["id"], "value": typed["value"]}
    return {**line, "lastTry": True} if event.get("lastTry") else line


def result(event, notices):
    told = {"version": 1, "result": "ok", "notices": notices}
    if not event["done"]:
        told["result"] = event["error"]["code"]
        told["message"] = event["error"]["message"]
    return told


def main():
    job = json.loads(sys.stdin.readline())
    link = socket.socket(socket.AF_UNIX)
    link.connect(job["promptSocket"])
    prompts = link.makefile("rw")
    notices = []
    with subprocess.Popen(command(sys.argv[1], job), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as rakit:
        for line in rakit.stdout:
            event = json.loads(line)
            if event["event"] == "notice":
                notices.append(event["code"])
            elif event["event"] == "prompt":
                rakit.stdin.write(json.dumps(answer(event, prompts)) + "\n")
                rakit.stdin.flush()
            elif event["event"] == "result":
                print(json.dumps(result(event, notices)))


if __name__ == "__main__":
    main()
