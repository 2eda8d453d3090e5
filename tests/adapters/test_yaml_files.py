from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.effort import counted

from courseline.adapters import yaml_files
from courseline.adapters.yaml_files import read_yaml
from courseline.errors import InvalidInput


@pytest.fixture(params=["libyaml", "python"], autouse=True, scope="module")
def parser(request):
    """Both of PyYAML's parsers must behave alike: libyaml is not on every machine."""
    patch = pytest.MonkeyPatch()
    if request.param == "python":
        patch.setattr(yaml_files, "_LOADER", yaml.SafeLoader)
    yield request.param
    patch.undo()


def read(text):
    return read_yaml(text.encode(), "meta.yaml")


def problems(text):
    with pytest.raises(InvalidInput) as caught:
        read_yaml(text if isinstance(text, bytes) else text.encode(), "a/meta.yaml")
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.path == "a/meta.yaml"
        assert problem.fix
        assert problem.sentence.isprintable()
        assert len(problem.sentence) < 300
    return caught.value.problems


# --- scalars ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("999999999999999999", 999999999999999999),
        ("9" * 19, "9" * 19),
        ("9" * 6000, "9" * 6000),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("1.10", "1.10"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", None),
        ("2024-01-01", "2024-01-01"),
        ("9999-99-99", "9999-99-99"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("v1.0", "v1.0"),
        ("=", "="),
        ("^1.0", "^1.0"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_scalars_are_null_booleans_whole_numbers_or_text(written, value):
    read_value = read(f"key: {written}\n").data
    assert read_value == {"key": value}
    assert type(read_value["key"]) is type(value)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~\n"])
def test_a_file_without_content_has_no_data(text):
    assert read(text).data is None


# --- spans ------------------------------------------------------------------------------------------------

SAMPLE = """\
# Grüße 😀
title: "Grüße 😀"
list:
- 'one'   # first
-   zwei: 2
    drei: [a, {b: c}]

text: |
  a
  b
last: x
"""


@pytest.mark.parametrize("lead", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_spans_slice_exactly_what_was_written(lead, newline):
    located = read(lead + SAMPLE.replace("\n", newline))

    def at(*key):
        span = located.spans[key]
        return span.line, located.text[span.start : span.end].replace("\r\n", "\n")

    assert at("title") == (2, '"Grüße 😀"')
    assert at("list") == (3, "- 'one'   # first\n-   zwei: 2\n    drei: [a, {b: c}]")
    assert at("list", 0) == (4, "'one'")
    assert at("list", 1) == (5, "zwei: 2\n    drei: [a, {b: c}]")
    assert at("list", 1, "zwei") == (5, "2")
    assert at("list", 1, "drei") == (6, "[a, {b: c}]")
    assert at("list", 1, "drei", 1) == (6, "{b: c}")
    assert at("list", 1, "drei", 1, "b") == (6, "c")
    assert at("last") == (11, "x")
    assert at("text")[0] == 8
    assert located.text.startswith(lead)
    assert located.data["text"] == "a\nb\n"


def test_the_line_of_an_entry_is_that_of_its_key():
    located = read("properties:\n\n  testFiles:\n    - a\n")
    assert located.line("properties", "testFiles") == 3
    assert located.line("properties", "testFiles", 0) == 4
    assert located.line("properties", "missing") == 1
    assert located.line("properties", "testFiles", 9) == 3


plain_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def walk(value, key=()):
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, (*key, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*key, index))


def unfit(value):
    texts = [part for _, inner in walk(value) for part in ([*inner] if isinstance(inner, dict) else [inner])]
    return any(isinstance(text, str) and (CONTROL.search(text) or text == "<<") for text in texts)


@settings(deadline=None)
@given(plain_data.filter(lambda value: not unfit(value)), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_what_pyyaml_writes_is_read_back_with_the_right_places(value, flow, newline):
    written = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, line_break=newline)
    located = read_yaml(written.encode(), "x.yaml")
    if located.data != value:  # PyYAML ends a bare scalar document with `...`; nothing else may differ
        raise AssertionError(written)
    for key, inner in walk(value):
        span = located.spans[key]
        assert 0 <= span.start <= span.end <= len(written)
        assert span.line <= written.count("\n", 0, span.start) + 1
        if isinstance(inner, (bool, int)) or (isinstance(inner, str) and inner.isascii() and inner.isalnum()):
            assert yaml.safe_load(written[span.start : span.end]) == inner


def findings(raw):
    try:
        read_yaml(raw, "x.yaml")
    except InvalidInput as error:
        return error.problems
    return ()


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(raw):
    assert all(problem.fix and problem.sentence.isprintable() for problem in findings(raw))


@settings(deadline=None)
@given(st.text(alphabet="a:-[]{},'\"#&*!|>%@`\n \t?~1<", max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    last = text.count("\n") + 1
    assert all(problem.fix and 1 <= problem.line <= last for problem in findings(text.encode()))


# --- refused ----------------------------------------------------------------------------------------------


def test_an_alias_bomb_is_refused_at_its_first_line():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    found = problems(bomb)
    assert found[0].line == 1
    assert "anchor" in found[0].message
    assert "alias" in found[2].message


def test_300_kib_are_refused_before_they_are_parsed():
    (problem,) = problems("a: " + "x" * 300 * 1024)
    assert "262144" in problem.message


@pytest.mark.parametrize("text", ["[" * 3000, "{a: " * 3000, "- " * 3000, "a: " + "[" * 100_000])
def test_deep_nesting_is_refused_quickly(text):
    with counted() as effort:
        found = problems(text)
    assert effort.calls < 50_000  # as many for thousands of brackets as for a hundred thousand
    assert "20 deep" in found[0].message


def test_twenty_levels_are_read():
    assert read("[" * 20 + "]" * 20).data == eval("[" * 20 + "]" * 20)  # noqa: S307 - the expression is written here


def test_the_effort_for_deep_short_lists_grows_with_their_number_and_no_faster(parser):
    def text(lines: int) -> str:
        return "".join(f"k{n}: {'[' * 19}{']' * 19}\n" for n in range(1000, 1000 + lines))

    efforts = []
    for lines in (50, 200):
        with counted() as effort:
            read(text(lines))
        efforts.append(effort.calls)
    assert efforts[1] < 4.1 * efforts[0]
    many = 5000 if parser == "libyaml" else 1000  # close to 256 KiB, or less where that takes seconds
    assert len(read(text(many)).data) == many


def test_a_key_that_stands_there_three_times_is_named_with_the_first_place_both_times():
    found = problems("a: [1]\nb: 1\na: {c: 2}\na: 3\n")
    assert [(problem.line, problem.message[-16:]) for problem in found] == [
        (3, "first in line 1."),
        (4, "first in line 1."),
    ]


def test_a_list_or_mapping_ends_with_its_last_value_also_when_that_is_empty_or_closed_in_brackets():
    text = "a:\n  - b: {c: 1}\n\n  - d:\n\ne: [ 1 ]  # end\n"
    located = read_yaml(text.encode(), "x.yaml")
    shown = {key: text[span.start : span.end] for key, span in located.spans.items()}
    assert shown["a",] == "- b: {c: 1}\n\n  - d:"
    assert (shown["a", 0], shown["a", 1], shown["a", 1, "d"]) == ("b: {c: 1}", "d:", "")
    assert (shown["e",], shown[()]) == ("[ 1 ]", text[: text.index("  # end")])


def test_every_duplicate_key_is_named_with_the_first_place():
    found = problems("a: 1\nb:\n  x: 1\n  x: 2\n'a': 3\n")
    assert [(problem.line, problem.message) for problem in found] == [
        (4, "The key `x` stands here a second time, first in line 3."),
        (5, "The key `a` stands here a second time, first in line 1."),
    ]


@pytest.mark.parametrize("key", ["1", "true", "null", "~", "? [a]\n", "? {a: b}\n"])
def test_keys_must_be_text(key):
    found = problems(f"{key}: x\n")
    assert "A key must be text" in found[0].message


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: !!python/object:os.system x\n", 1, "!!python/object:os.system"),
        ("x: 1\na: !custom [1]\n", 2, "!custom"),
        ("a: !!str 5\n", 1, "!!str"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("x: {<<: {a: 1}}\n", 1, "merges"),
        ("a: 1\n\tb: 2\n", 2, ""),
        ("a:\n\tb: 2\n", 2, "tab"),
        ("a: b: c\n", 1, "second `: `"),
        ("a: 1\nb\nc: 2\n", 2, ""),
        ("x: 1\nb: [1, 2\nc: 3\n", 2, "not closed"),
        ("x: 1\nb: {c: 2\n", 2, "not closed"),
        ("x: 1\nb: 'text\nc: 3\nd: 4\n", 2, "not closed"),
        ('a: "C:\\qx"\n', 1, "escape"),
        ("files:\n  - *.py\n", 2, "reference"),
        ("a: @x\n", 1, "cannot begin with `@`"),
        ("a: `x`\n", 1, "cannot begin with"),
        ("a:\n  - 1\n - 2\n", 3, "does not fit"),
        ("a: 'x' y\n", 1, "closed quote"),
        ("a: - b\n", 1, "list"),
        ('a: "\\e[31m"\n', 1, "U+001B"),
        ('a: "\\0"\n', 1, "U+0000"),
        ("x: 1\na: b\x1bc\n", 2, "U+001B"),
        ("a: b\x00\n", 1, "U+0000"),
        ("x: 1\na: b\x85c\n", 2, "U+0085"),
        ("a: b\u2028c\n", 1, "U+2028"),
        ("a: b\rc: d\n", 1, "U+000D"),
        ("a: b\n\ufeffc: d\n", 2, "U+FEFF"),
        ('a: "\\ud800"\n', 1, ""),
        (b"a: 1\nb: \xe4\n", 2, "0xe4"),
        ("a: 1\n".encode("utf-16"), 1, "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", 1, "not UTF-8"),
        (b"PK\x03\x04", 1, "U+0003"),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_what_is_refused_names_line_and_reason(text, line, part):
    found = problems(text)
    assert found[0].line == line
    assert part in found[0].message


def test_all_findings_are_told_at_once():
    found = problems("a: &x 1\nb: *x\nc: !t 1\nc: 2\n1: 3\n")
    assert [problem.line for problem in found] == [1, 2, 3, 4, 5]


def test_values_that_look_like_yaml_1_1_stay_text():
    located = read("version: 1.10\nlanguage: no\nat: 12:30:45\n")
    assert located.data == {"version": "1.10", "language": "no", "at": "12:30:45"}
