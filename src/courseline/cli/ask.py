"""Showing what would be done, and asking whether it shall be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from courseline.cli.progress import ProgressBar
from courseline.cli.report import console_for
from courseline.errors import Refused

if TYPE_CHECKING:
    from rich.console import Console

YES = click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def is_agreed(
    doing: str, question: str, show: Callable[[Console], None], *, yes: bool, as_json: bool
) -> bool:
    """Whether a person agrees; they are shown first what it is about.

    Args:
        doing: for the message, `Connecting uni/examples`.
        question: put to the person.
        show: prints what would be done.
        yes: `--yes` was given.
        as_json: somebody reads the one object on standard output, so that nobody can be asked.

    Raises:
        Refused: nobody is there to be asked.
    """
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        raise Refused(
            f"{doing}: nothing was changed, because nobody is there to be asked. --dry-run shows what would be done, --yes"
            " does it without asking."
        )
    take_off_progress()
    show(console_for(sys.stdout))
    return click.confirm(question, default=False)


def take_off_progress() -> None:
    """A bar that is drawn again and again would hide a question and what is typed behind it."""
    wiring = click.get_current_context().obj
    if isinstance(wiring.progress, ProgressBar):
        wiring.progress.close()
