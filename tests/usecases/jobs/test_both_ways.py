"""A job says and leaves the same through the receiver as with a database, a store and secrets of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.builders.both_ways import Way, both
from tests.builders.courses import commit, example, place
from tests.builders.issuer import Issuer
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.proofs.end_state import differences

SYNC, DEPLOY, TEMPLATE = "courseline-sync", "courseline-deploy", "courseline-student-template"


def release(way: Way, files: dict[str, object], tag: str) -> None:
    commit(way.course.examples, files)  # type: ignore[arg-type]
    git(way.course.examples, "tag", tag)


def a_release_and_what_follows(way: Way) -> None:
    course = way.course
    release(way, {**example("hello"), **example("sums")}, "v1.0")
    way.job(SYNC, tag="v1.0")
    course.wish(place("week1") + place("week1.hello", "hello", "v1.0") + place("week1.sums", "sums", "v1.0"))
    way.job(DEPLOY, "--dry-run")
    way.job(DEPLOY)
    way.job(DEPLOY)
    way.job(TEMPLATE, "--dry-run")
    way.job(TEMPLATE)
    way.job(TEMPLATE)


def syncs_of_all_kinds(way: Way) -> None:
    broken = {"bad/meta.yaml": "slug: bad\ntitle: Bad\nproperties:\n  testFiles: [gone.py]\n"}
    release(way, {**example("hello"), **broken}, "v1.0")
    way.job(SYNC, "--dry-run", tag="v1.0")
    way.job(SYNC, tag="v1.0")
    way.job(SYNC, tag="v1.0")
    release(way, {"bad": None, **example("hello", "two")}, "v1.1")
    way.job(SYNC, tag="v1.1")
    git(way.course.examples, "tag", "v1.2")
    way.job(SYNC, tag="v1.2")
    way.job(SYNC, tag="nightly")
    way.job(SYNC, tag="v9.9")
    way.job(SYNC, "--repository", "other", tag="v1.2")


def deploys_of_all_kinds(way: Way) -> None:
    course = way.course
    release(way, {**example("hello"), **example("sums"), **example("loops")}, "v1.0")
    way.job(SYNC, tag="v1.0")
    course.wish(
        place("week1")
        + place("week1.hello", "hello", "v1.0")
        + place("week1.sums", "sums", "v1.0")
        + place("week1.gone", "nowhere", "v1.0")
    )
    way.job(DEPLOY)
    course.edit({"week1/hello/main.py": "print('by a lecturer')\n", "week1/sums/notes.txt": "notes\n"})
    release(way, {**example("hello", "two"), **example("sums", "two")}, "v2.0")
    way.job(SYNC, tag="v2.0")
    course.wish(
        place("week1")
        + place("week1.hello", "hello", "v2.0")
        + place("week1.sums", "sums", "v2.0")
        + place("week1.loops", "loops", "v1.0")
    )
    way.job(DEPLOY)
    course.wish(place("week1") + place("week2") + place("week2.sums", "sums", "v2.0", movedFrom="week1.sums"))
    way.job(DEPLOY)
    course.revert(course.head)
    way.job(DEPLOY)
    course.edit({"course-structure.yaml": "structure: [\n"})
    way.job(DEPLOY)
    way.job(DEPLOY, "--plan", "0" * 64)


def templates_of_all_kinds(way: Way) -> None:
    course = way.course
    files = {
        **example("hello"),
        **example("sums", meta="  additionalFiles: [data.txt]\n", files={"data.txt": "1 2 3\n"}),
    }
    release(way, files, "v1.0")
    way.job(SYNC, tag="v1.0")
    course.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
    way.job(DEPLOY)
    way.job(TEMPLATE)
    course.wish(place("week1") + place("week1.hello", "hello", "v1.0") + place("week1.sums", "sums", "v1.0"))
    way.job(DEPLOY)
    way.job(TEMPLATE)
    course.edit({"week1/sums/data.txt": "COURSELINE-CANARY-1\n"})
    way.job(TEMPLATE)
    course.edit({"week1/sums/data.txt": "4 5 6\n", "week1/hello/meta.yaml": None})
    way.job(TEMPLATE)
    commit(course.root / "template.git", {"mine.txt": "by a person\n"})
    way.job(TEMPLATE)


@pytest.mark.parametrize(
    ("play", "exits"),
    [
        (a_release_and_what_follows, [0, 0, 0, 0, 0, 0, 0]),
        (syncs_of_all_kinds, [1, 1, 1, 0, 0, 0, 1, 0]),
        (deploys_of_all_kinds, [0, 1, 0, 4, 4, 4, 1, 1]),
        (templates_of_all_kinds, [0, 0, 0, 0, 0, 1, 1, 1]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_jobs_say_and_leave_the_same_both_ways(
    tmp_path: Path,
    postgres: PostgresServer,
    issuer: Issuer,
    play: Callable[[Way], None],
    exits: list[int],
) -> None:
    said, said_too, left, left_too = both(tmp_path, postgres, issuer, play)
    assert said_too == said
    assert [code for code, _ in said] == exits
    assert differences(left_too, left) == []
