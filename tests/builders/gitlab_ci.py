"""GitLab pipelines without a GitLab: gitlab-ci-local expands, selects and runs our templates in a work tree."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.builders.repositories import git
from tests.builders.template_inputs import DIRECTORY

ROOT = DIRECTORY.parent
COMMANDS = Path(sys.executable).parent
DEFAULT = "main"

# What kind of pipeline it is, in the variables that GitLab sets; None is not set.
Kind = Mapping[str, str | None]
BRANCH: Kind = {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": DEFAULT, "CI_COMMIT_REF_NAME": DEFAULT}
OTHER_BRANCH: Kind = {**BRANCH, "CI_COMMIT_BRANCH": "draft", "CI_COMMIT_REF_NAME": "draft"}
SCHEDULE: Kind = {**BRANCH, "CI_PIPELINE_SOURCE": "schedule"}
MERGE_REQUEST: Kind = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "5",
    "CI_COMMIT_BRANCH": None,
}


def tag(name: str, *, protected: bool = True) -> Kind:
    """A tag pipeline."""
    return {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_TAG": name,
        "CI_COMMIT_REF_NAME": name,
        "CI_COMMIT_REF_PROTECTED": str(protected).lower(),
        "CI_COMMIT_BRANCH": None,
    }


@dataclass
class Ran:
    """A pipeline that was run: exit code, all that was printed, and where the artifacts lie, by job."""

    code: int
    output: str
    artifacts: Path

    def report(self, job: str, name: str) -> str:
        """A report file of a job."""
        # The runner writes a colon in a directory's name in letters of its own.
        (file,) = self.artifacts.glob(f"{job.replace(':', '*')}/courseline-reports/{name}")
        return file.read_text(encoding="utf-8")


@dataclass
class Project:
    """A work tree that includes one of our templates.

    Attributes:
        path: of the work tree.
        template: file name in `ci-templates/`.
        inputs: given to it.
    """

    path: Path
    template: str
    inputs: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shutil.copytree(DIRECTORY, self.path / "ci-templates")
        include = {
            "local": f"ci-templates/{self.template}",
            "inputs": {"image": "courseline:1.0", **self.inputs},
        }
        (self.path / ".gitlab-ci.yml").write_text(json.dumps({"include": [include]}), encoding="utf-8")
        git(self.path, "init", "-q", "-b", DEFAULT)
        git(self.path, "add", "--all")
        git(self.path, "commit", "-q", "-m", "Everything")
        git(self.path, "remote", "add", "origin", "http://gitlab.example.test/course/project.git")
        git(self.path, "update-ref", f"refs/remotes/origin/{DEFAULT}", "HEAD")
        git(self.path, "symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{DEFAULT}")

    def selected(self, kind: Kind) -> list[str]:
        """Names of the jobs of a pipeline."""
        listed: list[dict[str, Any]] = json.loads(self._call(["--list-json"], kind).stdout)
        return [job["name"] for job in listed if job["when"] != "never"]

    def expanded(self, kind: Kind) -> str:
        """The whole configuration with includes, inputs and `extends` worked in, YAML."""
        return self._call(["--preview"], kind).stdout

    def run(
        self,
        kind: Kind,
        variables: Mapping[str, str] | None = None,
        jobs: Sequence[str] = (),
    ) -> Ran:
        """Run a pipeline, or only some `jobs` of it, with CI/CD `variables`."""
        done = self._call(list(jobs), {**kind, **(variables or {})}, check=False)
        return Ran(done.returncode, done.stdout + done.stderr, self.path / ".gitlab-ci-local" / "artifacts")

    def _call(
        self, arguments: list[str], kind: Kind, *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        options = [
            part
            for name, value in kind.items()
            for part in (("--unset-variable", name) if value is None else ("--variable", f"{name}={value}"))
        ]
        home = self.path.parent / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Ada\n\temail = ada@example.org\n", encoding="utf-8"
        )
        done = subprocess.run(
            [
                *self.program(), "--no-color", "--force-shell-executor", "--shell-isolation",
                "--no-artifacts-to-source", "--ignore-predefined-vars", ",".join([*kind, "CI_API_V4_URL"]),
                *options, *arguments,
            ],
            cwd=self.path,
            env={"PATH": f"{COMMANDS}:{os.environ['PATH']}", "HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    @staticmethod
    def program() -> list[str]:
        """The runner; `.ci/run` shows how to get it."""
        here = ROOT / ".tools" / "node_modules" / ".bin" / "gitlab-ci-local"
        assert here.exists(), "these tests need gitlab-ci-local; `.ci/run` shows how to get it"
        return [str(here)]
