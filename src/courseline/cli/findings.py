"""Problems as a person reads them: place first, so that editors and terminals can jump there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from courseline.cli.report import shown
from courseline.errors import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def show_findings(console: Console, problems: Sequence[Problem]) -> None:
    """On a terminal each problem in a few short lines, in a pipe in one: `file:line: error: what, why, remedy`."""
    for problem in problems:
        if not console.is_terminal:
            console.print(
                shown(f"{problem.where}: {problem.severity}: {problem.sentence}"),
                markup=False,
                soft_wrap=True,
            )
            continue
        from rich.padding import Padding  # noqa: PLC0415 - only for people at a terminal
        from rich.text import Text  # noqa: PLC0415 - as above

        heading = Text(shown(problem.where), style="bold")
        heading.append(f"  {problem.severity}", style=_COLOURS[problem.severity])
        console.print(heading, soft_wrap=True)
        for sentence, style in ((problem.message, ""), (problem.fix, "green")):
            if sentence:
                console.print(Padding(Text(shown(sentence), style=style), (0, 0, 0, 4)))
