"""`courseline events`: what GitLab told, and what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, shown
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from courseline.usecases.react.rows import Delivery
    from courseline.wiring import Wiring

LIST = Command("courseline events list", {"events": []})
SHOW = Command("courseline events show", {"event": None})
REPLAY = Command("courseline events replay", {"event": None})
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_NUMBER = click.argument("number", type=click.IntRange(min=1))


@click.group()
def events() -> None:
    """See what GitLab told, and what became of it."""


@events.command("list")
@click.option("--dead", is_flag=True, help="Only those that have failed for good.")
@click.option("--waiting", is_flag=True, help="Only those whose work waits or runs.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@_AS_JSON
@click.pass_obj
def list_(wiring: Wiring, *, dead: bool, waiting: bool, limit: int, as_json: bool) -> None:
    """List events, newest first."""

    def work() -> Outcome:
        from courseline.usecases.react.inspect_events import list_events  # noqa: PLC0415 - start-up time
        from courseline.usecases.react.rows import DeliveryState  # noqa: PLC0415 - same

        states = [DeliveryState.FAILED] * dead + [DeliveryState.RECEIVED] * waiting
        found = list_events(states, limit, wiring.neighbours())
        return Outcome({"events": [_json(one) for one in found]}, lambda console: _show_list(console, found))

    LIST.finish(work, as_json=as_json)


@events.command()
@_NUMBER
@_AS_JSON
@click.pass_obj
def show(wiring: Wiring, number: int, *, as_json: bool) -> None:
    """Show what event NUMBER told, and what became of it."""

    def work() -> Outcome:
        from courseline.usecases.react.inspect_events import show_event  # noqa: PLC0415 - start-up time

        found = show_event(number, wiring.neighbours())
        return Outcome({"event": _json(found)}, lambda console: _show_one(console, found))

    SHOW.finish(work, as_json=as_json)


@events.command()
@_NUMBER
@_AS_JSON
@click.pass_obj
def replay(wiring: Wiring, number: int, *, as_json: bool) -> None:
    """Let event NUMBER wait again; `courseline worker` does its work."""

    def work() -> Outcome:
        from courseline.usecases.react.inspect_events import replay_event  # noqa: PLC0415 - start-up time

        found = replay_event(number, wiring.neighbours())
        return Outcome(
            {"event": _json(found)},
            lambda console: console.print(f"Event {number} ({_about(found)}) waits again.", markup=False),
        )

    REPLAY.finish(work, as_json=as_json)


def _json(delivery: Delivery) -> dict[str, object]:
    return {
        "number": delivery.number,
        "event": delivery.event,
        "project": delivery.project,
        "facts": dict(delivery.facts),
        "state": str(delivery.state),
        "message": delivery.message,
        "received_at": _utc(delivery.received_at),
        "processed_at": None if delivery.processed_at is None else _utc(delivery.processed_at),
    }


def _show_list(console: Console, found: list[Delivery]) -> None:
    if not found:
        console.print("No event.")
        return
    rows = [
        (
            str(one.number),
            f"{one.received_at:%Y-%m-%d %H:%M}",
            one.event,
            _about(one),
            str(one.state),
            shown(one.message),
        )
        for one in found
    ]
    show_table(console, ("event", "received", "kind", "about", "state", "what became of it"), rows)


def _show_one(console: Console, found: Delivery) -> None:
    lines = [
        f"Event {found.number}: {found.event}, {_about(found)}",
        f"received {found.received_at:%Y-%m-%d %H:%M:%S} UTC",
        f"{found.state}: {found.message}" if found.message else str(found.state),
        json.dumps(dict(found.facts), ensure_ascii=False, indent=2),
    ]
    for line in lines:
        console.print(line if line.startswith("{") else shown(line), markup=False, soft_wrap=True)


def _about(delivery: Delivery) -> str:
    """What it is about, as a person says it: the project and the tag, branch or number."""
    facts = delivery.facts
    project = facts.get("project")
    where = project.get("path") if isinstance(project, dict) else facts.get("repository") or delivery.project
    what = next((facts[name] for name in ("tag", "branch", "iid", "pipeline", "name") if facts.get(name)), "")
    return shown(f"{where or '-'} {what}".strip())


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
