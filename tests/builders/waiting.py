"""What a test waits for: an event, however long it takes, and never a time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 180.0
"""Seconds after which something has hung; only a test that fails waits so long."""
_PAUSE = 0.01
_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def until(condition: Callable[[], object], what: str, *, pause: float = _PAUSE) -> None:
    """Return as soon as a condition holds, which is looked at after each `pause` (seconds).

    Raises:
        AssertionError: it never came to hold; the message says `what` did not happen.
    """
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"Waited {PATIENCE:g} s, and still not: {what}"
        time.sleep(pause)


def is_running(pid: str) -> bool:
    """Whether a process is there and has not ended."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def until_somebody_waits(
    database_url: str, process: subprocess.Popen[Any] | None = None, *, many: int = 1
) -> None:
    """Return as soon as so many sessions of a database wait for an advisory lock, such as a lease.

    Raises:
        AssertionError: they do not, or the process that was to wait has ended.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:

        def waiting() -> bool:
            assert process is None or process.poll() is None, f"{process.args!r} has ended"
            row = connection.execute(_WAITING).fetchone()
            return row is not None and row[0] >= many

        until(waiting, f"{many} sessions wait for an advisory lock")
