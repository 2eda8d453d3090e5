"""`courseline gitlab disconnect`: take back what connecting made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.ask import AS_JSON, DRY_RUN, YES, is_agreed
from courseline.cli.connect import RECEIVER, receiver_of
from courseline.cli.report import Command, Outcome, problem_json, show_problems
from courseline.cli.steps import show_steps, steps_json

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.connect.step import Step
    from courseline.usecases.connect.disconnect import Disconnection
    from courseline.wiring import Wiring

DISCONNECT = Command("courseline gitlab disconnect", {"status": None, "target": None, "steps": []})


@click.command()
@click.argument("reference", metavar="GROUP|PROJECT")
@RECEIVER
@click.option("--protected-tag", "tags", multiple=True, metavar="PATTERN", help="Open these tags again, too.")
@click.option(
    "--protected-branch", "branches", multiple=True, metavar="BRANCH", help="Open this branch again, too."
)
@YES
@DRY_RUN
@AS_JSON
@click.pass_obj
def disconnect(
    wiring: Wiring,
    reference: str,
    *,
    receiver: str | None,
    tags: tuple[str, ...],
    branches: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take back what `connect` made in GROUP or PROJECT.

    Removes webhooks to the receiver, the schedule and the open merge request. What was protected stays so unless it is
    named; `connect` prints the whole command. Registrations and what is published stay.
    """

    def work() -> Outcome:
        from courseline.usecases.connect.disconnect import (  # noqa: PLC0415 - --help must start fast
            Disconnect,
            apply_disconnection,
            draft_disconnection,
        )

        around = wiring.surroundings()
        command = Disconnect(reference, receiver_of(wiring, receiver), tags, branches)
        drafted = draft_disconnection(command, around)
        steps = tuple(removal.step for removal in drafted.removals)
        if dry_run or not steps:
            return _outcome(reference, "would disconnect" if steps else "unchanged", steps, drafted)
        agreed = is_agreed(
            f"Disconnecting {reference}",
            "Remove all of this?",
            lambda console: _show(console, reference, steps, drafted),
            yes=yes,
            as_json=as_json,
        )
        if not agreed:
            return Outcome({}, lambda console: console.print("Nothing was changed."), 1)
        return _outcome(reference, "disconnected", apply_disconnection(drafted, around), drafted)

    DISCONNECT.finish(work, as_json=as_json, dry_run=dry_run)


def _outcome(reference: str, status: str, steps: tuple[Step, ...], drafted: Disconnection) -> Outcome:
    payload = {
        "status": status,
        "target": reference,
        "steps": steps_json(steps),
        "problems": [problem_json(problem) for problem in drafted.stays],
    }
    return Outcome(payload, lambda console: _show(console, reference, steps, drafted))


def _show(console: Console, reference: str, steps: tuple[Step, ...], drafted: Disconnection) -> None:
    if steps:
        show_steps(console, steps)
    else:
        console.print(f"{reference}: nothing of ours is there to be removed.", markup=False, soft_wrap=True)
    show_problems(console, drafted.stays)
