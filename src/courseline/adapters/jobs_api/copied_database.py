"""A database of the job's own for as long as the job runs: the rows of its work order in a server of its own.

It is a copy of an empty one that lies ready after the first job of a machine. The same adapter reads and writes it as reads and writes the real one, so that use cases do the same in both. What a job
writes there is thrown away with it: the receiver records what git shows.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from courseline.adapters.database.copies import copy_in
from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.revision import REVISION
from courseline.adapters.database.upgrade import upgrade
from courseline.adapters.embedded_postgres import EmbeddedPostgres
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.jobs.rows import TableCopy

PREFIX = "job-"
# What is lost with this server is lost anyway.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "20"}


@contextmanager
def copied_database(
    root: Path, programs: Path | None, copies: Sequence[TableCopy]
) -> Iterator[PostgresDatabase]:
    """A database that holds the rows, gone at the end; those of killed jobs are ended and removed first.

    Args:
        root: directory for such databases, made when it is missing.
        programs: PostgreSQL's, the package's own when None.
        copies: the rows.

    Raises:
        NeighbourFailed: it cannot be made.
    """
    with _home(root, programs) as home:
        server = EmbeddedPostgres(home, programs, _FAST)
        try:
            url = server.url()
            copy_in(url, copies)
            database = PostgresDatabase(url)
            try:
                yield database
            finally:
                database.close()
        finally:
            _stop(server)


@contextmanager
def _home(root: Path, programs: Path | None) -> Iterator[Path]:
    """A directory with a lock that goes with this process, however it ends."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o711)  # the server's own user passes through
        with (root / "sweep.lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            _sweep(root, programs)
            empty = _empty(root, programs)
            home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
            lock = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX)
            home.chmod(0o711)
            _copy(empty / "postgres", home / "postgres")
    except OSError as fault:
        raise NeighbourFailed(
            f"Making a database for this job in {root}: {fault.strerror}. Set COURSELINE_HOME to a directory that the"
            " job may write to."
        ) from fault
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
        os.close(lock)


def _empty(root: Path, programs: Path | None) -> Path:
    """A home with an empty, migrated database and no server; made once, for copying is faster than making."""
    home = root / f"empty-{REVISION}"
    if not home.exists():
        making = root / "empty.new"
        _stop(EmbeddedPostgres(making, programs))  # of a job that was killed here
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o711)
        server = EmbeddedPostgres(making, programs, _FAST)
        try:
            upgrade(server.url())
        finally:
            _stop(server)
        making.rename(home)
    return home


def _copy(source: Path, target: Path) -> None:
    """All of a directory, with its owners, which only root can keep and only root needs to."""
    shutil.copytree(source, target)
    if os.geteuid() == 0:
        for directory, _, names in os.walk(source):
            for path in (Path(directory), *(Path(directory, name) for name in names)):
                status = path.lstat()
                os.chown(target / path.relative_to(source), status.st_uid, status.st_gid)


def _sweep(root: Path, programs: Path | None) -> None:
    for left in root.glob(f"{PREFIX}*"):
        lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its job lives
            continue
        else:
            _stop(EmbeddedPostgres(left, programs))
            shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(lock)


def _stop(server: EmbeddedPostgres) -> None:
    with suppress(CourselineError, OSError):
        server.stop()
