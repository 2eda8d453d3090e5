import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseline.domain.deploying.trailers import parse_trailers


def by_git(message: str) -> list[str]:
    """What git itself reads, unfolded, `key: value` a line."""
    command = ["git", "-c", "core.commentChar=#", "interpret-trailers", "--parse", "--no-divider"]
    done = subprocess.run(command, input=message.encode(), capture_output=True, check=True)
    return done.stdout.decode().split("\n")[:-1]


def by_us(message: str) -> list[str]:
    return sorted(f"{key}: {value}" for key, values in parse_trailers(message).items() for value in values)


@pytest.mark.parametrize(
    ("message", "trailers"),
    [
        ("", {}),
        ("Subject only", {}),
        ("Key: value", {}),
        ("Subject\n\nKey: value\n", {"Key": ["value"]}),
        ("Subject\n\nKey: value", {"Key": ["value"]}),
        ("Subject\n\nKey: value\n\n\n  \n", {"Key": ["value"]}),
        ("Subject\n\nKey: value\n\nMore text.\n", {}),
        ("Subject\n\nText\nKey: value\n", {}),
        ("Subject\n\nA: 1\nB: 2\nA: 3\n", {"A": ["1", "3"], "B": ["2"]}),
        ("Subject\n\nA: 1\n  and more\n\tand more\nB: 2\n", {"A": ["1 and more and more"], "B": ["2"]}),
        ("Subject\n\n  folded first\nA: 1\n", {}),
        ("Subject\n\nA:1\nB :2\n", {"A": ["1"], "B": ["2"]}),
        ("Subject\n\nA: \n", {"A": [""]}),
        ("Subject\n\nnot a key: 1\n", {}),
        ("Subject\n\nhttp://example.com\n", {"http": ["//example.com"]}),
        ("Subject\n\nThis was done by me\nSigned-off-by: A <a@example.com>\nA: 1\n",
         {"Signed-off-by": ["A <a@example.com>"], "A": ["1"]}),
        ("Subject\nA: 1\n", {}),
    ],
)  # fmt: skip
def test_trailers_are_the_last_paragraph_when_all_of_it_is(message, trailers):
    assert parse_trailers(message) == trailers
    assert by_us(message) == sorted(by_git(message))


LINES = st.sampled_from(
    ["", " ", "A: 1", "B:2", "C : 3", "word", "two words", "  folded", "\tfolded: too", "Signed-off-by: me", "#comment",
     "(cherry picked from commit abc)", "- list: entry", "Ä: 1", ": none", "A-b: x: y"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, max_size=9))
def test_messages_are_read_as_git_reads_them(lines):
    message = "\n".join(lines) + "\n"
    assert by_us(message) == sorted(by_git(message))


@given(st.text())
def test_any_text_is_read_without_an_exception(text):
    assert all(values for values in parse_trailers(text).values())
