"""The engine: sessions whose times are UTC, and connections that are asked whether they still are one.

SQL that is written out passes by SQLAlchemy's types (`tables.UtcTime`), so what those promise of times is a property of
the session here: a time without a zone is refused, and the server answers in UTC.
"""

from __future__ import annotations

import select
import time
from datetime import datetime

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from courseline.adapters.database.connection import engine_url

_IDLE_SECONDS = 5.0
_USED = "courseline used at"


class _AwareTime(Dumper):
    """Refuses a time without a zone: it would mean something else on each machine."""

    oid = types["timestamptz"].oid

    def dump(self, obj: datetime) -> bytes:
        """The text of a time."""
        if obj.tzinfo is None:
            raise ValueError(f"{obj.isoformat()} has no time zone; times are stored in UTC")
        return str(obj).encode()


def engine_of(url: str) -> Engine:
    """An engine with a pool. In SQL by `exec_driver_sql` times that are given need a zone, and answers are in UTC.

    A pooled connection that the server gave up is replaced when it is taken out again.

    Args:
        url: `postgresql://...`.

    Raises:
        InvalidInput: it is no URL.
    """
    # hstore would be looked for on each connection, and nothing here has that type.
    engine = create_engine(engine_url(url), use_native_hstore=False)
    event.listen(engine, "connect", _begin)
    event.listen(engine, "checkin", _note)
    event.listen(engine, "checkout", _check)
    return engine


def _begin(connection: psycopg.Connection, entry: ConnectionPoolEntry) -> None:
    del entry
    connection.adapters.register_dumper(datetime, _AwareTime)
    if connection.info.parameter_status("TimeZone") != "UTC":  # the URL has options of its own
        connection.execute("SET TIME ZONE 'UTC'")
        connection.commit()


def _note(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    del connection
    entry.info[_USED] = time.monotonic()


def _check(connection: psycopg.Connection, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
    """Ask the server, but not when it answered just now: nothing has come from it since, so it has not closed either."""
    del proxy
    used = entry.info.get(_USED)
    if used is None or (time.monotonic() - used < _IDLE_SECONDS and not _has_news(connection)):
        return
    try:
        connection.execute(";")
        connection.rollback()
    except psycopg.Error as fault:
        raise DisconnectionError("the server has closed this connection") from fault


def _has_news(connection: psycopg.Connection) -> bool:
    """Whether the server has sent something that was not asked for, as it does when it goes; its end is such news too."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
