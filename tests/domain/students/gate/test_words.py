import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders.student_places import dump

from courseline.domain.students.gate.words import foreign_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Week one\n", []),
        ("[Week](week%201/%C3%BC/) 5\n", []),
        ("# Week\nsecret\n", [(2, "secret")]),
        ("week # answer 42\n", [(1, "answer"), (1, "42")]),
    ],
)
def test_a_word_that_was_not_given_is_named_with_its_line(text, words):
    assert list(foreign_words(text.encode(), ["Week one", "week 1/ü", "5"])) == words


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcÄ _", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc", min_size=1), PLAIN, max_size=4))
def test_what_is_written_from_data_says_nothing_else(data):
    assert list(foreign_words(dump(data), words_of(data))) == []
