"""Work orders: which kinds of work a pipeline's job may ask for, and where an order stands."""

from __future__ import annotations

from enum import StrEnum

LEASE_SECONDS = 120
"""How long an order is its job's alone after the job was last heard of."""


class WorkKind(StrEnum):
    """What a job may be given to do."""

    SYNC = "sync"
    DEPLOY = "deploy"
    STUDENT_TEMPLATE = "student-template"


class WorkState(StrEnum):
    """Where an order stands.

    READING writes nothing, so it holds no lease. OPEN is being worked on, ENDED waits to be recorded, RECORDING is.
    The others are final: RECORDED, NOTHING (the job ended or vanished without a push), REFUSED (what it reported is not
    in git, or not what it was told to do), FAILED (it could not be recorded; a person looks).
    """

    READING = "reading"
    OPEN = "open"
    ENDED = "ended"
    RECORDING = "recording"
    RECORDED = "recorded"
    NOTHING = "nothing"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {WorkState.RECORDED, WorkState.NOTHING, WorkState.REFUSED, WorkState.FAILED}
