from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine

from courseline.adapters.database import engine as module
from courseline.adapters.database.engine import engine_of

AT = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = engine_of(database_url)
    yield made
    made.dispose()


def session(engine: Engine) -> int:
    with engine.begin() as connection:
        return connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()


def cut(url: str, pid: int) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 60000)", (pid,))


@pytest.mark.parametrize("given", [AT.replace(tzinfo=None), [AT, AT.replace(tzinfo=None)]])
def test_a_time_without_a_zone_is_refused(engine: Engine, given):
    with engine.begin() as connection, pytest.raises(ValueError, match="has no time zone"):
        connection.exec_driver_sql("SELECT %(at)s", {"at": given})


@pytest.mark.parametrize("options", ["", "&options=-c%20TimeZone%3DEurope/Vienna"])
def test_a_time_is_answered_in_utc_whatever_the_url_says(database_url: str, options: str):
    engine = engine_of(database_url + options)
    for _ in range(2):  # a new connection and one from the pool
        with engine.begin() as connection:
            query = "SELECT %(at)s::timestamptz AS one, %(many)s::timestamptz[] AS many"
            row = connection.exec_driver_sql(query, {"at": AT, "many": [AT]}).one()
        assert (row.one, row.many) == (AT, [AT])
        assert row.one.tzinfo is row.many[0].tzinfo is UTC
    engine.dispose()


def test_an_empty_list_needs_its_type_only(engine: Engine):
    with engine.begin() as connection:
        query = "SELECT %(id)s = ANY(%(ids)s::uuid[])"
        assert connection.exec_driver_sql(query, {"id": UUID(int=1), "ids": []}).scalar_one() is False


@pytest.mark.parametrize("idle", [0.0, 60.0])
def test_a_connection_that_the_server_closed_is_replaced_when_it_is_needed(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, idle: float
):
    monkeypatch.setattr(module, "_IDLE_SECONDS", idle)
    first = session(engine)
    assert session(engine) == first
    cut(database_url, first)
    assert session(engine) != first
