"""`courseline operations`: what runs did, and what they left open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.ledger.operation import OperationEvent
    from courseline.usecases.ledger.list_operations import (
        FailedPipeline,
        ListedOperation,
        ListedOperations,
        ShownOperation,
    )
    from courseline.wiring import Wiring

LIST = Command("courseline operations list", {"operations": [], "more": False, "pipelines": []})
SHOW = Command("courseline operations show", {"operation": None})
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def operations() -> None:
    """See what runs did, and what they left open."""


@operations.command("list")
@click.option("--target", metavar="URL|PATH", help="Only operations on this repository.")
@click.option("--course", help="Only this course: organization/family/course, course path or id.")
@click.option("--open", "open_only", is_flag=True, help="Only operations that have not ended.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@_AS_JSON
@click.pass_obj
def list_operations(
    wiring: Wiring, target: str | None, course: str | None, *, open_only: bool, limit: int, as_json: bool
) -> None:
    """List operations, newest first."""

    def work() -> Outcome:
        from courseline.usecases.ledger import list_operations as use_case  # noqa: PLC0415 - start-up time

        command = use_case.ListOperations(target, course, open_only, limit)
        found = use_case.list_operations(command, wiring.neighbours())
        payload = {
            "operations": [_operation_json(one) for one in found.operations],
            "more": found.more,
            "pipelines": [_pipeline_json(one) for one in found.pipelines],
        }
        return Outcome(payload, lambda console: _show_list(console, found, open_only=open_only))

    LIST.finish(work, as_json=as_json)


@operations.command()
@click.argument("reference", metavar="ID|PREFIX")
@_AS_JSON
@click.pass_obj
def show(wiring: Wiring, reference: str, *, as_json: bool) -> None:
    """Show one operation and every step it got to. The beginning of its id is enough."""

    def work() -> Outcome:
        from courseline.usecases.ledger.list_operations import show_operation  # noqa: PLC0415 - start-up time

        shown = show_operation(reference, wiring.neighbours())
        payload = {
            **_operation_json(shown.listed),
            "checkpoint": dict(shown.listed.operation.checkpoint),
            "events": [_event_json(event) for event in shown.events],
        }
        return Outcome({"operation": payload}, lambda console: _show_one(console, shown))

    SHOW.finish(work, as_json=as_json)


def _operation_json(listed: ListedOperation) -> dict[str, object]:
    one = listed.operation
    return {
        "id": str(one.id),
        "kind": str(one.kind),
        "target": one.target,
        "course": listed.course,
        "state": str(one.state),
        "attempt": one.attempt,
        "resumed": listed.resumed,
        "inputs": dict(one.inputs),
        "started_at": _utc(one.started_at),
        "ended_at": _utc(one.ended_at) if one.ended_at is not None else None,
        "message": one.message,
    }


def _pipeline_json(failed: FailedPipeline) -> dict[str, object]:
    one = failed.pipeline
    return {
        "number": one.number,
        "course": failed.course,
        "ref": one.ref,
        "commit": one.commit,
        "status": one.status,
        "url": one.url,
        "jobs": [dict(job) for job in one.jobs],
        "seen_at": _utc(one.seen_at),
    }


def _event_json(event: OperationEvent) -> dict[str, object]:
    return {
        "seq": event.seq,
        "name": event.name,
        "at": _utc(event.created_at),
        "facts": dict(event.facts),
    }


def _show_list(console: Console, found: ListedOperations, *, open_only: bool) -> None:
    from courseline.usecases.ledger.list_operations import SHORT  # noqa: PLC0415 - loaded already

    if not found.operations:
        console.print("No operation is open." if open_only else "No operation has been recorded.")
        _show_pipelines(console, found)
        return
    rows: list[tuple[str, ...]] = [
        (
            str(one.operation.id)[:SHORT],
            str(one.operation.kind),
            _state(one),
            str(one.operation.attempt),
            _minute(one.operation.started_at),
            _minute(one.operation.ended_at),
            one.course or one.operation.target,
            one.operation.message,
        )
        for one in found.operations
    ]
    columns: tuple[str, ...] = (
        "id",
        "kind",
        "state",
        "attempt",
        "started (UTC)",
        "ended (UTC)",
        "course or repository",
        "message",
    )
    if not any(one.operation.message for one in found.operations):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    show_table(
        console, columns, rows, wraps=("message",), right=("attempt",), optional=("ended (UTC)", "attempt")
    )
    if found.more:
        console.print(f"There are older ones; --limit shows more than these {len(rows)}.")
    _show_pipelines(console, found)


def _show_pipelines(console: Console, found: ListedOperations) -> None:
    if not found.pipelines:
        return
    console.print("\nPipelines that failed:")
    rows: list[tuple[str, ...]] = [
        (
            str(one.pipeline.number),
            _minute(one.pipeline.seen_at),
            one.course,
            one.pipeline.status,
            ", ".join(job["name"] for job in one.pipeline.jobs if job["status"] in {"failed", "canceled"}),
            one.pipeline.url,
        )
        for one in found.pipelines
    ]
    columns = ("pipeline", "seen (UTC)", "course", "state", "jobs", "log")
    show_table(console, columns, rows, wraps=("jobs",), optional=("seen (UTC)",))


def _show_one(console: Console, shown: ShownOperation) -> None:
    one = shown.listed.operation
    console.print(f"{one.kind} on {one.target}", markup=False, style="bold", soft_wrap=True)
    facts = [
        ("id", str(one.id)),
        ("course", shown.listed.course or ""),
        ("state", _state(shown.listed)),
        ("attempt", str(one.attempt)),
        ("started", f"{one.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", f"{one.ended_at:%Y-%m-%d %H:%M:%S} UTC" if one.ended_at is not None else ""),
        ("message", one.message),
        ("inputs", _told({name: value for name, value in one.inputs.items() if name != "course"})),
    ]
    for name, value in facts:
        if value:
            console.print(f"{name:<9}{value}", markup=False, soft_wrap=True)
    if not shown.events:
        console.print("\nIt got to no checkpoint.")
        return
    console.print()
    rows = [
        (str(event.seq), f"{event.created_at:%Y-%m-%d %H:%M:%S}", event.name, _told(event.facts))
        for event in shown.events
    ]
    show_table(console, ("", "at (UTC)", "checkpoint", "facts"), rows, wraps=("facts",), right=("",))


def _state(listed: ListedOperation) -> str:
    times = (
        f", resumed {listed.resumed} times" if listed.resumed > 1 else ", resumed" if listed.resumed else ""
    )
    return f"{listed.operation.state}{times}"


def _told(facts: Mapping[str, object]) -> str:
    """Facts in one line; what is long is counted, `--json` has it in full."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in facts.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, list | dict):
        return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _minute(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
