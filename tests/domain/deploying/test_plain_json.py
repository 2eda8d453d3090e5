import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.deploying.plain_json import line, listed, pretty, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_what_was_written_is_read_again(value):
    assert read_json(pretty(value)) == value


@given(st.lists(VALUES, max_size=5), st.sampled_from(["", "  "]))
def test_a_list_has_one_entry_a_line(values, indent):
    text = listed(map(line, values), indent)
    assert json.loads(text) == values
    assert text.count("\n") == (len(values) + 1 if values else 0)


def test_keys_are_sorted_with_two_spaces_and_a_final_newline():
    assert pretty({"b": 1, "a": {"ü": []}}) == '{\n  "a": {\n    "ü": []\n  },\n  "b": 1\n}\n'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b'{"a": 1, "a": 2}',
        b"NaN",
        b"[Infinity]",
        b"[" * 100_000,
        b"9" * 6000,
        b"<<<<<<< HEAD\n{}\n",
    ],
    ids=[
        "nothing",
        "cut",
        "not UTF-8",
        "key twice",
        "NaN",
        "Infinity",
        "deep",
        "long number",
        "conflict markers",
    ],
)
def test_anything_else_is_none(raw):
    assert read_json(raw) is None


def test_a_file_that_is_too_large_is_not_read():
    assert read_json(b'"aaaa"', largest=6) == "aaaa"
    assert read_json(b'"aaaa"', largest=5) is None
