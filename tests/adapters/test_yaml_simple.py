"""The simple reader answers what the careful one does, or nothing: it is never asked what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.builders.small_course import STRUCTURE
from tests.builders.template_course import TYPES

from courseline.adapters import yaml_files
from courseline.adapters.yaml_files import plain_value, read_yaml
from courseline.adapters.yaml_simple import DEEPEST, read_simple
from courseline.domain.located import Located
from courseline.errors import InvalidInput

SIMPLE = """\
# A course.
contentTypes:
  - {kind: unit, slug: week, title: "Week: one", color: '#fff'}
  -   # not simple: a comment behind a dash
"""
LINES = (
    "a: 1", "b:", "- x", "- c: 2", "  d: e f", "  - g", "    - h: i", "  - {j: k, l: [m, 'n o', {p: q}]}",
    "r: 's t'", 'u: "v # w"', "x: repo:name", "y: -1", "z: ~", "# c", "", "  # c", "aa: {}", "bb: []", "- - 1", "cc: [a, b]",
    "dd: true", "null: 1", "ee: 1.10", "ff: größe", "<<: a", "gg: >", "hh: &a b", "ii: *a", "---", "...", "jj: a #b",
    "kk: a: b", "ll: [a, b, ]", "mm: {a: 1,b: 2}", "nn: 'a''b'", 'oo: "a\\n"', "a: 2", "pp: a ", "qq:  b", "? a", "rr: {a}",
    "      deep: 1", "  ss:", "    tt: uu", "-", "- ", "vv: 'a", "ww: {a: b", "xx: 2026-10-01T08:00", "yy: a - b", "zz: {a: b:c}",
)  # fmt: skip


def careful(text: str) -> Located | None:
    """What the reader says that knows all of YAML; None when it refuses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_files, "read_simple", lambda *_: None)
        try:
            return read_yaml(text.encode(), "x.yaml")
        except InvalidInput:
            return None


def assert_same(text: str) -> bool:
    """Whether there was an answer."""
    found = read_simple(text, plain_value)
    if found is None:
        return False
    located = careful(text)
    assert located is not None, text
    assert (repr(found[0]), found[1]) == (repr(located.data), located.spans), text
    return True


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(LINES), max_size=8))
@example(["b:", "- x", "a: 1"])
@example(["b:", "  - c: 2", "    d: e f"])
def test_any_lines_are_read_as_the_careful_reader_reads_them(lines: list[str]) -> None:
    assert_same("\n".join(lines))


@settings(deadline=None, max_examples=400)
@given(
    st.text(alphabet="ab:-[]{},'\"# \n~1.é", max_size=40),
    st.sampled_from(["", "a: ", "- ", "a:\n  ", "a: {b: "]),
)
def test_any_text_is_read_as_the_careful_reader_reads_it(text: str, before: str) -> None:
    assert_same(before + text)


@pytest.mark.parametrize("end", ["", "\n", "\n\n# end\n"])
def test_what_course_files_are_written_in_is_simple(end: str) -> None:
    assert assert_same(TYPES + STRUCTURE + end)
    every = [line for line in LINES if assert_same(line)]
    assert {
        "a: 1",
        "x: repo:name",
        "xx: 2026-10-01T08:00",
        "ff: größe",
        "yy: a - b",
        "cc: [a, b]",
        "bb: []",
    } <= {*every}
    assert assert_same(
        "b:\n  - c: 2\n    d: e f\n  - {j: k, l: [m, 'n o', {p: q}]}\n\n  # c\nu: \"v # w\"\nr: 's t'\n"
    )


@pytest.mark.parametrize(
    "text",
    ["", "# c", "a", "- a", "a:", "a:\n", " a: 1", "a: 1\n b: 2", "a: b\n  c", "a: 1\na: 2", "a: {b: 1, b: 2}", "a: \n", "a:\t1",
     "a: 1\r\nb: 2\r\n", "null: 1", "a: 'b\nc'", "a: {b: 1\n}", "\ufeffa: 1", "a: |\n  b", "a: !b c", "a: b # c", SIMPLE],
)  # fmt: skip
def test_what_is_not_simple_or_wrong_is_left_to_the_careful_reader(text: str) -> None:
    assert read_simple(text, plain_value) is None


@pytest.mark.parametrize("opening", ["a: " + "{a: " * 3000, "a: " + "[" * 3000])
def test_what_lies_deep_is_left_to_it_too(opening: str) -> None:
    assert read_simple(opening, plain_value) is None
    nested = "".join(f"{'  ' * depth}a:\n" for depth in range(DEEPEST - 1)) + "  " * (DEEPEST - 1) + "a: 1"
    assert assert_same(nested)
    assert read_simple(nested[:-1] + "{b: 1}", plain_value) is None
