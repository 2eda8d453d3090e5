"""Operations: one unit of work with checkpoints, repeatable and resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

RESUMED = "resumed"
"""Name of the event by which a run takes up what a killed one left."""


class OperationKind(StrEnum):
    """What an operation does."""

    SYNC = "sync"
    DEPLOY = "deploy"
    STUDENT_TEMPLATE = "student-template"
    ROLLBACK = "rollback"
    ADOPT_TEMPLATE = "adopt-template"


class OperationState(StrEnum):
    """Where an operation stands; OPEN is the only state that still writes."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Operation:
    """One unit of work on one target repository.

    Attributes:
        id: see `domain.ids.operation_id`.
        kind: see `OperationKind`.
        target: identity of the repository it writes to (the example repository for a sync).
        inputs: what was asked, JSON values.
        inputs_digest: see `inputs_digest`.
        attempt: from 1; counts operations with the same kind, target and inputs.
        state: see `OperationState`.
        started_at: UTC, whole seconds; every time in commits and files comes from it.
        checkpoint: facts that a resumed run needs to make the same commit (`history_head`, `base`, `commit`).
        ended_at: UTC, None while open.
        message: how it ended, in words; "" when there is nothing to say.
        course_id: the course it is about, None for a sync.
    """

    id: UUID
    kind: OperationKind
    target: str
    inputs: Mapping[str, object]
    inputs_digest: str
    attempt: int
    state: OperationState
    started_at: datetime
    checkpoint: Mapping[str, object] = field(default_factory=dict)
    ended_at: datetime | None = None
    message: str = ""
    course_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OperationEvent:
    """A step that an operation got to.

    Attributes:
        seq: from 1, without gaps.
        name: `resumed`, what the step is called, or the state it ended in.
        facts: what was known then, JSON values.
        created_at: UTC, by the database's clock.
    """

    seq: int
    name: str
    facts: Mapping[str, object]
    created_at: datetime


def inputs_digest(inputs: Mapping[str, object]) -> str:
    """sha256 of the inputs as compact JSON with sorted keys."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
