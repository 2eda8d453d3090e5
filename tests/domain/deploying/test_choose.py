"""Which example a reference means, and which version a wish or a dependency gets."""

from __future__ import annotations

from uuid import UUID

import pytest

from courseline.domain.course.wish import Wish
from courseline.domain.deploying.choose import (
    Chosen,
    choose_dependency,
    choose_example,
    choose_planned,
    choose_version,
    find_cycle,
)
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion


def labelled(text: str, number: int, *, withdrawn: bool = False) -> LabelledVersion:
    label = Label.parse(text)
    assert label is not None
    return LabelledVersion(label, UUID(int=number), f"{number:040x}", "hello", withdrawn)


LABELS = [labelled("v2.0", 20), labelled("v1.2-rc.1", 12), labelled("v1.1", 11), labelled("v1.0", 10)]


def wish(version: str | None, pin: str | None = None) -> Wish:
    return Wish("hello", version, pin, 3, 4)


def chosen(found: Chosen | str) -> str:
    assert isinstance(found, Chosen), found
    return found.labelled.label.shown


@pytest.mark.parametrize(
    ("version", "pin", "recorded", "expected"),
    [
        (None, None, None, "v2.0"),
        ("latest", None, 10, "v1.0"),
        ("*", None, None, "v2.0"),
        ("*", None, 10, "v1.0"),
        ("^1.0", None, None, "v1.1"),
        ("^1.0", None, 10, "v1.0"),
        ("^1.1", None, 10, "v1.1"),
        ("^1.0", None, 20, "v1.1"),
        ("^1.0", "v1.0", None, "v1.0"),
        ("^1.0", "v1.0", 11, "v1.0"),
        ("v1.0", None, 11, "v1.0"),
        ("1", None, None, "v1.0"),
        ("v1.2-rc.1", None, None, "v1.2-rc.1"),
        (f"{11:040x}", None, None, "v1.1"),
        ("^1.0", "v2.0", None, "v1.1"),
    ],
)
def test_a_wish_gets_the_version_it_names_or_keeps_the_one_it_admits(
    version: str | None, pin: str | None, recorded: int | None, expected: str
) -> None:
    there = UUID(int=recorded) if recorded else None
    assert chosen(choose_version("r:hello", wish(version, pin), LABELS, there)) == expected


def test_a_pin_outside_of_the_range_is_said_not_to_count() -> None:
    found = choose_version("r:hello", wish("^1.0", "v2.0"), LABELS, None)
    assert isinstance(found, Chosen)
    assert found.warnings == ("`pin: v2.0` is outside of `version: ^1.0` and does not count",)


@pytest.mark.parametrize("version", ["^3.0", "v1.7", "f" * 40, ">=1.5,<2.0"])
def test_a_version_that_does_not_exist_is_answered_with_those_that_do(version: str) -> None:
    found = choose_version("r:hello", wish(version), LABELS, None)
    assert found == f"r:hello has no version {version}; it has v2.0, v1.2-rc.1, v1.1, v1.0"


def test_an_example_without_versions_is_said_to_have_none() -> None:
    assert choose_version("r:hello", wish("^1.0"), [], None) == (
        "r:hello has no version ^1.0; nothing of it was published yet"
    )


def test_a_range_that_cannot_be_read_is_quoted() -> None:
    assert "`newest`" in str(choose_version("r:hello", wish("newest"), LABELS, None))


WITHDRAWN = [labelled("v1.2", 12, withdrawn=True), labelled("v1.1", 11), labelled("v1.0", 10)]


@pytest.mark.parametrize(
    ("version", "recorded", "expected", "warned"),
    [
        ("^1.0", None, "v1.1", False),
        ("latest", None, "v1.1", False),
        ("latest", 12, "v1.2", True),
        ("^1.0", 12, "v1.2", True),
        ("v1.2", None, "v1.2", True),
        (f"{12:040x}", None, "v1.2", True),
    ],
)
def test_a_withdrawn_version_is_passed_over_unless_it_is_there_or_named(
    version: str, recorded: int | None, expected: str, *, warned: bool
) -> None:
    found = choose_version("r:hello", wish(version), WITHDRAWN, UUID(int=recorded) if recorded else None)
    assert chosen(found) == expected
    assert isinstance(found, Chosen)
    assert found.warnings == (("r:hello@v1.2 was withdrawn",) if warned else ())


