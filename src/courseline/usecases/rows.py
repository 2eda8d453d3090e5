"""The database as use cases see it: one transaction with six groups of rows, and a lease per target.

Nothing here decides; what is refused here is refused by a constraint of the database too.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID

from courseline.usecases.course.rows import CourseRows, StoredCredential
from courseline.usecases.jobs.rows import WorkRows
from courseline.usecases.ledger.rows import HiddenBlob, LedgerRows, StoredPlan
from courseline.usecases.library.rows import ExampleCard, LibraryRows, RepositoryCard
from courseline.usecases.library.seen_version import SeenVersion
from courseline.usecases.react.rows import InboxRows, QueueRows
from courseline.usecases.react.watch_rows import WatchRows
from courseline.usecases.students.rows import Exposure

__all__ = [
    "CourseRows",
    "Database",
    "ExampleCard",
    "Exposure",
    "HiddenBlob",
    "InboxRows",
    "LedgerRows",
    "LibraryRows",
    "QueueRows",
    "RepositoryCard",
    "Rows",
    "SeenVersion",
    "StoredCredential",
    "StoredPlan",
    "WatchRows",
    "WorkRows",
]


class Rows(Protocol):
    """One transaction."""

    @property
    def library(self) -> LibraryRows:
        """Library rows."""
        ...

    @property
    def courses(self) -> CourseRows:
        """Course rows."""
        ...

    @property
    def ledger(self) -> LedgerRows:
        """Ledger rows."""
        ...

    @property
    def inbox(self) -> InboxRows:
        """Events that have arrived."""
        ...

    @property
    def queue(self) -> QueueRows:
        """Work that waits."""
        ...

    @property
    def watch(self) -> WatchRows:
        """What is watched of courses in a GitLab."""
        ...

    @property
    def work(self) -> WorkRows:
        """Work that pipelines' jobs were given."""
        ...


class Database(Protocol):
    """PostgreSQL, at the right revision."""

    def transaction(self) -> AbstractContextManager[Rows]:
        """Commits on a normal exit, rolls back on an exception.

        Raises:
            NeighbourFailed: the database is away, or at another revision (naming `courseline db upgrade`).
        """
        ...

    def lease(
        self, target: str, *, wait: float, holder: str, recording: UUID | None = None
    ) -> AbstractContextManager[None]:
        """Be the only writer of `target` (a repository identity) until the context ends or the process dies.

        A job's work order that is not recorded yet is waited for as another holder is.

        Args:
            target: what is written to.
            wait: seconds to wait for another holder.
            holder: who we are, shown to others that wait (`courseline-deploy, pid 123 on host`).
            recording: the order that we record ourselves.

        Raises:
            NeighbourFailed: somebody else holds it after `wait`; the message names the holder.
        """
        ...
