"""Shards as processes, the kits that start them, and the merged report against the whole run's."""
import json
import os
import pathlib
import subprocess

import yaml

from support import PLAIN, RAKIT, TC, Case, rakit, unittest, verdicts

PATHS = (TC, "scenarios/catalog/pins", "scenarios/catalog/actions")


class Shards(Case):
    def whole(self):
        status, _, _ = rakit("run", *PATHS, self.scenario(), "--depth", "inproc", "--json", self.folder / "whole.json")
        self.assertEqual(status, 1)
        return verdicts(self.folder / "whole.json")

    def shell(self, command, **more):
        """Runs a kit's command with rakit in the path, and the cases of this test instead of the whole catalogue at pcsc."""
        binary = self.folder / "bin"
        binary.mkdir(exist_ok=True)
        wrapper = binary / "rakit"
        if wrapper.exists():  # another command of this test may be running it
            return self.started(command, binary, more)
        wrapper.write_text('#!/bin/sh\n[ "$1" = run ] || exec "$REAL" "$@"\nshift\n'
                           'case "$*" in *--depth*) ;; *) set -- "$@" --depth inproc ;; esac\nexec "$REAL" run $CASES "$@"\n')
        wrapper.chmod(0o755)
        return self.started(command, binary, more)

    def started(self, command, binary, more):
        env = {**PLAIN, "REAL": RAKIT, "CASES": " ".join([*PATHS, str(self.scenario())]), "PATH": f"{binary}:{os.environ['PATH']}", **more}
        command = command.replace("--depth pcsc ", "").replace("/reports/", f"{self.folder}/reports/")
        return subprocess.Popen(["/bin/sh", "-c", command], env=env, stdout=subprocess.DEVNULL)

    def test_processes_merge_to_the_whole(self):
        whole = self.whole()
        files = [self.folder / f"shard-{i}.json" for i in (1, 2, 3)]
        running = [subprocess.Popen([RAKIT, "run", *PATHS, str(self.scenario()), "--depth", "inproc", "--shard", f"{i}/3", "--json", str(file)],
                                    env=PLAIN, stdout=subprocess.DEVNULL) for i, file in enumerate(files, 1)]
        self.assertEqual(sorted(one.wait(120) for one in running), [0, 0, 1])
        status, out, _ = rakit("report", "merge", *reversed(files), "--json", self.folder / "merged.json", "--junit", self.folder / "m.xml")
        self.assertEqual(status, 1)
        self.assertEqual(verdicts(self.folder / "merged.json"), whole)
        self.assertEqual(rakit("report", "diff", self.folder / "whole.json", self.folder / "merged.json")[:2], (0, "0 differ\n"))
        status, _, err = rakit("report", "merge", *files[:2])
        self.assertEqual(status, 2)
        self.assertIn("shard 3 is missing", err)
        self.assertEqual(rakit("report", "merge", files[0], files[0], *files)[0], 2)
        self.assertIn(rakit("report", "merge", "--partial", *files[:2])[0], (0, 1))

    def test_a_ci_says_which_shard(self):
        def ids(**more):
            rakit("run", TC, "--depth", "inproc", "--filter", "tc/redo*", "--json", self.folder / "r.json", **more)
            return [one["id"] for one in json.loads((self.folder / "r.json").read_text())["cases"]]
        every = ids()
        second = every[1::2]
        self.assertEqual(ids(GTEST_SHARD_INDEX="1", GTEST_TOTAL_SHARDS="2"), second)
        self.assertEqual(ids(CI_NODE_INDEX="2", CI_NODE_TOTAL="2"), second)
        self.assertEqual(ids(JOB_COMPLETION_INDEX="1", JOB_COMPLETIONS="2"), second)
        self.assertEqual(ids(CI_NODE_TOTAL="1"), every)
        for bad in ({"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "2"}, {"JOB_COMPLETION_INDEX": "0"}):
            self.assertEqual(rakit("run", TC, "--depth", "inproc", **bad)[0], 2)
        for bad in ("0/2", "3/2", "1", "a/b", "1/2/3"):
            self.assertEqual(rakit("run", TC, "--shard", bad)[0], 2)

    def test_the_kubernetes_kit(self):
        whole = self.whole()
        (self.folder / "reports").mkdir()
        job = yaml.safe_load(pathlib.Path("ci/kits/kubernetes/rakit.yaml").read_text())["spec"]
        pod = job["template"]["spec"]["containers"][0]
        self.assertEqual(pod["env"], [{"name": "JOB_COMPLETIONS", "value": str(job["completions"])}])
        pods = [self.shell(pod["args"][0], JOB_COMPLETION_INDEX=str(i), JOB_COMPLETIONS=str(job["completions"])) for i in range(job["completions"])]
        self.assertEqual([one.wait(120) for one in pods], [0, 0, 0])
        merge = yaml.safe_load(pathlib.Path("ci/kits/kubernetes/merge.yaml").read_text())["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(self.shell(merge["args"][0]).wait(60), 1)
        self.assertEqual(verdicts(self.folder / "reports/report.json"), whole)

    def test_the_gitlab_kit(self):
        kit = yaml.safe_load(pathlib.Path("ci/kits/gitlab/rakit.yml").read_text())
        count = kit["rakit-shard"]["parallel"]
        variables = {"RAKIT": "rakit", "RAKIT_OPTIONS": "--jobs 1"}
        here = f"cp -r {os.getcwd()}/scenarios {self.folder}/ && cd {self.folder} && "
        nodes = []
        for i in range(1, count + 1):
            script = here.replace("cp -r", "cp -rn") + " && ".join(kit["rakit-shard"]["script"])
            nodes.append(self.shell(script, CI_NODE_INDEX=str(i), CI_NODE_TOTAL=str(count), **variables).wait(120))
        self.assertEqual(sorted(nodes), [0] * (count - 1) + [1])
        self.assertEqual(self.shell(here.replace("cp -r", "cp -rn") + " && ".join(kit["rakit-report"]["script"]), **variables).wait(60), 1)
        issues = json.loads((self.folder / "gl-code-quality-report.json").read_text())
        self.assertEqual([one["location"]["path"].endswith("one.yaml") for one in issues], [True])

    def test_the_github_kit(self):
        action = yaml.safe_load(pathlib.Path("ci/kits/github/rakit-run/action.yml").read_text())
        workflow = yaml.safe_load(pathlib.Path("ci/kits/github/scenarios.yml").read_text())
        step = action["runs"]["steps"][0]["run"]
        count = len(workflow["jobs"]["shard"]["strategy"]["matrix"]["shard"])
        ends = []
        for i in range(1, count + 1):
            inputs = {"RAKIT": "rakit", "PATHS": "", "DEPTH": "inproc", "IUT": "reference", "SHARD": f"{i}/{count}", "JOBS": "1"}
            command = f"cp -rn {os.getcwd()}/scenarios {self.folder}/; cd {self.folder} && bash -e <<'STEP'\n{step}\nSTEP"
            ends.append(self.shell(command, **inputs).wait(120))
        self.assertEqual(sorted(ends), [0] * (count - 1) + [1])
        merge = workflow["jobs"]["report"]["steps"][3]["run"].replace("build/release/bin/rakit", "rakit").replace("shards/", "rakit-report/")
        self.assertEqual(self.shell(f"cd {self.folder} && {merge}").wait(60), 1)
        self.assertTrue((self.folder / "report.html").exists())

    def test_github_is_told(self):
        summary = self.folder / "summary.md"
        status, out, _ = rakit("run", self.scenario(), "--depth", "inproc", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        self.assertEqual(status, 1)
        self.assertRegex(out, r"(?m)^::error file=.*one\.yaml,line=1,title=.*::What isn't so")
        self.assertIn("expected tc_expired, seen ok", summary.read_text())


if __name__ == "__main__":
    unittest.main()
