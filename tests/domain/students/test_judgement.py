"""A judgement is read back as it was written, and its digests change with all that builder and gate look at."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from courseline.domain.course.course import ContentKind, ContentType
from courseline.domain.course.wish import CourseFile, GateException, Node, Removal, Wish
from courseline.domain.students.judgement import (
    JudgedPlace,
    Judgement,
    course_digest,
    data_digest,
    parse_judgement,
    place_digest,
    seal,
)
from courseline.domain.students.rule import Rule
from courseline.errors import Problem, Severity

ONE, TWO = UUID(int=1), UUID(int=2)
WARNED = Problem("week1/hello/meta.yaml", 3, "Nobody knows this key.", Severity.WARNING, "Remove it.")
JUDGEMENT = Judgement(
    "r",
    {
        ONE: JudgedPlace("d" * 64, (Rule.TEXT, Rule.META), (TWO,), ("b 1 week1/hello/x y.svg",), (WARNED,)),
        TWO: JudgedPlace("e", ()),
    },
)
NODE = Node("week1.hello", "assignment", "Hello", 3, 12, Wish("hello", "^1.0", None, 13, 14))
VERSIONS = ((ONE, "c" * 64),)
COURSE = CourseFile(
    (ContentType(ContentKind.ASSIGNMENT, "assignment", "Assignment"),),
    (NODE,),
    (Removal("week1.old", 20),),
    None,
    (GateException("week1/hello/a.txt", "f" * 64, "known", "Ada", 30),),
)
OTHER_NODES = {
    "path": "week1.other",
    "type_slug": "task",
    "title": "Other",
    "wish": Wish("hello", "^2.0", None, 13, 14),
    "properties": {"maxSubmissions": 5},
    "directory": "elsewhere",
    "moved_from": "week0.hello",
    "visible_from": datetime(2026, 3, 1, tzinfo=UTC),
    "allow_template_change": "v1.3",
}


def digest(**changes: object) -> str:
    arguments = {
        "node": NODE, "directory": "week1/hello", "tree": "1" * 40, "versions": VERSIONS, "course": "c",
    }  # fmt: skip
    return place_digest(**{**arguments, **changes})  # type: ignore[arg-type]


def test_a_judgement_is_read_back_as_it_was_written() -> None:
    assert parse_judgement(JUDGEMENT.to_data()) == JUDGEMENT


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"rules": "r"},
        {"rules": "r", "places": []},
        {"rules": "r", "places": {"no id": ["d", "1", ""]}},
        {"rules": "r", "places": {str(ONE): ["d", "no rule", "", [], []]}},
        {"rules": "r", "places": {str(ONE): ["d", "1", "no id", [], []]}},
        {"rules": "r", "places": {str(ONE): ["d", "1", "", [], [["no line"]]]}},
        {"rules": "r", "places": {str(ONE): ["d", "1"]}},
        {"rules": "r", "places": {str(ONE): None}},
    ],
)
def test_anything_else_is_none(data: object) -> None:
    assert parse_judgement(data) is None


def test_digest_and_seal_change_with_every_part() -> None:
    others = [
        replace(JUDGEMENT, rules="s"),
        replace(JUDGEMENT, places={ONE: JUDGEMENT.places[ONE]}),
        replace(JUDGEMENT, places={**JUDGEMENT.places, TWO: JudgedPlace("f", ())}),
    ]
    digests = {data_digest(one.to_data()) for one in (JUDGEMENT, *others)}
    assert len(digests) == len(others) + 1
    assert seal("a", "b") not in {seal("b", "b"), seal("a", "a"), seal("b", "a")}


def test_the_samples_are_about_every_field_of_an_entry() -> None:
    assert set(OTHER_NODES) | {"line", "position"} == {one.name for one in fields(Node)}


@pytest.mark.parametrize("name", OTHER_NODES)
def test_a_place_whose_entry_says_something_else_is_another(name: str) -> None:
    assert digest(node=replace(NODE, **{name: OTHER_NODES[name]})) != digest()  # type: ignore[arg-type]


def test_where_an_entry_stands_does_not_count() -> None:
    moved = replace(NODE, line=99, position=9, wish=Wish("hello", "^1.0", None, 100, 101))
    assert digest(node=moved) == digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"directory": "week1/other"},
        {"tree": "2" * 40},
        {"versions": ()},
        {"versions": ((TWO, "c" * 64),)},
        {"versions": ((ONE, None),)},
        {"course": "d"},
    ],
)
def test_a_place_made_of_something_else_is_another(changes: dict[str, object]) -> None:
    assert digest(**changes) != digest()


def test_what_the_course_file_says_about_all_places_counts() -> None:
    others = [
        replace(COURSE, exceptions=()),
        replace(COURSE, exceptions=(replace(COURSE.exceptions[0], sha256="0" * 64),)),
        replace(COURSE, content_types=()),
        replace(COURSE, allow_removals=3),
    ]
    assert len({course_digest(one) for one in (COURSE, *others)}) == len(others) + 1


def test_its_contents_and_lines_do_not() -> None:
    below = replace(COURSE, nodes=(), exceptions=(replace(COURSE.exceptions[0], line=31),))
    assert course_digest(below) == course_digest(COURSE)
