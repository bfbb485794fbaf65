"""readme_test.py RAKIT: runs README.md's scenario and each of its blocks that begin with `$ `, and compares the output."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def blocks(text: str):
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)


def run(command: list[str] | str, env: dict[str, str]) -> str:
    done = subprocess.run(command, shell=isinstance(command, str), env=env, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"FAILED: {command}: exit {done.returncode}\n{done.stdout}")
    return done.stdout


def main() -> None:
    rakit = pathlib.Path(sys.argv[1])
    env = {**os.environ, "PATH": f"{rakit.parent}:{os.environ['PATH']}"}
    commands = scenarios = 0
    for language, body in blocks(pathlib.Path("README.md").read_text()):
        if language == "yaml":
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(body)
                file.flush()
                last = run([str(rakit), "run", "--depth", "inproc", file.name], env).splitlines()[-1]
            if last != "1 passed, 0 failed":
                sys.exit(f"FAILED: the scenario of README.md: {last}")
            scenarios += 1
        elif body.startswith("$ "):
            command, _, shown = body[2:].partition("\n")
            seen = run(command, env)
            if seen.rstrip("\n") != shown.rstrip("\n"):
                sys.exit(f"FAILED: {command}\nREADME.md shows\n{shown}\nseen\n{seen}")
            commands += 1
    if not commands or not scenarios:
        sys.exit("FAILED: README.md has no command, or no scenario, to run")
    print(f"{commands} commands and {scenarios} scenarios of README.md come out as shown")


main()
