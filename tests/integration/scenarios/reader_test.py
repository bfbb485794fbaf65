"""rakit run --depth reader: a card in a reader that isn't the runner's own. A sandbox stands for the real thing: its pcscd, its reader's
name and its cards are in other processes, and the runner is told no more of them than of anybody's.

Run in: rakit sandbox --reader-name "Desk Reader" --readers 3 --card pkcs15-tc --card strange.yaml
Readers: 00 00 the test card, 00 01 somebody's card, 2 00 00 empty.
"""
import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile

RAKIT = sys.argv[1]
TEST, STRANGE, EMPTY = "Desk Reader 00 00", "Desk Reader 00 01", "Desk Reader 2 00 00"
PINS = "pin:01 111111\npin:02 222222\nop-pin 87654321\n"
CATALOGUE = "scenarios/catalog/"


def run(reader, *words, pins=PINS, depth=("--depth", "reader")):
    """Gives exit status and all that was printed; nobody is at a terminal."""
    out, given = os.pipe()
    os.write(given, pins.encode())
    os.close(given)
    done = subprocess.run([RAKIT, "run", *depth, "--reader", reader, "--pin-fd", str(out), *map(str, words)],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, pass_fds=[out], timeout=240)
    os.close(out)
    return done.returncode, done.stdout + done.stderr


def snapshot(card):
    return subprocess.run([RAKIT, "card", "ctl", f"{os.environ['RAKIT_CONTROL']}/{card}.sock", "snapshot"],
                          capture_output=True, check=True).stdout


def issuer_by_openssl(key):
    """What OpenSC reads of the test card, and openssl of that."""
    pem = subprocess.run(["pkcs15-tool", "--reader", TEST, "--read-certificate", key], capture_output=True, check=True).stdout
    return subprocess.run(["openssl", "x509", "-noout", "-issuer"], input=pem, capture_output=True, check=True).stdout.decode()


def says(text, *words):
    for word in words:
        assert word in text, f"no '{word}' in:\n{text}"


def one_redo_then_no_more(folder):
    transport = issuer_by_openssl("45")
    status, text = run(TEST, CATALOGUE + "tc", "--filter", "tc/redo:*", "--json", folder / "report.json", "--trace", folder / "trace")
    assert status == 0, text
    says(text, "passed  tc/redo:rsa-pin-1",
         f"skipped tc/redo:ec-pin-2: the card in {TEST} has one certificate on key 45 where the case wants one transport certificate",
         "1 passed, 0 failed, 1 skipped")
    assert issuer_by_openssl("45") != transport, "a TC is there still"
    report = json.loads((folder / "report.json").read_text())
    assert report["depth"] == "reader"
    kinds = {event["kind"] for event in report["cases"][0]["trace"]}
    assert {"apdu", "http"} <= kinds, kinds
    says(report["cases"][0]["again"], "--depth reader", f"--reader '{TEST}'")
    for file in [folder / "report.json", *(folder / "trace").iterdir()]:
        for pin in (b"111111", b"222222", b"87654321"):
            assert pin not in file.read_bytes(), f"a PIN is in {file}"


def what_only_a_double_can(_):
    before = snapshot(0)
    status, text = run(TEST, CATALOGUE + "printer", CATALOGUE + "faults", "--filter", "!*:nothing*", "--fail-fast")
    assert status == 0, text
    says(text, "a printer is emulated", "only a virtual card has faults", "0 failed")
    assert snapshot(0) == before


def each_case_has_a_card_of_its_own(_):
    """The test card lends its slot: cases of cards that it isn't like, of pulls, swaps and printers are run too, and it comes back as it was."""
    before = snapshot(0)
    for chosen in ("tc/redo:*", "devices/swapped-for-another-kind:piv", "devices/card-out-and-in:before-the-order", "faults/add:at-the-file"):
        status, text = run(TEST, "--slot-of", f"{os.environ['RAKIT_CONTROL']}/0.sock", "--filter", chosen, pins="")
        assert status == 0, text
        says(text, "0 failed")
        assert "skipped" not in text, text
    assert snapshot(0) == before
    says(issuer_by_openssl("45"), "issuer")
    status, text = run(TEST, "--slot-of", "/nonexistent", "--filter", "tc/redo:*")
    assert status == 2, text
    says(text, "service_absent")


