from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.adapters.yaml_files import read_yaml
from courseline.adapters.yaml_writer import whole_yaml, write_yaml

PLAIN = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
)
LEAF = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | PLAIN
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(PLAIN.filter(lambda key: key != "<<"), VALUE, max_size=4))
def test_what_is_written_is_read_back_as_the_same_data(data: dict[str, Any]) -> None:
    if "'<<'" not in repr(data):
        assert read_yaml(write_yaml(data), "x.yaml").data == data


@given(st.dictionaries(PLAIN, VALUE, max_size=4))
def test_it_is_what_the_library_writes(data: dict[str, Any]) -> None:
    assert write_yaml(data) == whole_yaml(data)


SHORT = st.text(st.sampled_from("ab1.-_:#?!&*{}[],|>%@`'\"~ =/\\ü\u00a0é"), max_size=44)
FIELDS = LEAF | SHORT | st.lists(SHORT | LEAF, max_size=3) | st.dictionaries(SHORT, SHORT | LEAF, max_size=3)


@given(
    st.dictionaries(
        SHORT | st.sampled_from(["slug", "title", "properties", "yes", "1", "null", "<<", "?", "-"]),
        FIELDS,
        max_size=4,
    )
)
def test_short_fields_are_written_as_the_library_writes_them(data: dict[str, Any]) -> None:
    assert write_yaml(data) == whole_yaml(data)


@pytest.mark.parametrize(
    "text",
    [
        "1.10",
        "1.0",
        "no",
        "yes",
        "on",
        "2026-01-01",
        "0x10",
        "1_000",
        "1e3",
        "012",
        "~",
        "null",
        "=",
        "<<",
        ": x",
        "# x",
        "line\nbreak",
        "ü",
    ],
)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    assert read_yaml(write_yaml({"version": text, "list": [text]}), "x.yaml").data == {
        "version": text,
        "list": [text],
    }


@given(
    st.from_regex(r"[A-Za-z][A-Za-z0-9_ -]{0,38}", fullmatch=True)
    | st.sampled_from(["y", "N", "Yes", "NO", "on", "Off", "TRUE", "null", "e5", "inf"])
)
def test_plain_words_are_written_as_the_library_writes_them(text: str) -> None:
    data = {"title": text, "names": [text, f"{text}x"]}
    assert write_yaml(data) == whole_yaml(data)


def test_keys_keep_their_order_lists_are_indented_and_repeats_written_out() -> None:
    shared = ["a"]
    written = write_yaml({"z": shared, "a": shared, "ü": "ß"})
    assert written.decode() == "z:\n  - a\na:\n  - a\nü: ß\n"
