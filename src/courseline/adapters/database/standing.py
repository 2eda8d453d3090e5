"""Where a database stands and what time it has, whatever its revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import NullPool, create_engine, func, select

from courseline.adapters.database.connection import engine_url, faults_of
from courseline.adapters.database.revision import REVISION, revision_of


@dataclass(frozen=True, slots=True)
class DatabaseStanding:
    """Implements `usecases.connect.diagnose.Standing`."""

    current: str | None
    head: str
    now: datetime


def standing(url: str) -> DatabaseStanding:
    """Look at a database.

    Raises:
        NeighbourFailed: it is away.
    """
    engine = create_engine(engine_url(url), poolclass=NullPool)
    try:
        with faults_of(url), engine.connect() as connection:
            now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            return DatabaseStanding(revision_of(connection), REVISION, now.astimezone(UTC))
    finally:
        engine.dispose()
