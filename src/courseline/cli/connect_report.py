"""What connecting tells: the draft, what was made, what came of the test events, the undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from courseline.cli.report import Outcome, problem_json, show_error, show_problems, shown
from courseline.cli.steps import show_steps, steps_json
from courseline.usecases.connect.apply_connection import undo_of

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.connect.apply_connection import Connected
    from courseline.usecases.connect.connection import Connection


def drafted_outcome(connection: Connection, *, declined: bool = False) -> Outcome:
    """Nothing was changed: a dry run, a person who declined, or nothing to do."""
    status = "would connect" if connection.steps else "unchanged"

    def show(console: Console) -> None:
        if declined:
            console.print("Nothing was changed.")
        else:
            show_draft(console, connection)

    return Outcome(
        {**_target(connection), "status": status, "steps": steps_json(connection.steps)}, show, int(declined)
    )


def connected_outcome(connection: Connection, made: Connected) -> Outcome:
    """What was made; exit code 1 when a test event did not arrive, the error's when a step failed."""
    silent = any(one.event is None for one in made.tested)
    payload = {
        **_target(connection),
        "status": "connected" if made.stopped is None else "incomplete",
        "steps": steps_json(made.done),
        "queued": made.queued,
        "requests": list(made.requests),
        "tested": [
            {"where": one.where, "event": one.event, "message": shown(one.message)} for one in made.tested
        ],
        "undo": undo_of(connection, made.done) if made.done else None,
    }
    code = made.stopped.exit_code if made.stopped is not None else int(silent)
    return Outcome(payload, lambda console: _show_made(console, connection, made), code, made.stopped)


def show_draft(console: Console, connection: Connection) -> None:
    """The table of what would be made, and what a person should know."""
    where = connection.place.path
    if connection.steps:
        show_steps(console, connection.steps)
        console.print()
    else:
        console.print(f"{where}: everything is as it should be; nothing to do.", markup=False, soft_wrap=True)
    if connection.left_alone:
        console.print("Left alone:", markup=False)
        for path, why in connection.left_alone:
            console.print(shown(f"  {path}: {why}"), markup=False, soft_wrap=True)
    if connection.notes:
        console.print("To know:", markup=False)
    show_problems(console, connection.notes)


def _target(connection: Connection) -> dict[str, object]:
    return {
        "target": connection.place.path,
        "left_alone": [{"path": shown(path), "reason": why} for path, why in connection.left_alone],
        "problems": [problem_json(problem) for problem in connection.notes],
    }


def _show_made(console: Console, connection: Connection, made: Connected) -> None:
    if made.done:
        show_steps(console, made.done)
        console.print()
    if made.stopped is not None:
        show_error(console, made.stopped)
        left = len(connection.steps) - len(made.done)
        console.print(
            f"{len(made.done)} steps were made, {left} are left; the same command makes the rest.",
            soft_wrap=True,
        )
    for url in made.requests:
        console.print(f"To be merged: {shown(url)}", markup=False, soft_wrap=True)
    if made.queued:
        console.print(
            f"{made.queued} earlier releases are queued; the worker publishes them: courseline events list",
            soft_wrap=True,
        )
    for one in made.tested:
        console.print(shown(f"{one.where}: {one.message}"), markup=False, soft_wrap=True)
    show_problems(console, connection.notes)
    if made.done:
        console.print(f"\nTo undo: {shown(undo_of(connection, made.done))}", markup=False, soft_wrap=True)
