"""The inbox and the queue as use cases see them; both are in the database, so that one transaction holds both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from courseline.usecases.react.job import Job


class DeliveryState(StrEnum):
    """How far an event has come."""

    RECEIVED = "received"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An event that has arrived.

    Attributes:
        key: the same for each sending of the same delivery.
        business_key: the same for each delivery that tells the same; None where every one counts.
        event: GitLab's word for its kind.
        project: `HOST#ID`; None when it is about none.
        facts: what it tells, plain values; never the whole payload.
    """

    key: str
    business_key: str | None
    event: str
    project: str | None
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event in the inbox.

    Attributes:
        number: by which people name it.
        processed_at: None as long as work waits.
        message: what became of it.
    """

    number: int
    event: str
    project: str | None
    facts: Mapping[str, object]
    state: DeliveryState
    message: str
    received_at: datetime
    processed_at: datetime | None


@dataclass(frozen=True, slots=True)
class InboxState:
    """How the inbox and the queue are doing.

    Attributes:
        deliveries: how many in each state.
        oldest_received_at: of those that wait; None when none does.
        jobs: how many in each of the queue's states (todo, doing, failed, ...).
        reconciled_at: when the last reconcile ended well; None for never.
        worker_seen_at: last sign of life of a worker.
        expiring_tokens: access tokens that GitLab says run out, and whose day has not passed.
    """

    deliveries: Mapping[str, int]
    oldest_received_at: datetime | None
    jobs: Mapping[str, int]
    reconciled_at: datetime | None
    worker_seen_at: datetime | None
    expiring_tokens: int = 0


class InboxRows(Protocol):
    """Events that have arrived."""

    def add(self, delivery: NewDelivery, state: DeliveryState, message: str) -> int | None:
        """Record; answers its number, None when its key or its business key is there already."""
        ...

    def known(self, business_key: str) -> Delivery | None:
        """The delivery that carries a business key."""
        ...

    def end(self, number: int, state: DeliveryState, message: str, now: datetime) -> None:
        """Say what became of one."""
        ...

    def reopen(self, number: int) -> None:
        """Let it wait again."""
        ...

    def find(self, number: int) -> Delivery | None:
        """One delivery."""
        ...

    def latest(self, states: Sequence[DeliveryState], limit: int) -> list[Delivery]:
        """The newest first; every state when none is named."""
        ...

    def heard_of(self, projects: Collection[str]) -> dict[str, datetime]:
        """When a webhook last told of each of these projects; those it never told of are left out."""
        ...

    def expiring_tokens(self, today: date) -> list[Delivery]:
        """The newest warning of each access token that runs out, and whose day has not passed."""
        ...

    def state(self) -> InboxState:
        """How it is doing, inbox and queue."""
        ...


class Intake(Protocol):
    """The short way into inbox and queue, for what is new; a transaction of its own."""

    def record(self, delivery: NewDelivery, state: DeliveryState, message: str, job: Job | None) -> bool:
        """Record a delivery and queue its work.

        Args:
            delivery: what has arrived.
            state: its state from now on.
            message: what became of it.
            job: the work it asks for; is given the delivery's number.

        Returns:
            True when both are committed; False when nothing is: its key, its business key or its work is there already,
            or something about it cannot be stored. A transaction says which.

        Raises:
            NeighbourFailed: the database is away.
        """
        ...


class QueueRows(Protocol):
    """Work that waits."""

    def put(self, job: Job) -> bool:
        """Queue it; False when work with its queueing lock waits already."""
        ...