def nobody_agreed(_):
    before = snapshot(1)
    status, text = run(STRANGE, CATALOGUE + "tc/redo.yaml")
    assert status == 2, text
    says(text, "cancelled", "is not the test card", STRANGE, "--yes-write-real-card")
    status, text = run(STRANGE, CATALOGUE + "tc/redo.yaml", "--yes-write-real-card", pins="pin:01 111111\n")
    assert status == 0, text
    says(text, "has the keys 45 (ec-p256) where the case wants the keys 45 (rsa-2048), 46 (ec-p256)", "0 passed, 0 failed, 2 skipped")
    status, text = run(STRANGE, CATALOGUE + "tc/redo.yaml", "--yes-write-real-card", pins="111111\n")
    assert status == 2 and "111111" not in text, text
    says(text, "prompt_unavailable", "--pin-fd", "pin:01")
    assert snapshot(1) == before, "nothing was to be written"


def said_at_once(_):
    for reader, code in (("No Such Reader", "reader_absent"), ("Desk", "reader_absent"), (EMPTY, "card_absent")):
        status, text = run(reader, CATALOGUE + "tc/redo.yaml")
        assert status == 2, text
        says(text, code)
    winscard = ctypes.CDLL("libpcsclite.so.1")
    context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
    assert winscard.SCardEstablishContext(ctypes.c_ulong(2), None, None, ctypes.byref(context)) == 0
    assert winscard.SCardConnect(context, STRANGE.encode(), ctypes.c_ulong(1), ctypes.c_ulong(3), ctypes.byref(card),
                                 ctypes.byref(protocol)) == 0  # exclusive
    status, text = run(STRANGE, CATALOGUE + "tc/redo.yaml")
    winscard.SCardReleaseContext(context)
    assert status == 2, text
    says(text, "reader_busy")


def usage(_):
    for words, more in (((TEST, "--jobs", "2"), {}), (("",), {}), ((TEST,), {"depth": ("--depth", "inproc")})):
        status, text = run(*words, **more)
        assert status == 2, text
        says(text, "usage")


def a_wrong_pin_is_not_tried_twice(_):
    """Key 46 has its TC still: Redo of it alone asks for PIN 2, which is wrong here, and that is all that is lost."""
    # As the card is after its first Redo: like the recipe, but the other way round, and without a CA's certificate.
    recipe = pathlib.Path("scenarios/cards/half-exchanged.yaml").read_text().split("ca_certificates:")[0]
    recipe = recipe.replace("tc-issuer", "?").replace("end-user-ca", "tc-issuer").replace("?", "end-user-ca")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        (place / "half.yaml").write_text(recipe)
        for name in ("first", "second"):
            (place / f"{name}.yaml").write_text(
                "version: 1\ntitle: Redo of the other key\nsource: this test\ncard: {image: half.yaml}\n"
                "do: {actions: {\"46\": redo}, procedure: employee-tc, fields: {commonName: Anna Ek}}\n"
                "expect: {result: ok, card: {\"46\": {certificates: 1, new: 1, tc: gone}}, cm: {active: 1}}\n")
        status, said = run(TEST, place / "first.yaml", place / "second.yaml", pins=PINS.replace("222222", "999999"))
    assert status == 1, said
    says(said, "pin_wrong", "PIN 02 lost a try in", "perhaps a wrong one was given", "0 passed, 1 failed, 1 skipped")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for test in (said_at_once, usage, nobody_agreed, what_only_a_double_can, each_case_has_a_card_of_its_own, one_redo_then_no_more,
                     a_wrong_pin_is_not_tried_twice):
            test(pathlib.Path(folder))
            print("ok", test.__name__, flush=True)


if __name__ == "__main__":
    main()
