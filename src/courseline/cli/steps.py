"""Tables and JSON of steps: what is there now, what is there afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from courseline.cli.report import shown
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.connect.step import Step


def show_steps(console: Console, steps: Sequence[Step]) -> None:
    """One row a step, `where` only where it changes."""
    rows = []
    before = None
    for step in steps:
        where = "" if step.where == before else step.where
        rows.append((shown(where), str(step.kind), shown(step.now), shown(step.after)))
        before = step.where
    show_table(console, ("where", "what", "now", "after"), rows, wraps=("after",))


def steps_json(steps: Sequence[Step]) -> list[dict[str, object]]:
    """`{where, what, now, after}`."""
    return [
        {
            "where": shown(step.where),
            "what": str(step.kind),
            "now": shown(step.now),
            "after": shown(step.after),
        }
        for step in steps
    ]
