"""Runs that are killed, run beside each other or lose a race: the end is always the same, and recorded once."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from tests.builders.fuse import Fuse, Killed, fused
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.builders.small_course import HELLO
from tests.builders.template_course import ROOT, TYPES, Snapshot, TemplateCourse, change, snapshot
from tests.builders.waiting import until

from courseline.errors import NeighbourFailed, PushRejected, Refused

TINY = TYPES + "  - {path: hello, type: assignment, title: Hello, example: hello, version: v1.0}\n"
FILES = 7
GIVEN = """
    SELECT file ->> 0, file ->> 1, file ->> 2, example_version_id IS NOT NULL, course_content_id, operation_id, exposed_at
    FROM template_exposure, json_array_elements(files) AS file ORDER BY file ->> 0, exposed_at
"""


def make_tiny_course(course: TemplateCourse) -> None:
    course.sync({**HELLO}, "v1.0")
    course.edit({"course-structure.yaml": TINY})
    assert course.deploy().count("deployed") == 1


@pytest.fixture(scope="module")
def tiny_once(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with snapshot(postgres, tmp_path_factory.mktemp("tiny"), make_tiny_course) as made:
        yield made


@pytest.fixture
def tiny(postgres: PostgresServer, tiny_once: Snapshot) -> Iterator[TemplateCourse]:
    """One place, deployed, nothing published."""
    with tiny_once.open(postgres) as course:
        yield course


def operations(course: TemplateCourse) -> list[tuple[str, int]]:
    """State and attempt of each template operation, oldest first."""
    found = course.query(
        "SELECT state, attempt FROM operation WHERE kind = 'student-template' ORDER BY started_at, attempt"
    )
    return [(state, attempt) for state, attempt in found]


def history(course: TemplateCourse) -> list[dict[str, object]]:
    """Details of each `template_published`."""
    found = course.query(
        "SELECT details FROM deployment_history WHERE action = 'template_published' ORDER BY seq"
    )
    return [details for (details,) in found]


class TestRecord:
    def test_every_file_of_a_place_is_recorded_with_its_rule_and_version(self, tiny: TemplateCourse) -> None:
        done = tiny.publish()
        rows = tiny.query(GIVEN)
        assert [(path, oid, rule) for path, oid, rule, *_ in rows] == [
            (file.path, file.oid, str(file.rule)) for file in done.files if file.place is not None
        ]
        assert {tuple(row[3:4]) + tuple(row[5:]) for row in rows} == {(True, done.operation, tiny.clock.now)}
        (content,) = {row[4] for row in rows}
        assert isinstance(content, UUID)

    def test_the_history_names_commit_and_operation(self, tiny: TemplateCourse) -> None:
        done = tiny.publish()
        (details,) = history(tiny)
        assert re.fullmatch(r"[0-9a-f]{64}", str(details.pop("judged")))
        assert details == {
            "commit": done.commit,
            "files": FILES,
            "new_files": FILES - 1,
            "template": tiny.course.template_identity,
        }
        assert tiny.query(
            "SELECT workflow_id, actor FROM deployment_history WHERE action = 'template_published'"
        ) == [(done.operation, "local:ada")]
        assert operations(tiny) == [("done", 1)]

    def test_a_later_run_records_only_what_is_new(self, tiny: TemplateCourse) -> None:
        first = tiny.publish()
        tiny.clock.now += timedelta(days=1)
        tiny.edit({"hello/README.md": "# Hello\n\nGreet them twice.\n"})
        second = tiny.publish()
        by_operation: dict[object, list[str]] = {}
        for path, *_, operation, _at in tiny.query(GIVEN):
            by_operation.setdefault(operation, []).append(path)
        assert by_operation[second.operation] == ["hello/README.md"]
        assert len(by_operation[first.operation]) == FILES - 1
        assert [entry["new_files"] for entry in history(tiny)] == [FILES - 1, 1]

    def test_what_comes_back_is_recorded_as_it_was_first(self, tiny: TemplateCourse) -> None:
        tiny.publish()
        before = tiny.query(GIVEN)
        tiny.edit({"hello/README.md": "# Other\n"})
        tiny.publish()
        tiny.edit({"hello/README.md": HELLO["hello/README.md"]})
        tiny.publish()
        assert [row for row in tiny.query(GIVEN) if row in before] == before
        assert sorted(operations(tiny)) == [("done", 1), ("done", 1), ("done", 2)]


class TestInterruption:
    def test_killed_at_any_call_the_next_run_comes_to_the_same_end(
        self, postgres: PostgresServer, tiny_once: Snapshot
    ) -> None:
        with tiny_once.open(postgres) as course:
            fuse = Fuse()
            commit = course.publish(neighbours=fused(course.neighbours, fuse)).commit
            exposures, recorded = [row[:3] for row in course.query(GIVEN)], history(course)
        assert {"begin", "before commit", "write_commit", "push", "pushed"} <= set(fuse.calls)
        left = list(enumerate(fuse.calls, start=1))
        while left:
            with tiny_once.open(postgres) as course:
                untouched = course.state()
                while left and course.state() == untouched:  # what changed nothing needs no fresh copy
                    number, name = left.pop(0)
                    with pytest.raises(Killed):
                        course.publish(neighbours=fused(course.neighbours, Fuse(number)))
                course.clock.now += timedelta(hours=1)
                course.publish()
                at = f"after call {number}, {name}"
                assert course.log() == [commit], (
                    at
                )  # an operation that was begun keeps its time, so its commit
                assert [row[:3] for row in course.query(GIVEN)] == exposures, at
                assert history(course) == recorded, at
                assert operations(course) == [("done", 1)], at
                assert course.publish().commit is None, at

    def test_kill_9_between_push_and_record_is_settled_by_the_next_run(self, tiny: TemplateCourse) -> None:
        """A lock of ours on the history holds the run exactly there."""
        with psycopg.connect(tiny.database_url) as connection:
            connection.execute("LOCK TABLE template_exposure IN SHARE MODE")
            running = subprocess.Popen(
                [
                    sys.executable,
                    "-B",
                    str(ROOT / "scripts" / "generate_student_template.py"),
                    *("--assignments", str(tiny.assignments)),
                ],
                env=tiny.environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                until(lambda: tiny.log() or running.poll() is not None, "the template is pushed")
            finally:
                running.kill()
                running.wait()
        (commit,) = tiny.log()
        assert (operations(tiny), tiny.query(GIVEN)) == ([("open", 1)], [])
        tiny.publish()
        assert tiny.log() == [commit]
        assert operations(tiny) == [("done", 1)]
        assert [entry["commit"] for entry in history(tiny)] == [commit]
        assert len(tiny.query(GIVEN)) == FILES - 1

    def test_one_that_never_pushed_is_closed_when_nothing_is_to_be_pushed_any_more(
        self, tiny: TemplateCourse
    ) -> None:
        tiny.publish()
        tiny.edit({"hello/README.md": "# Other\n"})
        fuse = Fuse(watch=lambda name: _stop_at(name, "push"))
        with pytest.raises(Killed):
            tiny.publish(neighbours=fused(tiny.neighbours, fuse))
        assert operations(tiny)[-1] == ("open", 1)
        tiny.edit({"hello/README.md": HELLO["hello/README.md"]})
        assert tiny.publish().commit is None
        assert operations(tiny)[-1] == ("abandoned", 1)


class TestOthers:
    def test_a_run_that_waits_too_long_names_who_it_waited_for(self, tiny: TemplateCourse) -> None:
        identity = tiny.course.template_identity
        with tiny.database.lease(identity, wait=0, holder="a job on another machine"):
            before = tiny.state()
            with pytest.raises(NeighbourFailed, match="a job on another machine") as caught:
                tiny.publish(wait=0.1)
            assert caught.value.exit_code == 3
            assert tiny.state() == before

    def test_of_two_runs_at_once_one_publishes(self, tiny: TemplateCourse) -> None:
        commits: list[str | None] = []
        runs = [threading.Thread(target=lambda: commits.append(tiny.publish().commit)) for _ in range(2)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        assert sorted(commit is None for commit in commits) == [False, True]
        assert len(tiny.log()) == 1
        assert operations(tiny) == [("done", 1)]

    def test_a_push_that_loses_a_race_is_made_again(self, tiny: TemplateCourse) -> None:
        """The branch is locked by another push at first, and free again for the second attempt."""
        lock = tiny.template / "refs" / "heads" / "main.lock"
        seen: list[str] = []

        def watch(name: str) -> None:
            if name == "push":
                seen.append(name)
                lock.touch() if len(seen) == 1 else lock.unlink()

        done = tiny.publish(neighbours=fused(tiny.neighbours, Fuse(watch=watch)))
        assert len(seen) == 2
        assert tiny.log() == [done.commit]
        assert operations(tiny) == [("done", 1)]

    def test_a_push_that_is_never_taken_can_be_tried_later(self, tiny: TemplateCourse) -> None:
        lock = tiny.template / "refs" / "heads" / "main.lock"
        lock.touch()
        with pytest.raises(PushRejected) as caught:
            tiny.publish()
        assert caught.value.exit_code == 3
        lock.unlink()
        assert tiny.publish().commit is not None
        assert operations(tiny) == [("done", 1)]
        assert len(history(tiny)) == 1

    def test_a_person_s_commit_that_comes_in_between_is_not_overwritten(self, tiny: TemplateCourse) -> None:
        tiny.publish()
        tiny.edit({"hello/README.md": "# Other\n"})
        theirs: list[str] = []

        def watch(name: str) -> None:
            if name == "push" and not theirs:
                theirs.append(change(tiny.template, {"help.txt": "Ask me.\n"}, "For my students\n"))

        with pytest.raises(Refused) as caught:
            tiny.publish(neighbours=fused(tiny.neighbours, Fuse(watch=watch)))
        assert theirs[0] in caught.value.problems[0].path
        assert git(tiny.template, "rev-parse", "main") == theirs[0]
        assert ("open", 1) not in operations(tiny)


def _stop_at(name: str, wanted: str) -> None:
    if name == wanted:
        raise Killed(name)
