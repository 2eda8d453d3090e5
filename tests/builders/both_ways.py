"""The same course twice at the same place: jobs on it with a database of their own, and through a receiver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from tests.builders.courses import START, Bench, bench
from tests.builders.issuer import Issuer
from tests.builders.outputs import job_environment, run_job
from tests.builders.postgres import PostgresServer, temporary_home
from tests.builders.receiving import Receiving, receiving
from tests.proofs.end_state import end_state

COURSE_PROJECT, EXAMPLES_PROJECT = 42, 43
EPOCH = {"SOURCE_DATE_EPOCH": str(int(START.timestamp()) + 86_400)}
STARTED_BY = {"CI_SERVER_HOST": "127.0.0.1", "GITLAB_USER_ID": "7", "CI_PROJECT_ID": str(EXAMPLES_PROJECT)}
OF_THE_RECEIVER = ("table work_order", "table procrastinate_", "table webhook_delivery")

Result = tuple[int, dict[str, Any]]


@dataclass
class Way:
    """One of the two: a course, and how jobs on it run.

    Attributes:
        course: the course.
        receiver: None for jobs with a database of their own.
        results: exit code and output of each job.
    """

    course: Bench
    receiver: Receiving | None
    results: list[Result] = field(default_factory=list)

    def job(self, command: str, *arguments: str, tag: str | None = None) -> Result:
        """Run a job command on the course, or for a sync on its examples."""
        words, environment = self.prepared(command, *arguments, tag=tag)
        code, output, _ = run_job(command, words, environment)
        self.results.append((code, output))
        return code, output

    def prepared(
        self, command: str, *arguments: str, tag: str | None = None
    ) -> tuple[list[str], dict[str, str]]:
        """Arguments and variables of a job, with an id_token of its own."""
        if command == "courseline-sync":
            repository, arguments = self.course.examples, ("--ref", tag or "", *arguments)
            project, place = EXAMPLES_PROJECT, ["--source", str(repository)]
        else:
            repository, project = self.course.assignments, COURSE_PROJECT
            place = ["--assignments", str(repository)]
        started = {**STARTED_BY, **EPOCH, "CI_PROJECT_URL": str(repository), "CI_PROJECT_ID": str(project)}
        if self.receiver is None:
            environment = {**job_environment(self.course.root, self.course.database_url), **started}
        else:
            path = "uni/examples" if project == EXAMPLES_PROJECT else "uni/python-101"
            claims = {"project_id": str(project), "project_path": path}
            token = self.receiver.token(command, tag=tag, **claims)
            environment = self.receiver.environment(token, started)
        return [*place, *arguments], environment

    def state(self) -> dict[str, object]:
        """Refs, objects and rows that are left."""
        left = end_state(self.course.root, self.course.database_url)
        return {name: rows for name, rows in left.items() if not name.startswith(OF_THE_RECEIVER)}


@contextmanager
def way(root: Path, postgres: PostgresServer, issuer: Issuer, *, through_receiver: bool) -> Iterator[Way]:
    """One of the two, made anew; what an earlier one left at `root` is removed."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with postgres.fresh() as url:
        course = bench(root, url)
        _as_projects(course, issuer)
        if not through_receiver:
            yield Way(course, None)
        else:
            with temporary_home() as home, receiving(root, url, home, issuer, EPOCH) as receiver:
                yield Way(course, receiver)
        course.close()


def both(
    root: Path, postgres: PostgresServer, issuer: Issuer, play: Callable[[Way], None]
) -> tuple[list[Result], list[Result], dict[str, object], dict[str, object]]:
    """Play the same twice; what the jobs said and what they left, first with a database of their own."""
    ways: list[tuple[list[Result], dict[str, object]]] = []
    for through_receiver in (False, True):
        with way(root / "course", postgres, issuer, through_receiver=through_receiver) as one:
            play(one)
            ways.append((one.results, one.state()))
    (said, left), (said_too, left_too) = ways
    return said, said_too, left, left_too


def _as_projects(course: Bench, issuer: Issuer) -> None:
    """Both repositories are projects of the issuer, as they would be after their first jobs."""
    course.register_examples()
    with psycopg.connect(course.database_url) as connection:
        connection.execute("UPDATE course SET assignments_project_id = %s", (COURSE_PROJECT,))
        connection.execute("UPDATE example_repository SET project_id = %s", (EXAMPLES_PROJECT,))
        connection.execute(
            "INSERT INTO example_repository_url (url, example_repository_id)"
            " SELECT %s, id FROM example_repository",
            (f"127.0.0.1:{issuer.port}/uni/examples",),
        )
