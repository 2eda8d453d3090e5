"""One writer per target: a session advisory lock on a connection of its own, gone when its process is.

https://www.postgresql.org/docs/14/explicit-locking.html#ADVISORY-LOCKS. The statement that takes the lock carries
the holder's name: it stays visible in `pg_stat_activity.query` as long as the lock is held, and holds more than the
63 ASCII letters of an `application_name`.

A process that is killed while its transaction commits leaves a server that goes on committing, without the lease.
So each transaction of a holder shares a second lock until it ends, and who gets the lease waits for that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from courseline.adapters.database.connection import advisory_key, conninfo, faults_of
from courseline.errors import NeighbourFailed

MARK = "held by "
HOLDER_LENGTH = 300  # characters; the server keeps 1,024 bytes of a statement
COMMIT_SECONDS = 30.0  # at least so long a commit of a holder that was killed is waited for

_HOLDER = """
    SELECT activity.query, activity.pid
    FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
    WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (lock.classid::bigint << 32 | lock.objid::bigint) = %s
"""


@contextmanager
def lease(url: str, target: str, *, wait: float, holder: str) -> Iterator[None]:
    """Hold the lease of `target` inside the block.

    Args:
        url: `postgresql://...`.
        target: what is written to.
        wait: seconds to wait for another holder, 0 for none.
        holder: who we are, for those who wait.

    Raises:
        NeighbourFailed: somebody else holds it after `wait`, or the database is away.
    """
    key = advisory_key("lease", target)
    with faults_of(url):
        connection = psycopg.connect(conninfo(url), autocommit=True)
    with connection:
        with faults_of(url):
            if not _taken(connection, key, wait, holder):
                raise NeighbourFailed(
                    f"Waiting {wait:g} s to write to {target}: {_who(connection, key)} is writing to it."
                    " Run the command again when that has ended."
                )
            _await_commits(connection, target, max(wait, COMMIT_SECONDS), holder)
        yield


def transactions_key(target: str) -> int:
    """What transactions that write under the lease of `target` share with `pg_advisory_xact_lock_shared`."""
    return advisory_key("transactions", target)


def _await_commits(connection: psycopg.Connection, target: str, seconds: float, holder: str) -> None:
    key = transactions_key(target)
    if not _taken(connection, key, seconds, holder):
        raise NeighbourFailed(
            f"Taking over {target} from a run that was killed: the database has not finished committing what that run"
            f" wrote, after {seconds:g} s. Look what it waits for, then run the command again."
        )
    # The last statement of the session, which others read the holder from.
    connection.execute(sql.SQL("SELECT pg_advisory_unlock({}), {}").format(sql.Literal(key), _mark(holder)))


def _taken(connection: psycopg.Connection, key: int, wait: float, holder: str) -> bool:
    name = _mark(holder)
    row = connection.execute(
        sql.SQL("SELECT pg_try_advisory_lock({}), {}").format(sql.Literal(key), name)
    ).fetchone()
    if row is not None and row[0]:
        return True
    if wait <= 0:
        return False
    connection.execute(
        sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{max(1, round(wait * 1000))}ms"))
    )
    try:
        connection.execute(sql.SQL("SELECT pg_advisory_lock({}), {}").format(sql.Literal(key), name))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _mark(holder: str) -> sql.Literal:
    return sql.Literal(MARK + _plain(holder))


def _plain(holder: str) -> str:
    """One line that reads the same as an SQL literal and as text."""
    return " ".join(holder.replace("\0", "").replace("\\", "/").replace("'", "`").split())[:HOLDER_LENGTH]


def _who(connection: psycopg.Connection, key: int) -> str:
    # The catalogue shows the key as two unsigned halves; the shift above puts them together as a signed number.
    row = connection.execute(_HOLDER, (key,)).fetchone()
    if row is None:
        return "another run (it has just ended)"
    query, pid = row
    _, marked, rest = (query or "").partition(f"'{MARK}")
    return rest.removesuffix("'") if marked else f"another run (database process {pid})"
