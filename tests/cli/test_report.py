"""What other people wrote (names of files, titles, a server's words) cannot act on a terminal or forge a line of a log."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest
from rich.console import Console

from courseline.cli.findings import show_findings
from courseline.cli.report import Command, json_text, problem_json, show_error, show_problems
from courseline.errors import InvalidInput, Problem

HOSTILE = "a\x1b[2J\x1b]0;x\x07\nok: all fine\r\u202egpj\x9b1m\u2028b\udcff"
PROBLEM = Problem(f"{HOSTILE}/meta.yaml", 3, f"The name {HOSTILE} is odd.", fix=f"Rename {HOSTILE}.")


def clean(text: str) -> bool:
    return all(char.isprintable() for char in text)


def test_json_of_a_problem_holds_no_control_characters() -> None:
    told = problem_json(PROBLEM)
    assert clean(str(told["path"]))
    assert clean(str(told["message"]))
    assert "\\x1b[2J" in str(told["message"])


@pytest.mark.parametrize("terminal", [False, True])
def test_a_problem_is_one_clean_line_on_every_console(terminal: bool) -> None:
    for show in (show_problems, show_findings):
        stream = io.StringIO()
        show(
            Console(file=stream, force_terminal=terminal, no_color=True, width=400, highlight=False),
            [PROBLEM],
        )
        text = stream.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert "ok: all fine" in text
        assert not any(line.startswith("ok:") for line in text.splitlines())
        assert all(clean(line) for line in text.split("\n"))


def test_an_error_keeps_its_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    error = InvalidInput("first \x1b[2J\nsecond\r", [PROBLEM])
    stream = io.StringIO()
    show_error(Console(file=stream, width=400, highlight=False), error)
    lines = stream.getvalue().splitlines()
    assert lines[:2] == ["first \\x1b[2J", "second\\r"]
    assert all(map(clean, lines))

    def work():
        raise error

    with pytest.raises(SystemExit):
        Command("courseline-x").finish(work, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["error"]["message"] == "first \\x1b[2J\nsecond\\r"


@pytest.mark.parametrize(
    "entries",
    [
        [{"path": "a", "rule": "1"}, {"path": "ü", "rule": "2"}],
        [{"path": 'a"}, {"b'}, {"path": "}, {"}],
        [{"a": [{"b": 1}, {"c": 2}]}, {"d": {}}],
        [{}, {}],
        [{"one": 1}],
        ["a", {"b": 1}, ["}, {"], None],
        (),
    ],
)
def test_each_entry_of_a_list_has_a_line_of_its_own(entries: Sequence[object]) -> None:
    document = {"schema": 1, "entries": entries, "last": {"a": [1, 2]}}
    told = json_text(document)
    lines = "".join(f"    {json.dumps(entry, ensure_ascii=False)},\n" for entry in entries).removesuffix(
        ",\n"
    )
    assert told == (
        '{\n  "schema": 1,\n  "entries": '
        + (f"[\n{lines}\n  ]" if entries else "[]")
        + ',\n  "last": {"a": [1, 2]}\n}'
    )
