"""One writer per target: a session advisory lock on a connection of its own, gone when its process is.

https://www.postgresql.org/docs/14/explicit-locking.html#ADVISORY-LOCKS. The statement that takes the lock carries
the holder's name, so it is sent as text without parameters: it stays visible in `pg_stat_activity.query` as long as
the lock is held, and holds more than the 63 ASCII letters of an `application_name`.

A process that is killed while its transaction commits leaves a server that goes on committing, without the lease.
So each transaction of a holder shares a second lock until it ends, and who gets the lease waits for that one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Connection

from courseline.adapters.database.connection import advisory_key, conninfo, faults_of
from courseline.errors import NeighbourFailed

MARK = "held by "
HOLDER_LENGTH = 300  # characters; the server keeps 1,024 bytes of a statement
COMMIT_SECONDS = 30.0  # at least so long a commit of a holder that was killed is waited for

_LOOK_EVERY_SECONDS = 0.2
_JOB = """
    SELECT holder, state FROM work_order
    WHERE target = %s AND state IN ('open', 'ended', 'recording') AND id IS DISTINCT FROM %s
"""
_HOLDER = """
    SELECT activity.query, activity.pid
    FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
    WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (lock.classid::bigint << 32 | lock.objid::bigint) = %s
"""


@contextmanager
def lease(
    url: str, target: str, *, wait: float, holder: str, recording: UUID | None = None
) -> Iterator[None]:
    """Hold the lease of `target` inside the block.

    Args:
        url: `postgresql://...`.
        target: what is written to.
        wait: seconds to wait for another holder, 0 for none.
        holder: who we are, for those who wait.
        recording: the work order of the target that is being recorded; any other one is waited for.

    Raises:
        NeighbourFailed: somebody else holds it after `wait`, or the database is away.
    """
    key = advisory_key("lease", target)
    with faults_of(url):
        connection = psycopg.connect(conninfo(url), autocommit=True, cursor_factory=psycopg.ClientCursor)
    with connection:
        with faults_of(url):
            deadline = time.monotonic() + wait
            _take(connection, key, target, (wait, wait), holder)
            while (job := _job(connection, target, recording)) is not None:
                # Whoever records the work of a job needs the lease, so it is not kept while that is waited for.
                connection.execute("SELECT pg_advisory_unlock(%s)", (key,))
                if (left := deadline - time.monotonic()) <= 0:
                    raise NeighbourFailed(_unsettled(target, wait, *job))
                time.sleep(min(_LOOK_EVERY_SECONDS, left))
                _take(connection, key, target, (max(0.0, deadline - time.monotonic()), wait), holder)
            _await_commits(connection, target, max(wait, COMMIT_SECONDS), holder)
        yield


def _take(
    connection: psycopg.Connection, key: int, target: str, seconds: tuple[float, float], holder: str
) -> None:
    left, wait = seconds
    if not _taken(connection, key, left, holder):
        raise NeighbourFailed(
            f"Waiting {wait:g} s to write to {target}: {_who(connection, key)} is writing to it."
            " Run the command again when that has ended."
        )


def _job(connection: psycopg.Connection, target: str, recording: UUID | None) -> tuple[str, str] | None:
    """Holder and state of the target's work order that is not recorded yet; none is given while the lease is ours."""
    return connection.execute(_JOB, (target, recording)).fetchone()


def _unsettled(target: str, wait: float, name: str, state: str) -> str:
    if state == "open":
        return f"Waiting {wait:g} s to write to {target}: {name} is writing to it. Run the command again when that has ended."
    return (
        f"Waiting {wait:g} s to write to {target}: what {name} did there is not recorded yet. `courseline worker` records"
        " it; see that one runs, then run the command again."
    )


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
    connection.execute("SELECT pg_advisory_unlock(%s), %s", (key, _mark(holder)))


def _taken(connection: psycopg.Connection, key: int, wait: float, holder: str) -> bool:
    name = _mark(holder)
    row = connection.execute("SELECT pg_try_advisory_lock(%s), %s", (key, name)).fetchone()
    if row is not None and row[0]:
        return True
    if wait <= 0:
        return False
    connection.execute("SELECT set_config('lock_timeout', %s, false)", (f"{max(1, round(wait * 1000))}ms",))
    try:
        connection.execute("SELECT pg_advisory_lock(%s), %s", (key, name))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _mark(holder: str) -> str:
    return MARK + _plain(holder)


def _plain(holder: str) -> str:
    """One line that reads the same as an SQL literal and as text."""
    return " ".join(holder.replace("\0", "").replace("\\", "/").replace("'", "`").split())[:HOLDER_LENGTH]


def holder_of(connection: Connection, key: int) -> str:
    """Who holds the lease with this key, in words, as a transaction that cannot have it sees it."""
    row = connection.exec_driver_sql(_HOLDER, (key,)).fetchone()
    return _named(None if row is None else (row[0], row[1]))


def _who(connection: psycopg.Connection, key: int) -> str:
    return _named(connection.execute(_HOLDER, (key,)).fetchone())


def _named(row: tuple[str | None, int] | None) -> str:
    # The catalogue shows the key as two unsigned halves; the shift above puts them together as a signed number.
    if row is None:
        return "another run (it has just ended)"
    query, pid = row
    _, marked, rest = (query or "").partition(f"'{MARK}")
    return rest.removesuffix("'") if marked else f"another run (database process {pid})"
