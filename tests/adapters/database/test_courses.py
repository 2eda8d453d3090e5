from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.rows import a_course, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.errors import Refused

NAMES = {"organization": ("University", "of Examples"), "family": ("Python", "")}


def test_a_course_comes_back_by_each_of_its_names(database: PostgresDatabase):
    course = replace(
        a_course(repositories=["zebra", "ähnlich", "alpha"]),
        name="Programmieren für Anfänger 🐣",
        description="Zeile\nzwei",
        execution_backends=({"slug": "temporal-python", "settings": {"image": "python:3.12"}}, {"slug": "b"}),
        timezone="Europe/Vienna",
    )
    with database.transaction() as rows:
        assert rows.courses.save(course, names=NAMES) is True
    with database.transaction() as rows:
        assert rows.courses.by_assignments(course.assignments_identity) == course
        assert rows.courses.by_template(course.template_identity) == course
        assert rows.courses.by_assignments(course.template_identity) is None
        for reference in (course.title, course.path, str(course.id), str(course.id).upper()):
            assert rows.courses.find(reference) == [course]
        assert rows.courses.find("uni/python") == []


def test_saving_again_tells_whether_anything_changed(database: PostgresDatabase):
    course = a_course(repositories=["a", "b"])
    with database.transaction() as rows:
        assert rows.courses.save(course, names=NAMES) is True
        assert rows.courses.save(course, names=NAMES) is False
        assert rows.courses.save(course, names={}) is False
        assert rows.courses.save(course, names={**NAMES, "family": ("Python 3", "")}) is True
        assert rows.courses.save(replace(course, example_repositories=("b", "a")), names={}) is True
        assert rows.courses.save(replace(course, example_repositories=()), names={}) is True
        assert rows.courses.all() == [replace(course, example_repositories=())]


def test_a_course_path_may_mean_several_courses_and_a_title_one(database: PostgresDatabase):
    with database.transaction() as rows:
        here = save_course(rows, a_course())
        there = save_course(rows, a_course(organization="school"))
        assert rows.courses.find("python-101") == [there, here]
        assert rows.courses.find("uni/python/python-101") == [here]
        assert rows.courses.all() == [there, here]


@pytest.mark.parametrize("field", ["assignments", "template"])
@pytest.mark.parametrize("taken", ["assignments", "template"])
def test_a_repository_belongs_to_one_course_in_one_role(database: PostgresDatabase, field: str, taken: str):
    with database.transaction() as rows:
        first = save_course(rows, a_course())
    second = replace(a_course("python-102"), **{f"{field}_identity": getattr(first, f"{taken}_identity")})
    with (
        pytest.raises(Refused, match="already belongs to course uni/python/python-101"),
        database.transaction() as rows,
    ):
        save_course(rows, second)


def test_one_repository_for_assignments_and_template_is_refused(database: PostgresDatabase):
    course = a_course()
    with pytest.raises(Refused, match="Students would fork the solutions"), database.transaction() as rows:
        save_course(rows, replace(course, template_identity=course.assignments_identity))


def test_a_credential_is_kept_per_course_and_kind(database: PostgresDatabase):
    with database.transaction() as rows:
        course = save_course(rows)
        assert rows.courses.credential(course.id, "source") is None
        assert rows.courses.save_credential(course.id, "source", b"\x00one") is True
        assert rows.courses.save_credential(course.id, "template", b"two") is True
        assert rows.courses.save_credential(course.id, "source", b"\x00one") is False
        assert rows.courses.save_credential(course.id, "source", b"three") is True
        assert rows.courses.credential(course.id, "source") == b"three"
        assert rows.courses.credential(course.id, "template") == b"two"