@pytest.mark.parametrize(
    ("version", "pin", "planned", "expected"),
    [
        ("^1.0", None, 10, "v1.0"),
        ("latest", None, 11, "v1.1"),
        ("^1.1", None, 10, None),
        ("^1.0", "v1.1", 10, None),
        ("^1.0", "v1.0", 10, "v1.0"),
        ("v1.0", None, 11, None),
        ("^1.0", None, 99, None),
        ("newest", None, 10, None),
    ],
)
def test_a_planned_version_holds_while_the_wish_admits_it(
    version: str, pin: str | None, planned: int, expected: str | None
) -> None:
    found = choose_planned("r:hello", wish(version, pin), LABELS, UUID(int=planned))
    assert (chosen(found) if found is not None else None) == expected


def example(repository: str, identifier: str = "hello", organization: str | None = None) -> Example:
    return Example(UUID(int=1), UUID(int=2), repository, identifier, identifier, "", organization)


def test_one_hit_is_the_example_and_several_are_refused_with_their_names() -> None:
    assert choose_example("hello", [example("a")]) == example("a")
    refusal = choose_example("hello", [example("b"), example("a")])
    assert isinstance(refusal, str)
    assert "hello means more than one example: a:hello, b:hello" in refusal
    assert "courseline-sync" in str(choose_example("hello", []))


def test_repositories_of_one_name_are_told_apart_by_organization_and_where_there_is_none_by_id() -> None:
    one, two, none = example("a", organization="uni"), example("a", organization="school"), example("a")
    refusal = choose_example("a:hello", [one, two, example("b", organization="uni")])
    assert "a:hello means more than one example: b:hello, school/a:hello, uni/a:hello" in str(refusal)
    assert f"{UUID(int=1)} (a:hello), uni/a:hello" in str(choose_example("a:hello", [none, one]))


@pytest.mark.parametrize(
    ("admitted", "here", "recorded", "expected"),
    [
        (None, [], None, "v2.0"),
        (None, [11], None, "v1.1"),
        (None, [10, 11], 10, "v1.0"),
        (None, [11], 10, "v1.1"),
        ("^1.0", [10, 20], 10, "v1.0"),
        (None, [], 10, "v1.0"),
        ("^1.0", [20], None, "v1.1"),
        ("^1.0", [20], 10, "v1.0"),
        ("^1.0", [], None, "v1.1"),
        (None, [12], None, "v1.2-rc.1"),
    ],
)
def test_a_dependency_gets_what_the_course_has_then_what_the_place_has_then_the_highest(
    admitted: str | None, here: list[int], recorded: int | None, expected: str
) -> None:
    found = choose_dependency(
        "r:tools",
        admitted,
        LABELS,
        {UUID(int=number) for number in here},
        UUID(int=recorded) if recorded else None,
    )
    assert isinstance(found, LabelledVersion)
    assert found.label.shown == expected


@pytest.mark.parametrize("admitted", ["^3.0", "newest"])
def test_a_dependency_that_nothing_answers_is_named(admitted: str) -> None:
    found = choose_dependency("r:tools", admitted, LABELS, set(), None)
    assert isinstance(found, str)
    assert found.startswith("its dependency r:tools")


def test_a_circle_is_found_and_a_diamond_is_none() -> None:
    a, b, c, d = (UUID(int=number) for number in range(4))
    assert find_cycle({a: [b], b: [c], c: [a]}, a) == [a, b, c, a]
    assert find_cycle({a: [a]}, a) == [a, a]
    assert find_cycle({a: [b, c], b: [d], c: [d]}, a) == []
    assert find_cycle({a: [b], b: [c], c: [b]}, a) == []
