"""Move the schema between revisions, one transaction a step, one process at a time.

The pattern (time limits and an advisory lock around the steps) is that of PyPI's warehouse, `migrations/env.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from courseline.adapters.database.connection import advisory_key, engine_url, faults_of
from courseline.adapters.database.revision import REVISION, revision_of
from courseline.errors import InvalidInput, NeighbourFailed

STEP_SECONDS = 10.0
OTHER_UPGRADE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Revisions:
    """Where a database stands.

    Attributes:
        current: its revision, None for one that has no tables of ours yet.
        head: the revision this release works with.
    """

    current: str | None
    head: str


def upgrade(url: str, revision: str = "head", *, step_seconds: float = STEP_SECONDS) -> Revisions:
    """Apply the steps up to `revision`.

    Args:
        url: `postgresql://...`.
        revision: `head` or a step's number (`0003`).
        step_seconds: a step that cannot lock its table by then gives up, so that nobody queues behind it for long.

    Returns:
        where the database stands then.

    Raises:
        InvalidInput: there is no such revision.
        NeighbourFailed: the database is away, busy, or refuses a step; steps before that one are kept.
    """
    with _alone(url, step_seconds) as (connection, config), _steps(revision):
        command.upgrade(config, revision)
        return _revisions(connection)


def downgrade(url: str, revision: str, *, step_seconds: float = STEP_SECONDS) -> Revisions:
    """Take steps back down to `revision` (`base` removes every table with its rows); raises as `upgrade`."""
    with _alone(url, step_seconds) as (connection, config), _steps(revision):
        command.downgrade(config, revision)
        return _revisions(connection)


def current(url: str) -> Revisions:
    """Where the database stands; raises NeighbourFailed when it is away."""
    with _connected(url) as connection:
        return _revisions(connection)


def revisions() -> list[str]:
    """All revisions there are, first to last."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def _config() -> Config:
    config = Config()
    # A `%` in the path would be read as an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(engine_url(url), poolclass=NullPool)
    try:
        with faults_of(url), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _alone(url: str, step_seconds: float) -> Iterator[tuple[Connection, Config]]:
    with _connected(url) as connection:
        # The lock belongs to the session, so it is held across the transactions of all steps; closing ends it.
        connection.execute(text(_lock_timeout(OTHER_UPGRADE_SECONDS)))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": advisory_key("upgrade", "schema")})
        connection.execute(text(_lock_timeout(step_seconds)))
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        yield connection, config


def _lock_timeout(seconds: float) -> str:
    return f"SET lock_timeout = {round(seconds * 1000)}"


@contextmanager
def _steps(revision: str) -> Iterator[None]:
    try:
        yield
    except CommandError as fault:
        raise InvalidInput(
            f"Moving the database to revision {revision}: {fault}. The revisions are {', '.join(revisions())};"
            " `courseline db current` tells where it stands."
        ) from fault
    except (OperationalError, ProgrammingError) as fault:
        detail = str(fault.orig).strip().splitlines()[0] if fault.orig else str(fault)
        cure = (
            "It needs the contrib modules of PostgreSQL (Debian: package postgresql; contrib's ltree is all we use)."
            if "ltree" in detail and "extension" in detail
            else "The steps before this one are kept; run it again when the cause is gone."
        )
        raise NeighbourFailed(
            f"Moving the database to revision {revision}: the server said: {detail}. {cure}"
        ) from fault


def _revisions(connection: Connection) -> Revisions:
    return Revisions(revision_of(connection), REVISION)
