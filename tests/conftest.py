"""Fixtures of the whole suite; what they make is in `tests/builders`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders.postgres import PostgresServer
    from tests.gitlab_double.server import GitLabDouble

    from courseline.adapters.database.database import PostgresDatabase


# No machine is too slow for an example. Where CI is set, hypothesis draws the same ones each time.
settings.register_profile("courseline", deadline=None, print_blob=True)
settings.load_profile("courseline")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the size of the proofs."""
    parser.addoption("--full", action="store_true", help="run the proofs at their full size (make prove)")


# Imports are inside the fixtures: tests of pure code start without SQLAlchemy, Alembic and a server.


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The PostgreSQL server of this test process."""
    from tests.builders.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """URL of a fresh, migrated database."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[PostgresDatabase]:
    """A fresh, migrated database."""
    from courseline.adapters.database.database import PostgresDatabase

    opened = PostgresDatabase(database_url)
    yield opened
    opened.close()


@pytest.fixture
def gitlab(tmp_path: Path) -> Iterator[GitLabDouble]:
    """A GitLab of the test's own, on loopback."""
    from tests.gitlab_double.server import serve_gitlab

    with serve_gitlab(tmp_path / "gitlab") as double:
        yield double
