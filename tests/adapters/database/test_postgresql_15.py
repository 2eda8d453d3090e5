"""On Debian's PostgreSQL 15, which all tests of this directory also run on: COURSELINE_TEST_POSTGRES_BIN names it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from tests.builders.every_table import fill
from tests.builders.postgres import temporary_home

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.embedded_postgres import EmbeddedPostgres

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.mark.needs_postgres15
def test_the_embedded_server_runs_on_the_programs_of_debian():
    with temporary_home() as home:
        server = EmbeddedPostgres(home, PROGRAMS)
        try:
            url = server.url()
            with psycopg.connect(url) as connection:
                assert connection.info.server_version // 10_000 == 15
            database = PostgresDatabase(url, migrates_itself=True)
            fill(database)
            database.close()
        finally:
            server.stop()
