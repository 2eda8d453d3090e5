from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.builders.metas import meta

from courseline.domain.library.identifier import choose_identifier, is_identifier, proposed_identifier


def chosen(text, directory="x/Hello-World", repository_name="My.Repo"):
    return choose_identifier(meta(text), directory, repository_name)


@pytest.mark.parametrize(
    "text", ["hello-world", "itpcp.pgph.py.quadratic_eq", "1", "a" * 63, "week1_x", "0-0"]
)
def test_identifiers_are_lower_case_parts_between_dots(text):
    assert is_identifier(text)


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("Hello World", "hello-world"),
        ("hello--world!", "hello-world"),
        ("Übung 3", "ubung-3"),
        ("Größe", "grosse"),
        ("-x", "x"),
        ("_x", "x"),
        ("a..b", "a.b"),
        (".a.", "a"),
        ("", "example"),
        ("数据", "example"),
        ("a" * 64, "a" * 63),
        ("a/b:c", "a-b-c"),
        ("a\x1bb", "a-b"),
    ],
)
def test_other_texts_are_refused_with_the_closest_identifier_proposed(text, proposal):
    assert not is_identifier(text)
    assert proposed_identifier(text) == proposal


def test_300_characters_are_too_many():
    assert not is_identifier(".".join(["abc"] * 75))
    assert is_identifier(".".join(["abc"] * 64))


@settings(deadline=None)
@given(st.text())
@example("_:0")
def test_every_proposal_is_an_identifier(text):
    assert is_identifier(proposed_identifier(text))


def test_identifier_comes_before_slug_before_directory_before_repository():
    assert chosen("identifier: a\nslug: b") == ("a", None)
    assert chosen("title: x\nslug: b.c") == ("b.c", None)
    assert chosen("title: x") == ("hello-world", None)
    assert chosen("title: x", ".") == ("my.repo", None)
    assert chosen("title: x", "Top") == ("top", None)


def test_what_a_person_wrote_is_refused_with_a_proposal_not_changed():
    identifier, problem = chosen("title: x\nslug: Hello World\n")
    assert identifier is None
    assert problem is not None
    assert problem.where == "meta.yaml:2"
    assert "`slug: Hello World`" in problem.message
    assert problem.fix == "Write `slug: hello-world`."


def test_a_directory_that_gives_no_identifier_asks_for_one():
    identifier, problem = chosen("title: x", "week 1/Hello World")
    assert identifier is None
    assert problem is not None
    assert "`Hello World`" in problem.message
    assert problem.fix == "Add the line `identifier: hello-world`."


def test_a_wrong_identifier_is_not_saved_by_a_right_slug():
    assert chosen("identifier: A\nslug: b")[0] is None
