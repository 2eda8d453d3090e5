"""Hundreds of examples with a canary in every hidden file: no object of the pushed repository ever holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.builders.many_examples import CANARY, course_of, many_examples
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git
from tests.builders.template_course import TemplateCourse

COUNT = 200


@pytest.fixture(scope="module")
def crowd(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemplateCourse]:
    """Published, changed in every second place, and published again."""
    with postgres.fresh() as url:
        course = TemplateCourse(tmp_path_factory.mktemp("crowd") / "course", url)
        course.register()
        first = many_examples(COUNT)
        assert {str(one.status) for one in course.sync(first, "v1.0").examples} == {"published"}
        course.structure(course_of(COUNT))
        assert course.deploy().count("deployed") == COUNT
        done = course.publish()
        assert (done.places, done.refusals) == (COUNT, ())
        # The next release has half of the examples in other shapes, so that files change their roles.
        second = {path: text for path, text in many_examples(COUNT, seed=8).items() if int(path[8:12]) % 2}
        gone: dict[str, None] = {path: None for path in first if int(path[8:12]) % 2 and path not in second}
        course.sync({**gone, **second}, "v1.1")
        course.structure(course_of(COUNT, "v1.1"))
        course.deploy()
        assert course.publish().commit is not None
        yield course
        course.close()


def test_every_place_has_canaries_that_could_sing(crowd: TemplateCourse) -> None:
    assignments = git(crowd.assignments, "grep", "-l", CANARY, "HEAD").split("\n")
    places = {match[0] for path in assignments if (match := re.search(r"week\d+/task\d{4}", path))}
    assert len(places) == COUNT
    assert len(assignments) > 5 * COUNT


def test_no_object_reachable_or_not_holds_a_canary(crowd: TemplateCourse) -> None:
    everything = crowd.everything()
    assert everything.count(b"\n") > 3 * COUNT
    assert CANARY.encode() not in everything


def test_no_tree_holds_a_file_that_is_for_lecturers(crowd: TemplateCourse) -> None:
    everything = crowd.everything()
    for name in (
        b".example-library",
        b"course-structure.yaml",
        b".course-metadata",
        b"deployed-examples.json",
        b"test_main.py",
        b"studentTemplates",
        b"notes.md",
        b"hidden.svg",
        b"answers.txt",
        b"expected.txt",
    ):
        assert b" " + name + b"\0" not in everything, name
    for fact in (b'"rendered_tree"', b"course_content_id", b"testFiles", b"contentTypes"):
        assert fact not in everything, fact


def test_students_have_every_place(crowd: TemplateCourse) -> None:
    paths = git(crowd.template, "ls-tree", "-r", "--name-only", "main").split("\n")
    shown = {match[0] for path in paths if (match := re.match(r"week\d+/task\d{4}", path))}
    assert len(shown) == COUNT


def test_a_third_run_has_nothing_to_do(crowd: TemplateCourse) -> None:
    assert crowd.publish().commit is None
    assert len(crowd.log()) == 2
