"""Edits of files that people wrote."""

from __future__ import annotations

import pytest

from courseline.adapters.yaml_edits import LARGEST_FILE, YamlEdits
from courseline.errors import InvalidInput

EDITS = YamlEdits()
ENTRY = {
    "project": "tools/courseline",
    "ref": "v1",
    "file": "ci-templates/examples.yml",
    "inputs": {"image": "i:1"},
}
ADDED = """\
  - project: tools/courseline
    ref: v1
    file: ci-templates/examples.yml
    inputs:
      image: i:1
"""
THEIRS = """\
# our pipeline
stages: [test, deploy]   # two

# the tests
test:
  script:
    - make test   # here
    - "quoted"
  rules: !reference [.x, rules]
"""


def test_a_file_without_includes_gets_one_and_keeps_every_line() -> None:
    edited = EDITS.with_include(THEIRS.encode(), ENTRY).decode()
    assert edited == THEIRS.replace("# our pipeline\n", f"# our pipeline\ninclude:\n{ADDED}")


def test_an_entry_comes_behind_the_others_and_in_front_of_what_follows() -> None:
    before = "include:\n  - local: a.yml   # first\n  - project: x/y\n    file: b.yml\n"
    after = "\n# next\njob:\n  script: [a]\n"
    assert EDITS.with_include((before + after).encode(), ENTRY).decode() == before + ADDED + after


def test_lists_that_are_not_indented_stay_so() -> None:
    edited = EDITS.with_include(b"include:\n- local: a.yml\n\njob:\n  script:\n  - make\n", ENTRY).decode()
    assert edited.startswith("include:\n- local: a.yml\n- project: tools/courseline\n")
    assert edited.endswith("\n\njob:\n  script:\n  - make\n")


@pytest.mark.parametrize("include", ["a.yml", "{local: a.yml}", "[a.yml]"])
def test_an_include_that_stands_alone_becomes_a_list(include: str) -> None:
    edited = EDITS.with_include(f"include: {include}\njob: {{script: a}}\n".encode(), ENTRY)
    assert EDITS.includes(edited) == [*EDITS.includes(f"include: {include}\n".encode()), ENTRY]


@pytest.mark.parametrize("raw", [b"", b"\n", b"# only a comment\n"])
def test_a_file_without_anything_gets_the_include_behind_its_comments(raw: bytes) -> None:
    edited = EDITS.with_include(raw, ENTRY)
    assert edited.startswith(raw.strip())
    assert EDITS.includes(edited) == [ENTRY]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"a: [", "line 1"),
        (b"- x\n", "no mapping"),
        (b"a: 1\n---\nb: 2\n", "several YAML documents"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * (LARGEST_FILE + 1), "at most"),
    ],
)
def test_what_cannot_be_edited_says_why(raw: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        EDITS.with_include(raw, ENTRY)


def test_values_are_filled_in_where_they_belong_and_comments_stay() -> None:
    raw = b"# c\ncourse:\n  path: a   # p\n  settings:\n    timezone: UTC   # z\n\n# end\nx: 1\n"
    filled = EDITS.filled(raw, {("course", "settings", "source", "url"): "https://g/a.git"}).decode()
    assert filled == (
        "# c\ncourse:\n  path: a   # p\n  settings:\n    source:\n      url: https://g/a.git\n"
        "    timezone: UTC   # z\n\n# end\nx: 1\n"
    )


def test_what_we_write_can_be_pasted() -> None:
    assert EDITS.written({"include": [ENTRY]}) == f"include:\n{ADDED}"
