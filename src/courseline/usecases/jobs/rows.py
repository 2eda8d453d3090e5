"""Rows of work orders, as use cases see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from courseline.domain.ledger.work_order import WorkKind, WorkState


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What one job was given to do.

    Attributes:
        id: drawn at random; names the order in the API.
        kind: see `WorkKind`.
        target: identity of the repository it writes to.
        url: of the job's own repository, as registered.
        course_id: the course, None for a sync.
        repository_id: the example repository of a sync, else None.
        inputs: what was asked, JSON values.
        holder: which job it is, for those who wait.
        actor: `host#user-id` of who started the job.
        token_id: of the id_token that opened it.
        evidence: what GitLab said of the job, JSON values.
        heads: repository identity -> commit of its default branch when the order was opened.
        state: see `WorkState`.
        started_at: the job's clock, so that it and whoever records its work see the same time.
        expires_at: end of the lease.
        last_seq: of the reports that have arrived.
        report: what they say, see `take_report`.
        message: how it ended, in words.
    """

    id: UUID
    kind: WorkKind
    target: str
    url: str
    course_id: UUID | None
    repository_id: UUID | None
    inputs: Mapping[str, object]
    holder: str
    actor: str
    token_id: str
    evidence: Mapping[str, object]
    heads: Mapping[str, str | None]
    state: WorkState
    started_at: datetime
    expires_at: datetime
    last_seq: int = 0
    report: Mapping[str, object] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """Rows of one table, in PostgreSQL's own text format of COPY, so that every value arrives as it is."""

    table: str
    columns: tuple[str, ...]
    lines: str


class WorkRows(Protocol):
    """Work orders, and what goes with them."""

    def open(self, order: WorkOrder, key_hash: str) -> None:
        """Insert it.

        Raises:
            Busy: somebody else writes to its target; the message names them.
        """
        ...

    def renew_key(self, order_id: UUID, key_hash: str) -> None:
        """Another key from now on, in place of the one before."""
        ...

    def by_token(self, token_id: str, kind: WorkKind) -> WorkOrder | None:
        """The order that this id_token opened."""
        ...

    def order(self, order_id: UUID) -> WorkOrder | None:
        """By id."""
        ...

    def locked(self, order_id: UUID) -> WorkOrder | None:
        """By id, and nobody else changes it until the transaction ends."""
        ...

    def has_key(self, order_id: UUID, key_hash: str) -> bool:
        """Whether this is the order's key."""
        ...

    def reported(self, order: WorkOrder) -> None:
        """Keep state, lease, report and message."""
        ...

    def unsettled(self, target: str) -> WorkOrder | None:
        """The order on a target whose work is not recorded yet."""
        ...

    def left(self, now: datetime) -> list[WorkOrder]:
        """Orders that have ended, or whose lease has, and whose work is not recorded yet."""
        ...

    def course_project(self, course_id: UUID) -> int | None:
        """Number of the course's assignments project, None until GitLab told it."""
        ...

    def course_of_project(self, number: int) -> UUID | None:
        """The course whose assignments project has this number."""
        ...

    def pin_project(self, course_id: UUID, number: int) -> None:
        """Fix the number of the course's assignments project."""
        ...

    def copy_course(self, course_id: UUID) -> list[TableCopy]:
        """All rows that a job of the course may read: the course's own, and of the library what it may use."""
        ...

    def copy_repository(self, repository_id: UUID, target: str) -> list[TableCopy]:
        """All rows that a sync of the repository may read."""
        ...

    def repositories_of(self, course_id: UUID) -> set[UUID]:
        """Example repositories whose versions a job of the course may read."""
        ...

    def keys_of(self, sha256: str, repositories: set[UUID]) -> list[str]:
        """Keys in the store under which versions of these repositories hold a file with this digest."""
        ...
