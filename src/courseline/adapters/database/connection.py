"""Connecting to PostgreSQL, and its errors as sentences without a password or a statement in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from courseline.errors import InvalidInput, NeighbourFailed, Refused

GUARD = "23001"  # restrict_violation: what our triggers raise
WRITTEN_BY_OTHERS = {"23505", "40001", "40P01"}  # unique_violation, serialization_failure, deadlock_detected
DEFAULTS = {
    "application_name": "courseline",
    "connect_timeout": "10",
    # A holder whose machine vanished is noticed after a minute, and its lease is free again.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    # What is committed is on disk, also on a server whose administrator chose otherwise: a webhook that was answered is
    # not sent again.
    # Times are answered in UTC.
    "options": "-c synchronous_commit=on -c TimeZone=UTC"
    " -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3",
}


def engine_url(url: str) -> URL:
    """The URL for SQLAlchemy with psycopg 3, with our defaults for what it leaves open.

    Raises:
        InvalidInput: it is no URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise InvalidInput(
            "Reading COURSELINE_DATABASE_URL: it is no URL. Set it like postgresql://user@host:5432/courseline"
        ) from fault
    missing = {name: value for name, value in DEFAULTS.items() if name not in parsed.query}
    return parsed.set(drivername="postgresql+psycopg").update_query_dict(missing)


def conninfo(url: str) -> str:
    """The same for psycopg alone; holds the password."""
    parsed = engine_url(url)
    query = {
        name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()
    }
    given = {
        "host": parsed.host,
        "port": parsed.port,
        "user": parsed.username,
        "password": parsed.password,
        "dbname": parsed.database,
    }
    return make_conninfo("", **(query | {name: value for name, value in given.items() if value is not None}))


def shown(url: str) -> str:
    """`courseline at db.example.org:5432`, for messages."""
    parsed = engine_url(url)
    host = parsed.host or parsed.query.get("host") or "the local socket"
    port = f":{parsed.port}" if parsed.host and parsed.port else ""
    return f"{parsed.database or 'the default database'} at {host}{port}"


def advisory_key(purpose: str, name: str) -> int:
    """The signed 64-bit key that stands for a name in `pg_advisory_lock`."""
    digest = hashlib.sha256(f"courseline:{purpose}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


@contextmanager
def faults_of(url: str) -> Iterator[None]:
    """Turn what the server or the driver reports inside the block into our errors.

    Raises:
        NeighbourFailed: it is away, or another run wrote the same rows at the same time.
        Refused: a guard of the schema spoke.
        InvalidInput: a value that PostgreSQL cannot hold.
    """
    try:
        yield
    except DBAPIError as fault:
        told = _told(url, fault.orig)
        if told is None:
            raise
        raise told from fault
    except psycopg.Error as fault:
        told = _told(url, fault)
        if told is None:
            raise
        raise told from fault
    except UnicodeEncodeError as fault:
        raise _unstorable("text that is not Unicode (a lone surrogate)") from fault


def _told(url: str, fault: BaseException | None) -> Exception | None:
    if not isinstance(fault, psycopg.Error):
        return None
    state = fault.sqlstate or ""
    sentence = (fault.diag.message_primary or str(fault)).strip()
    if state == GUARD:
        return Refused(f"{sentence[:1].upper()}{sentence[1:]}.")
    if state in WRITTEN_BY_OTHERS:
        about = f" ({fault.diag.constraint_name})" if fault.diag.constraint_name else ""
        return NeighbourFailed(
            f"Writing to the database {shown(url)}: another run wrote the same rows at the same time{about}."
            " Nothing was recorded; run the command again."
        )
    if isinstance(fault, psycopg.DataError):
        return _unstorable(sentence)
    if isinstance(
        fault, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.InsufficientPrivilege
    ):
        return NeighbourFailed(
            f"Reaching the database {shown(url)}: {' '.join(sentence.split())}."
            " Check that it runs and that COURSELINE_DATABASE_URL names it, then run the command again."
        )
    return None


def _unstorable(what: str) -> InvalidInput:
    return InvalidInput(
        f"Writing to the database: a value cannot be stored: {what}. Remove it where it was written."
    )
