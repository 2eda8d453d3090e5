"""Where the demo plays: one directory with repositories, clones and courseline's home, and what runs in it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expect import Difference

HERE = Path(__file__).resolve().parent
COMMANDS = Path(sysconfig.get_path("scripts"))
KEPT_SETTING = (
    "COURSELINE_POSTGRES_BIN"  # which programs are at hand is a fact of the machine, not of the demo
)
GIT_CONFIGURATION = """\
[user]
    name = Lea Lecturer
    email = lea@example.org
[init]
    defaultBranch = main
[advice]
    detachedHead = false
"""


class Stage:
    """The directory, and the processes that work in it.

    Args:
        root: an empty directory, open to others (the database of root runs as a system user).

    Attributes:
        root: the directory.
        home: courseline's home.
        examples: bare repository of the examples.
        assignments: bare repository of the course.
        template: bare repository that students fork.
        author: where the examples are written, a clone.
        lecturer: where the course is edited, a clone.
        settings: the environment variables that take a shell here.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home"
        self.examples = root / "examples.git"
        self.assignments = root / "python-101-assignments.git"
        self.template = root / "python-101-student-template.git"
        self.author = root / "author"
        self.lecturer = root / "lecturer"
        configuration = root / "gitconfig"
        configuration.write_text(GIT_CONFIGURATION)
        self.settings = {
            "COURSELINE_HOME": str(self.home),
            "GIT_CONFIG_GLOBAL": str(configuration),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PATH": f"{COMMANDS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        foreign = ("COURSELINE_", "CI_", "GITLAB_", "GIT_", "SOURCE_DATE_EPOCH")
        outside = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(foreign) or name == KEPT_SETTING
        }
        self._environment = {**outside, "LC_ALL": "C.UTF-8", **self.settings}

    @classmethod
    def new(cls) -> Stage:
        """In a new directory below TMPDIR, /var/tmp or /tmp, the first that others can pass through."""
        parents = [Path(name) for name in (os.environ.get("TMPDIR"), "/var/tmp", "/tmp") if name]  # noqa: S108 - mkdtemp
        usable = [path for path in parents if path.is_dir() and os.access(path, os.W_OK) and _open_way(path)]
        root = Path(tempfile.mkdtemp(prefix="courseline-demo-", dir=usable[0] if usable else None)).resolve()
        root.chmod(0o755)
        return cls(root)

    def courseline(self, name: str, *arguments: object, exits: int = 0) -> dict[str, Any]:
        """Run an installed command with `--json`.

        Args:
            name: of the command, with its subcommands (`courseline course apply`).
            arguments: after it.
            exits: the exit code that the demo says.

        Returns:
            the object that it prints.

        Raises:
            Difference: it ends with another exit code, or prints no object.
        """
        words = [*name.split(), *map(str, arguments)]
        done = self._run([str(COMMANDS / words[0]), *words[1:], "--json"], self.root)
        shown = shlex.join(words)
        try:
            answer: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise Difference(
                f"what `{shown} --json` prints", "one JSON object", said or f"nothing, exit {done.returncode}"
            ) from None
        if (done.returncode, answer.get("exit")) != (exits, exits):
            raise Difference(
                f"the exit code of `{shown}`", exits, f"{done.returncode}, with {json.dumps(_kernel(answer))}"
            )
        return answer

    def git(self, at: Path, *arguments: object) -> str:
        """What git prints, without the last line feed.

        Raises:
            Difference: git ends with an error.
        """
        words = ["git", "-C", str(at), *map(str, arguments)]
        done = self._run(words, self.root)
        if done.returncode:
            raise Difference(
                f"`{shlex.join(words)}`", "exit code 0", f"{done.returncode}: {done.stderr.decode()}"
            )
        return done.stdout.decode().removesuffix("\n")

    def stop(self) -> None:
        """Stop the database."""
        self._run([str(COMMANDS / "courseline"), "db", "stop"], self.root)

    def _run(self, words: list[str], at: Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            words, cwd=at, env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )


def _kernel(answer: Mapping[str, Any]) -> object:
    """The part of an answer that tells why."""
    for name in ("error", "refusals", "results", "examples", "steps"):
        if answer.get(name):
            return answer[name]
    return {name: value for name, value in answer.items() if not isinstance(value, list)}


def _open_way(path: Path) -> bool:
    """Whether everybody may pass through `path` and the directories above it."""
    resolved = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents))
