"""`courseline store`: whether the object store holds what was published, and nothing besides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.library.garbage import Leftover
    from courseline.usecases.library.collect_garbage import Collected, Unrecorded
    from courseline.usecases.library.scrub import Scrubbed
    from courseline.wiring import Wiring

SCRUB = Command(
    "courseline store scrub",
    {"versions": 0, "versions_read": 0, "objects": 0, "damaged": 0, "findings": []},
)
GC = Command(
    "courseline store gc",
    {"deleted": 0, "freed_bytes": 0, "garbage": [], "young": [], "unrecorded": []},
)


@click.group()
def store() -> None:
    """The object store: check it against the database, clear away what killed runs left."""


@store.command()
@click.option(
    "--sample",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the bytes of N versions chosen at random; of the others look at presence and size only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def scrub(wiring: Wiring, sample: int | None, *, as_json: bool) -> None:
    """Compare every object of every version with what was published; exit 1 when one differs. Changes nothing."""

    def work() -> Outcome:
        from courseline.usecases.library.scrub import ScrubStore, scrub  # noqa: PLC0415 - start-up time

        found = scrub(ScrubStore(sample), wiring.neighbours())
        return Outcome(
            _scrub_payload(found), lambda console: _show_scrub(console, found), 1 if found.findings else 0
        )

    SCRUB.finish(work, as_json=as_json)


@store.command()
@click.option(
    "--dry-run/--no-dry-run",
    default=True,
    show_default=True,
    help="Only say what would be deleted, or delete it.",
)
@click.option(
    "--older-than",
    type=click.IntRange(min=0, max=36500),
    default=7,
    show_default=True,
    metavar="DAYS",
    help="Leave alone what was written in the last DAYS days.",
)
@click.option(
    "--wait",
    type=click.IntRange(min=0),
    default=60,
    show_default=True,
    help="Seconds to wait for a running sync.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def gc(wiring: Wiring, older_than: int, wait: int, *, dry_run: bool, as_json: bool) -> None:
    """Find objects that belong to no version, and with --no-dry-run delete them."""

    def work() -> Outcome:
        from courseline.usecases.library.collect_garbage import CollectGarbage, collect_garbage  # noqa: PLC0415 - same

        command = CollectGarbage(timedelta(days=older_than), dry_run, wait)
        done = collect_garbage(command, wiring.neighbours())
        return Outcome(
            _gc_payload(done, dry_run=dry_run), lambda console: _show_gc(console, done, dry_run=dry_run)
        )

    GC.finish(work, as_json=as_json, dry_run=dry_run)


def _scrub_payload(found: Scrubbed) -> dict[str, object]:
    return {
        "versions": found.versions,
        "versions_read": found.versions_read,
        "objects": found.objects,
        "damaged": len(found.findings),
        "findings": [
            {
                "version": finding.version,
                "version_id": str(finding.version_id),
                "key": finding.damage.key,
                "fault": str(finding.damage.fault),
                "message": finding.damage.problem.sentence,
            }
            for finding in found.findings
        ],
    }


def _show_scrub(console: Console, found: Scrubbed) -> None:
    read = (
        "every byte"
        if found.versions_read == found.versions
        else f"the bytes of {found.versions_read} versions"
    )
    compared = f"{found.versions} versions, {found.objects} objects; compared sizes and {read}"
    if not found.findings:
        console.print(f"All as published: {compared}.", markup=False, soft_wrap=True)
        return
    version = ""
    for finding in found.findings:
        if finding.version != version:
            version = finding.version
            console.print(version, markup=False, soft_wrap=True)
        damage = finding.damage
        console.print(f"  {damage.fault}: {damage.key}", markup=False, soft_wrap=True)
        console.print(f"    {damage.problem.sentence}", markup=False, soft_wrap=True)
    are = "is" if len(found.findings) == 1 else "are"
    many = _objects(len(found.findings))
    console.print(f"{many} {are} not as published ({compared}).", markup=False, soft_wrap=True)


def _gc_payload(done: Collected, *, dry_run: bool) -> dict[str, object]:
    return {
        "deleted": 0 if dry_run else sum(len(leftover.keys) for leftover in done.garbage),
        "freed_bytes": 0 if dry_run else sum(leftover.size for leftover in done.garbage),
        "garbage": [_leftover_json(leftover) for leftover in done.garbage],
        "young": [_leftover_json(leftover) for leftover in done.young],
        "unrecorded": [
            {**_leftover_json(entry.leftover), "example": entry.name, "repository": entry.repository}
            for entry in done.unrecorded
        ],
    }


def _leftover_json(leftover: Leftover) -> dict[str, object]:
    return {
        "prefix": leftover.prefix,
        "objects": len(leftover.keys),
        "bytes": leftover.size,
        "newest": leftover.newest.strftime("%Y-%m-%dT%H:%M:%SZ") if leftover.newest else None,
    }


def _show_gc(console: Console, done: Collected, *, dry_run: bool) -> None:
    for entry in done.unrecorded:
        console.print(f"unrecorded, sync again: {_unrecorded(entry)}", markup=False, soft_wrap=True)
    for leftover in done.young:
        console.print(f"left alone, too young: {_counted(leftover)}", markup=False, soft_wrap=True)
    word = "would be deleted" if dry_run else "deleted"
    for leftover in done.garbage:
        console.print(f"{word}: {_counted(leftover)}", markup=False, soft_wrap=True)
    many = sum(len(leftover.keys) for leftover in done.garbage)
    size = sum(leftover.size for leftover in done.garbage)
    if not many:
        console.print("Nothing to delete.")
        return
    again = " Delete them with --no-dry-run." if dry_run else ""
    console.print(f"{_objects(many)}, {size} bytes {word}.{again}", markup=False, soft_wrap=True)


def _counted(leftover: Leftover) -> str:
    return f"{leftover.prefix} ({_objects(len(leftover.keys))}, {leftover.size} bytes)"


def _objects(many: int) -> str:
    return "1 object" if many == 1 else f"{many} objects"


def _unrecorded(entry: Unrecorded) -> str:
    if entry.name is None:
        return f"{entry.leftover.prefix}, whose metadata.json cannot be read"
    return f"{entry.name} of {entry.repository}, at {entry.leftover.prefix}"
