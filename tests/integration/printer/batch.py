"""batch.py RAKIT [--rebase]: docs/printer.md's demo comes out as shown, and its faces are pictures. --rebase writes what was
seen into the page."""
import pathlib
import re
import subprocess
import sys
import tempfile

from support import need

TRANSACTION = re.compile(r"\b[0-9A-F]{32}\b")


def shown(page: str, command: str) -> str:
    blocks = re.findall(r"^```\n\$ (.*?)\n(.*?)^```$", page, re.S | re.M)
    found = [body for first, body in blocks if first.startswith(command)]
    need(len(found) == 1, f"docs/printer.md shows `{command}` once")
    return found[0]


def main() -> None:
    rakit = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="rakit-faces-") as faces:
        done = subprocess.run(["examples/batch/demo.sh", rakit, faces], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, timeout=180)
        page = pathlib.Path("docs/printer.md")
        was = shown(page.read_text(), "examples/batch/demo.sh")
        if "--rebase" in sys.argv:
            page.write_text(page.read_text().replace(was, done.stdout))
            was = done.stdout
        seen = TRANSACTION.sub("T" * 32, done.stdout)
        expected = TRANSACTION.sub("T" * 32, was)
        need(done.returncode == 0 and seen == expected, f"the demo shows\n{done.stdout}\ndocs/printer.md shows\n{expected}")
        need("batch_incomplete" in done.stdout, "a run that leaves orders open says so")
        pictures = sorted(path.name for path in pathlib.Path(faces).iterdir())
        need(pictures == [f"000000000000000A0B0{card}-front.png" for card in (1, 2, 4)], f"the faces: {pictures}")
        for name in pictures:
            octets = (pathlib.Path(faces) / name).read_bytes()
            need(octets[:8] == b"\x89PNG\r\n\x1a\n" and octets[16:24] == bytes.fromhex("000003F800000288"),
                 f"{name} is a PNG of 1016 x 648")
    print("the demo comes out as shown")


main()
