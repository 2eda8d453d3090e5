"""A place whose time has come is queued and published, without anybody's push."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.builders.postgres import PostgresServer
from tests.builders.small_course import STRUCTURE, make_small_course
from tests.builders.template_course import START, TemplateCourse

from courseline.usecases.react.open_places import KnownStarts, open_places
from courseline.usecases.react.reconcile import Known, reconcile
from courseline.usecases.react.work import work_publish_template

TITLE = "uni/python/python-101"


@pytest.fixture
def course(postgres: PostgresServer, tmp_path: Path) -> Iterator[TemplateCourse]:
    """Published, but for `week1.sums`, which is for nine o'clock."""
    with postgres.fresh() as url:
        made = TemplateCourse(tmp_path, url)
        made.register()
        make_small_course(made)
        made.structure(STRUCTURE.replace("title: Sums,", "title: Sums, visibleFrom: '2026-03-01T10:00',"))
        made.publish()
        yield made
        made.close()


def test_a_place_is_queued_once_when_its_time_has_come_and_not_before(course: TemplateCourse) -> None:
    known = Known()
    assert open_places(known.starts, course.neighbours) == ([], [])
    course.clock.now = START.replace(hour=9)
    assert reconcile(course.neighbours, known).courses == (TITLE,)
    # As long as it is refused, or waits, it is not queued again.
    assert reconcile(course.neighbours, known).courses == ()
    ((arguments,),) = course.query("SELECT args FROM procrastinate_jobs WHERE task_name = 'publish_template'")
    assert "0 refused" in work_publish_template(arguments, course.neighbours)
    assert "week1/sums/sums.py" in course.given()
    assert open_places(KnownStarts(), course.neighbours) == ([], [])


def test_a_course_that_is_away_is_a_problem_of_the_pass(course: TemplateCourse) -> None:
    shutil.rmtree(course.assignments)
    (problem,) = reconcile(course.neighbours).problems
    assert problem.path == str(course.assignments)


def test_where_nothing_is_new_the_course_file_is_not_read(course: TemplateCourse) -> None:
    known = KnownStarts()
    open_places(known, course.neighbours)

    def unread(*_: object) -> None:
        raise AssertionError

    assert open_places(known, replace(course.neighbours, read_yaml=unread)) == ([], [])  # type: ignore[arg-type]


def test_a_refused_place_is_not_queued_again_until_the_course_changes(course: TemplateCourse) -> None:
    course.edit({"week1/sums/meta.yaml": "title: [\n"})
    course.clock.now = START.replace(hour=9)
    known = KnownStarts()
    assert open_places(known, course.neighbours)[0] == [TITLE]
    ((arguments,),) = course.query("SELECT args FROM procrastinate_jobs")
    assert "week1/sums/meta.yaml: 1" in work_publish_template(arguments, course.neighbours)
    course.commit("DELETE FROM procrastinate_jobs")  # it is done
    assert open_places(known, course.neighbours) == ([], [])
    course.edit({"README.md": "# Changed\n"})
    assert open_places(known, course.neighbours)[0] == [TITLE]
