from __future__ import annotations

import io

import pytest
from rich.console import Console

from courseline.cli.findings import show_findings
from courseline.cli.table import show_table
from courseline.errors import Problem, Severity

PATH = "src/main/java/at/example/stack/LimitedStack.java"
WHY = "from the template templates/LimitedStack.java"
COLUMNS = ("path", "by", "because")


def printed(width: int | None) -> str:
    """What a table prints: on a terminal of this width, into a pipe for None."""
    console, out = console_of(width)
    show_table(console, COLUMNS, [(PATH, "ada", WHY)], wraps=("because",), optional=("by",), indent=2)
    return out.getvalue()


def console_of(width: int | None) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    terminal = width is not None
    return Console(file=out, force_terminal=terminal, width=width or 40, color_system=None), out


def test_a_pipe_gets_one_line_a_row_at_any_width():
    assert printed(None).splitlines()[1] == f"  {PATH}  ada  {WHY}"


def test_a_wide_terminal_gets_all_columns():
    assert printed(120).splitlines()[1].rstrip() == f"  {PATH}  ada  {WHY}"


def test_a_narrow_terminal_loses_what_is_optional_first():
    lines = [line.rstrip() for line in printed(79).splitlines()]
    assert lines[0].split() == ["path", "because"]
    assert "ada" not in "".join(lines)


@pytest.mark.parametrize("width", [20, 40, 60, 79, 80, 100, 200])
def test_no_width_breaks_a_path_or_a_word(width: int):
    words = {word for line in printed(width).splitlines() for word in line.split()}
    assert {PATH, *WHY.split()} <= words


def test_brackets_are_text_and_no_markup():
    for width in (None, 30, 200):
        console, out = console_of(width)
        show_table(console, ("path",), [("[red]data[/red].csv",)])
        assert "[red]data[/red].csv" in out.getvalue()


def test_findings_are_lines_in_a_pipe_and_paragraphs_on_a_terminal():
    problem = Problem("a/meta.yaml", 3, "It is wrong.", Severity.WARNING, "Mend it.")
    for width, expected in (
        (None, "a/meta.yaml:3: warning: It is wrong. Mend it.\n"),
        (20, "a/meta.yaml:3  warning\n    It is wrong.    \n    Mend it.        \n"),
    ):
        console, out = console_of(width)
        show_findings(console, [problem])
        assert out.getvalue() == expected
