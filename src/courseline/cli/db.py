"""`courseline db`: the schema of the database, and the embedded server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome
from courseline.errors import Refused

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.adapters.database.upgrade import Revisions
    from courseline.wiring import Wiring

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_EMPTY = {"current": None, "head": None}
UPGRADE = Command("courseline db upgrade", _EMPTY)
DOWNGRADE = Command("courseline db downgrade", _EMPTY)
CURRENT = Command("courseline db current", _EMPTY)
STOP = Command("courseline db stop", {"stopped": False})


@click.group()
def db() -> None:
    """The database's schema, and the embedded server."""


@db.command()
@click.argument("revision", default="head")
@AS_JSON
@click.pass_obj
def upgrade(wiring: Wiring, revision: str, *, as_json: bool) -> None:
    """Bring the schema to REVISION (default: what this release works with)."""

    def work() -> Outcome:
        from courseline.adapters.database import upgrade as schema  # noqa: PLC0415 - Alembic costs 200 ms of start

        return _standing(schema.upgrade(wiring.database_url(), revision))

    UPGRADE.finish(work, as_json=as_json)


@db.command()
@click.argument("revision")
@AS_JSON
@click.pass_obj
def downgrade(wiring: Wiring, revision: str, *, as_json: bool) -> None:
    """Take the schema back to REVISION; tables that it did not have are removed with their rows."""

    def work() -> Outcome:
        from courseline.adapters.database import upgrade as schema  # noqa: PLC0415 - as above

        return _standing(schema.downgrade(wiring.database_url(), revision))

    DOWNGRADE.finish(work, as_json=as_json)


@db.command()
@AS_JSON
@click.pass_obj
def current(wiring: Wiring, *, as_json: bool) -> None:
    """Tell which revision the database is at."""

    def work() -> Outcome:
        from courseline.adapters.database import upgrade as schema  # noqa: PLC0415 - as above

        return _standing(schema.current(wiring.database_url()))

    CURRENT.finish(work, as_json=as_json)


@db.command()
@AS_JSON
@click.pass_obj
def stop(wiring: Wiring, *, as_json: bool) -> None:
    """Stop the embedded server; the next command starts it again."""

    def work() -> Outcome:
        if not wiring.embedded:
            raise Refused(
                "Stopping the database: COURSELINE_DATABASE_URL names a server that courseline did not start."
                " Stop it where it runs."
            )
        stopped = wiring.embedded_server.stop()
        return Outcome({"stopped": stopped}, _line("Stopped." if stopped else "It was not running."))

    STOP.finish(work, as_json=as_json)


def _standing(revisions: Revisions) -> Outcome:
    payload = {"current": revisions.current, "head": revisions.head}
    at = f"at revision {revisions.current}" if revisions.current else "without tables of courseline"
    need = "" if revisions.current == revisions.head else f"; this release works with {revisions.head}"
    return Outcome(payload, _line(f"The database is {at}{need}."))


def _line(text: str) -> Callable[[Console], None]:
    return lambda console: console.print(text, markup=False)
