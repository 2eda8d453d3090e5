from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.rows import ASSIGNMENT, WEEK, a_content, a_course, save_contents, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.course.course import Content, ContentKind, ContentType, Course
from courseline.errors import NeighbourFailed
from courseline.usecases.rows import Rows

TYPES = [WEEK, ASSIGNMENT]


@pytest.fixture
def course(database: PostgresDatabase) -> Course:
    with database.transaction() as rows:
        return save_course(rows)


def save(rows: Rows, course: Course, *contents: Content) -> bool:
    return rows.courses.save_contents(course.id, TYPES, list(contents))


def test_types_and_contents_come_back_in_the_order_of_the_file(database: PostgresDatabase, course: Course):
    week = replace(a_content(course, "week1", 0, type_slug="week"), title="Woche 1: Überblick")
    place = replace(
        a_content(course, "week1.hello", 1),
        directory="week1/hello",
        properties={"maxSubmissions": 5, "ü": [None, True]},
    )
    first = a_content(course, "zero", 2)
    with database.transaction() as rows:
        assert save(rows, course, first, place, week) is True
        assert save(rows, course, week, place, first) is False
    with database.transaction() as rows:
        assert rows.courses.types(course.id) == TYPES
        assert rows.courses.contents(course.id) == [week, place, first]


def test_two_contents_can_change_places(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        one, two, three = save_contents(rows, course, "a", "b", "c")
    swapped = [replace(one, path="b"), replace(two, path="c"), replace(three, path="a")]
    with database.transaction() as rows:
        assert save(rows, course, *swapped) is True
        assert rows.courses.contents(course.id) == swapped


def test_a_content_that_left_is_marked_removed_and_its_path_is_free(
    database: PostgresDatabase, course: Course
):
    with database.transaction() as rows:
        one, two = save_contents(rows, course, "a", "b")
        successor = replace(a_content(course, "x"), path="a", position=5)
        assert save(rows, course, two, successor) is True
        assert rows.courses.contents(course.id) == [two, successor]
        assert rows.courses.contents(course.id, removed=True) == [replace(one, removed=True), two, successor]
        assert save(rows, course, two, successor) is False


def test_a_removed_content_can_return(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        one, two = save_contents(rows, course, "a", "b")
        save(rows, course, two)
        assert save(rows, course, one, two) is True
        assert rows.courses.contents(course.id, removed=True) == [one, two]


def test_two_live_contents_at_one_path_are_refused_by_the_database(
    database: PostgresDatabase, course: Course
):
    with (
        pytest.raises(NeighbourFailed, match="uq_course_content_course_id_path"),
        database.transaction() as rows,
    ):
        save(rows, course, a_content(course, "a"), replace(a_content(course, "b"), path="a"))


def test_the_path_of_birth_never_changes(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        (one,) = save_contents(rows, course, "a")
        assert save(rows, course, replace(one, first_path="b")) is False
        assert rows.courses.contents(course.id) == [one]


def test_types_that_left_stay_for_the_contents_that_left_with_them(
    database: PostgresDatabase, course: Course
):
    old = ContentType(ContentKind.ASSIGNMENT, "exam", "Prüfung")
    exam = a_content(course, "exam", type_slug="exam")
    place = a_content(course, "a", 1)
    with database.transaction() as rows:
        rows.courses.save_contents(course.id, [*TYPES, old], [exam, place])
        assert (
            rows.courses.save_contents(course.id, [replace(ASSIGNMENT, title="Task"), WEEK], [place]) is True
        )
        assert rows.courses.types(course.id) == [replace(ASSIGNMENT, title="Task"), WEEK]
        assert rows.courses.contents(course.id, removed=True) == [replace(exam, removed=True), place]
        assert rows.courses.save_contents(course.id, [*TYPES, old], [exam, place]) is True
        assert rows.courses.types(course.id) == [*TYPES, old]


def test_contents_of_other_courses_are_not_touched(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        other = save_course(rows, a_course("python-102"))
        kept = save_contents(rows, other, "a", "b")
        save_contents(rows, course, "a")
        save(rows, course)
        assert rows.courses.contents(other.id) == kept
        assert rows.courses.contents(course.id) == []
