"""The database: transactions at the right revision, and leases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.connection import faults_of, shown
from courseline.adapters.database.courses import PostgresCourses
from courseline.adapters.database.engine import engine_of
from courseline.adapters.database.inbox import PostgresInbox
from courseline.adapters.database.lease import lease, transactions_key
from courseline.adapters.database.ledger import PostgresLedger
from courseline.adapters.database.library import PostgresLibrary
from courseline.adapters.database.queue import PostgresQueue
from courseline.adapters.database.revision import REVISION, revision_of
from courseline.adapters.database.watch import PostgresWatch
from courseline.adapters.database.work_orders import PostgresWork
from courseline.errors import NeighbourFailed


class PostgresRows:
    """One transaction's rows.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self.library = PostgresLibrary(connection)
        self.courses = PostgresCourses(connection)
        self.ledger = PostgresLedger(connection)
        self.inbox = PostgresInbox(connection)
        self.queue = PostgresQueue(connection)
        self.watch = PostgresWatch(connection)
        self.work = PostgresWork(connection)


class PostgresDatabase:
    """PostgreSQL behind `usecases.rows.Database`.

    Args:
        url: `postgresql://user@host:port/name`, or with `?host=/socket/directory`.
        migrates_itself: bring it to our revision at first use (the embedded one); otherwise another revision is refused.
    """

    def __init__(self, url: str, *, migrates_itself: bool = False) -> None:
        self.url = url
        self._engine = engine_of(url)
        self._migrates_itself = migrates_itself
        self._checked = False
        self._checking = Lock()
        self._leased: list[int] = []

    @contextmanager
    def transaction(self) -> Iterator[PostgresRows]:
        """Commits on a normal exit, rolls back on an exception; raises as `usecases.rows.Database`."""
        with faults_of(self.url):
            self._check_revision()
            with self._engine.begin() as connection:
                for key in self._leased:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({key:d})")
                yield PostgresRows(connection)

    @contextmanager
    def lease(
        self, target: str, *, wait: float, holder: str, recording: UUID | None = None
    ) -> Iterator[None]:
        """Be the only writer of `target`; raises as `usecases.rows.Database`."""
        key = transactions_key(target)
        with lease(self.url, target, wait=wait, holder=holder, recording=recording):
            self._leased.append(key)
            try:
                yield
            finally:
                self._leased.remove(key)

    def check_revision(self) -> None:
        """Look, once, whether the schema is the one we work with; raises as `transaction`."""
        with faults_of(self.url):
            self._check_revision()

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def _check_revision(self) -> None:
        if self._checked:
            return
        with self._checking:
            found = self._revision()
            if found != REVISION and self._migrates_itself and (found is None or found < REVISION):
                from courseline.adapters.database.upgrade import upgrade  # noqa: PLC0415 - Alembic costs 200 ms of start

                upgrade(self.url)
                found = self._revision()
            if found != REVISION:
                raise NeighbourFailed(self._wrong_revision(found))
            self._checked = True

    def _revision(self) -> str | None:
        with self._engine.connect() as connection:
            return revision_of(connection)

    def _wrong_revision(self, found: str | None) -> str:
        at = "has no tables of courseline" if found is None else f"is at revision {found}"
        newer = found is not None and found > REVISION
        cure = "Install the courseline that made it" if newer else "Run `courseline db upgrade` once"
        return f"Opening the database {shown(self.url)}: it {at}, and this courseline works with {REVISION}. {cure}."
