"""Rows of deployments, history, operations, plans and exposure, as use cases see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from courseline.domain.deploying.deployment import Deployment
from courseline.domain.ledger.history import ChainHead, Event, HistoryRow
from courseline.domain.ledger.operation import Operation, OperationEvent, OperationKind, OperationState
from courseline.domain.library.version import Role
from courseline.usecases.students.rows import TemplateRows


@dataclass(frozen=True, slots=True)
class HiddenBlob:
    """A blob of the library that students must never get.

    Attributes:
        git_oid: blob id.
        example: `REPO:identifier`.
        label: a label of the version that holds it, as shown.
        path: path inside that version.
        role: test or submission.
    """

    git_oid: str
    example: str
    label: str
    path: str
    role: Role


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan kept for a later apply.

    Attributes:
        digest: plan digest, 64 hex digits.
        course_id: its course.
        base_sha: head it was made on.
        steps: as `domain.deploying.plan` writes them, JSON values.
        created_at: UTC.
    """

    digest: str
    course_id: UUID
    base_sha: str | None
    steps: Sequence[Mapping[str, object]]
    created_at: datetime


class LedgerRows(TemplateRows, Protocol):
    """Deployments, history, operations, plans, exposure, judgements."""

    def deployments(self, course_id: UUID) -> dict[UUID, Deployment]:
        """By content id, also of removed contents."""
        ...

    def save_deployments(self, *deployments: Deployment) -> None:
        """Insert or update all; refused by `trg_validate_deployment_submittable` for content that is not submittable."""
        ...

    def append(self, chain: UUID, events: Sequence[Event]) -> ChainHead:
        """Chain events behind the head under the chain's advisory lock; the new head."""
        ...

    def head(self, chain: UUID) -> ChainHead:
        """Head of a chain (a course id or an example repository id)."""
        ...

    def history(self, chain: UUID) -> Iterator[HistoryRow]:
        """All rows of a chain in order."""
        ...

    def chains(self) -> dict[UUID, str]:
        """Every chain with what it belongs to, in words."""
        ...

    def open_operation(self, target: str) -> Operation | None:
        """The open operation that writes to this target."""
        ...

    def start_operation(
        self,
        kind: OperationKind,
        target: str,
        inputs: Mapping[str, object],
        now: datetime,
        course_id: UUID | None,
    ) -> Operation:
        """Insert a new attempt.

        Raises:
            Conflict: an operation on this target is open.
        """
        ...

    def checkpoint(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """Record a step (a row of `operation_event`) and merge its facts into the operation's checkpoint."""
        ...

    def remark(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """Add an event to an operation, also to one that has ended; its checkpoint stays."""
        ...

    def end_operation(
        self, operation_id: UUID, state: OperationState, now: datetime, message: str = ""
    ) -> None:
        """Close an operation."""
        ...

    def operation(self, operation_id: UUID) -> Operation | None:
        """By id."""
        ...

    def operations(self, target: str) -> list[Operation]:
        """All operations on a target, newest first."""
        ...

    def find_operations(
        self,
        *,
        targets: Collection[str] | None = None,
        course_id: UUID | None = None,
        kinds: Collection[OperationKind] | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> list[Operation]:
        """Operations that meet all that is asked, newest first; at most `limit`."""
        ...

    def operations_like(self, prefix: str) -> list[Operation]:
        """Operations whose id begins with these hex digits (dashes do not count), newest first."""
        ...

    def operation_events(self, operation_id: UUID) -> list[OperationEvent]:
        """What an operation got to, in order."""
        ...

    def resumptions(self, operation_ids: Collection[UUID]) -> dict[UUID, int]:
        """How often operations were taken up again; those that never were are left out."""
        ...

    def save_plan(self, plan: StoredPlan) -> None:
        """Keep a plan; the same digest again changes nothing."""
        ...

    def plan(self, course_id: UUID, digest: str) -> StoredPlan | None:
        """A kept plan."""
        ...

    def hidden(self, course_id: UUID, oids: Collection[str]) -> list[HiddenBlob]:
        """Which of these blobs the library hides from the students of a course.

        They are test files and submission sources of any version of its examples, of their dependencies, and of its
        organization's repositories.
        """
        ...

    def name_actor(self, actor: str, name: str) -> None:
        """Keep the name behind `host#user-id`; the only place where names of people are."""
        ...
