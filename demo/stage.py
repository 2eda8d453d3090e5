"""Where the demo plays: a GitLab with one organization, and what courseline runs beside it, in one directory."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.expect import Difference
from tests.builders.live_receiver import COMMANDS
from tests.builders.repositories import ENVIRONMENT
from tests.builders.waiting import until
from tests.builders.whole_site import WholeSite, open_site

if TYPE_CHECKING:
    from demo.merging import Proposal

HERE = Path(__file__).resolve().parent
ORGANIZATION = "test-org"
EXAMPLES = f"{ORGANIZATION}/examples"
COURSE = f"{ORGANIZATION}/programming/python-101/python-101-assignments"
STUDENTS = f"{ORGANIZATION}/programming/python-101/python-101-student-template"
_BUSY = """\
SELECT 1 FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) LIMIT 1
"""


class Stage:
    """The directory, and the processes that work in it.

    Args:
        root: an empty directory.

    Attributes:
        root: the directory.
        author: where the examples are written, a clone.
        lecturer: where the course is edited, a clone.
        open: the merge request that waits to be merged.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.author = root / "author"
        self.lecturer = root / "lecturer"
        self.open: Proposal | None = None
        self._running = ExitStack()
        self._site: WholeSite | None = None

    def start(self) -> None:
        """Start GitLab, the database, the receiver and the worker."""
        programs = os.environ.get("COURSELINE_POSTGRES_BIN")
        opened = open_site(self.root, ORGANIZATION, programs=Path(programs) if programs else None)
        self._site = self._running.enter_context(opened)
        self._site.course, self._site.students = COURSE, STUDENTS
        self._site.live.start("worker")

    def stop(self) -> None:
        """End all that was started, and remove the database."""
        self._running.close()

    @property
    def site(self) -> WholeSite:
        """What runs.

        Raises:
            Difference: nothing was started.
        """
        if self._site is None:
            raise Difference("what runs", "GitLab, receiver and worker", "nothing")
        return self._site

    @property
    def examples(self) -> Path:
        """GitLab's own, bare repository of the examples."""
        return self.site.project(EXAMPLES).repository.path

    @property
    def assignments(self) -> Path:
        """That of the course."""
        return self.site.project(COURSE).repository.path

    @property
    def template(self) -> Path:
        """That which students fork."""
        return self.site.project(STUDENTS).repository.path

    def seen(self, condition: Callable[[], object], what: str) -> None:
        """Let what is under way come to its end, until a condition holds.

        Raises:
            Difference: it never comes to hold.
        """
        site = self.site

        def holds() -> bool:
            site.double.settle()
            return bool(condition()) and not site.live.query(_BUSY)

        try:
            until(holds, what)
        except AssertionError as never:
            last = site.story().strip().splitlines()[-6:]
            raise Difference(what, "this comes to be", f"{never} The last that was logged: {last}") from never

    def ended(self, project: str) -> bool:
        """Whether no job of a project's pipelines is left to run."""
        return bool(self.site.jobs(project)) and all(
            state in {"success", "failed", "skipped"} for _, _, state in self.site.jobs(project)
        )

    def trace(self, project: str, name: str) -> str:
        """The log of the newest job of that name, as GitLab shows it."""
        jobs = [job for pipeline in self.site.project(project).pipelines for job in pipeline.jobs]
        return next(job.trace.decode(errors="replace") for job in reversed(jobs) if job.name == name)

    def clone(self, project: str, where: Path) -> None:
        """A lecturer's clone, over HTTP."""
        self.git(self.root, "clone", "--quiet", self.site.double.git_url(project, self.site.ada), where)

    def courseline(self, *arguments: object, exits: int = 0) -> dict[str, Any]:
        """Run the operator's command with `--json`.

        Args:
            arguments: after `courseline`.
            exits: the exit code that the demo says.

        Returns:
            the object that it prints.

        Raises:
            Difference: it ends with another exit code, or prints no object.
        """
        words = [str(COMMANDS / "courseline"), *map(str, arguments)]
        done = self._run([*words, "--json"], self.site.live.environment)
        shown = shlex.join(["courseline", *words[1:]])
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
        done = self._run(words, {**ENVIRONMENT, "GIT_TERMINAL_PROMPT": "0"})
        if done.returncode:
            raise Difference(
                f"`{shlex.join(words)}`", "exit code 0", f"{done.returncode}: {done.stderr.decode()}"
            )
        return done.stdout.decode().removesuffix("\n")

    def _run(self, words: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            words,
            cwd=self.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def _kernel(answer: Mapping[str, Any]) -> object:
    """The part of an answer that tells why."""
    for name in ("error", "problems", "steps"):
        if answer.get(name):
            return answer[name]
    return {name: value for name, value in answer.items() if not isinstance(value, list)}
