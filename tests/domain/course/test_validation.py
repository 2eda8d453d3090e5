from typing import Annotated

import pytest
from pydantic import AfterValidator, Field
from tests.builders.course_files import located

from courseline.domain.course.validation import Entry, Text, check_entry, invalid, kind_of, list_at, nearest
from courseline.errors import Severity


def _even(number: int) -> int:
    if number % 2:
        raise invalid(f"{number} is odd.", "Write an even number.")
    return number


class Wheel(Entry):
    size: int = Field(description="the size in inches")


class Car(Entry):
    name: Text = Field(description="the name of the car")
    doors: Annotated[int, AfterValidator(_even)] | None = Field(default=None, alias="doorCount")
    wheels: list[Wheel] | None = None
    spare: Wheel | None = None


def read(text: str):
    file = located(text, "car.yaml")
    return check_entry(Car, file.data, file, ())


def test_a_sound_mapping_is_its_model():
    entry, problems = read("name: 4\ndoorCount: 4\nwheels: [{size: 15}]\n")
    assert entry == Car(name="4", doorCount=4, wheels=[Wheel(size=15)])
    assert problems == []


@pytest.mark.parametrize(
    ("written", "name"), [("-7", "-7"), ("1.10", "1.10"), ("999999999999999999", "9" * 18)]
)
def test_a_number_is_text_where_text_is_wanted(written, name):
    assert read(f"name: {written}\n") == (Car(name=name), [])


@pytest.mark.parametrize("written", ["true", "[]", "{}", "~"])
def test_nothing_else_is_text(written):
    entry, problems = read(f"name: {written}\n")
    assert entry is None
    assert problems[0].message.startswith("`name` must be text, found ")


def test_what_is_wrong_is_left_out_and_the_rest_is_read():
    entry, problems = read("name: a\ndoorCount: 3\nspare: 5\n")
    assert entry == Car(name="a")
    assert [(problem.where, problem.message, problem.fix) for problem in problems] == [
        ("car.yaml:2", "`doorCount`: 3 is odd.", "Write an even number."),
        ("car.yaml:3", "`spare` must be a mapping, found a number.", ""),
    ]


def test_a_missing_key_says_what_to_add():
    entry, problems = read("spare: {}\n")
    assert entry is None
    assert [problem.fix for problem in problems] == [
        "Add `name:` with the name of the car.",
        "Add `size:` with the size in inches.",
    ]


def test_unknown_keys_at_any_depth_are_warnings_with_the_nearest_known_one():
    entry, problems = read("name: a\ndoorcount: 2\nwheels:\n  - size: 1\n  - size: 2\n    sise: 3\n")
    assert entry is not None
    assert sorted((problem.line, problem.severity, problem.fix) for problem in problems) == [
        (2, Severity.WARNING, "Did you mean `doorCount`?"),
        (6, Severity.WARNING, "Did you mean `size`?"),
    ]


def test_each_problem_is_told_once_however_often_the_rest_is_read():
    _, problems = read("name: a\nextra: 1\nwheels: [1]\ndoorCount: x\n")
    assert sorted(problem.line or 0 for problem in problems) == [2, 3, 4]


def test_a_list_may_be_null_but_nothing_else():
    file = located("a:\nb: text\n", "f")
    assert list_at(None, file, ("a",)) == ([], [])
    values, (problem,) = list_at("text", file, ("b",))
    assert (values, problem.line, problem.message) == ([], 2, "`b` must be a list, found text.")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "nothing"),
        (True, "true or false"),
        (1, "a number"),
        ("", "text"),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_kinds_of_values_are_named_as_their_author_would(value, words):
    assert kind_of(value) == words


def test_a_word_like_no_other_is_answered_with_all_that_are_known():
    assert nearest("Moved_From", ["movedFrom", "title"]) == "Did you mean `movedFrom`?"
    assert nearest("xyz", ["b", "a"]) == "Known are `a`, `b`."
    assert nearest("xyz", []) == ""
