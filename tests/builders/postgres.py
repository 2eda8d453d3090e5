"""A real PostgreSQL for the tests: one server a test process, one fresh database a test, copied from a migrated one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from courseline.adapters.database.upgrade import upgrade
from courseline.adapters.embedded_postgres import DATABASE, EmbeddedPostgres

PREFIX = "courseline-tests-"
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}
TEMPLATE = "migrated"


class PostgresServer:
    """A running server.

    Args:
        server: the embedded one.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._base = server.url()
        self._made = 0
        self._admin = psycopg.connect(self._base, autocommit=True)
        self._admin.execute(f"CREATE DATABASE {TEMPLATE}")
        upgrade(self._url(TEMPLATE))

    def close(self) -> None:
        self._admin.close()

    @contextmanager
    def fresh(self, template: str = TEMPLATE) -> Iterator[str]:
        """URL of a new database, gone afterwards; `template0` makes an empty one."""
        self._made += 1
        name = f"test_{self._made}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._base.replace(f"/{DATABASE}?", f"/{name}?")


@contextmanager
def temporary_home(programs: Path | None = None) -> Iterator[Path]:
    """A home directory that the server's system user can reach, which pytest's own directories are not for root.

    What runs in it at the end is stopped with `programs`; with those of the tests when None.
    """
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        _remove(home, programs)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test process: the package's, or that of COURSELINE_TEST_POSTGRES_BIN."""
    chosen = os.environ.get("COURSELINE_TEST_POSTGRES_BIN")
    with temporary_home() as home:
        server = PostgresServer(EmbeddedPostgres(home, Path(chosen) if chosen else None, UNSAFE_BUT_FAST))
        try:
            yield server
        finally:
            server.close()


def _remove(home: Path, programs: Path | None = None) -> None:
    """Stop whatever still runs in a home, by its own pid file, and remove it."""
    chosen = os.environ.get("COURSELINE_TEST_POSTGRES_BIN")
    with suppress(FileNotFoundError):
        EmbeddedPostgres(home, programs or (Path(chosen) if chosen else None)).stop()
    shutil.rmtree(home, ignore_errors=True)


def _sweep() -> None:
    """Homes whose test process was killed."""
    for home in Path("/tmp").glob(f"{PREFIX}*"):
        pid = home.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists() and home.stat().st_uid == os.geteuid():
            _remove(home)
