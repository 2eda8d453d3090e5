"""Receive: an event becomes a row of the inbox and, where it asks for work, a job, both or neither."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum

from courseline.usecases.react.event import (
    BranchPushed,
    Event,
    MergeRequestChanged,
    PipelineChanged,
    TagPushed,
    Unused,
    kind_of,
)
from courseline.usecases.react.job import Job, job_for
from courseline.usecases.react.rows import DeliveryState, InboxRows, NewDelivery
from courseline.usecases.rows import Database, Rows


class Receipt(StrEnum):
    """What the sender may know."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    IGNORED = "ignored"


def receive(key: str, event: Event, database: Database, now: datetime) -> Receipt:
    """Record an event, once, and queue the work it asks for.

    Args:
        key: the same for each sending of the same delivery.
        event: as read.
        database: where both are kept.
        now: the time.

    Raises:
        NeighbourFailed: the database is away; nothing is recorded, and the sender must send again.
    """
    wanted = job_for(event)
    delivery = NewDelivery(key, business_key(event), kind_of(event), _project(event), asdict(event))
    with database.transaction() as rows:
        if not isinstance(wanted, Job):
            told_nothing = replace(delivery, business_key=None)
            added = rows.inbox.add(told_nothing, DeliveryState.IGNORED, wanted)
            return Receipt.IGNORED if added else Receipt.KNOWN
        number = rows.inbox.add(delivery, DeliveryState.RECEIVED, "")
        if number is None:
            number = _again(delivery, rows.inbox)
        if number is None:
            return Receipt.KNOWN
        queue(wanted, number, rows, now)
        return Receipt.ACCEPTED


def business_key(event: Event) -> str | None:
    """What the event tells, in one line: two hooks that tell of the same push are one piece of work."""
    project = _project(event)
    match event:
        case TagPushed(tag=tag, after=after):
            return tag_key(project or "", tag, after)
        case BranchPushed(branch=branch, after=after):
            return f"push {project} {branch} {after}"
        case MergeRequestChanged(iid=iid, head=head, state=state, updated_at=at):
            return f"merge_request {project} {iid} {state} {head} {at}"
        case PipelineChanged(pipeline=pipeline, status=status):
            return f"pipeline {project} {pipeline} {status}"
        case _:
            return None


def tag_key(repository: str, tag: str, oid: str) -> str:
    """The business key of a tag at an object; the reconciler finds the same one by itself."""
    return f"tag_push {repository} {tag} {oid}"


def queue(job: Job, number: int, rows: Rows, now: datetime) -> None:
    """Queue the work of a delivery; where the same work waits already, it does for both."""
    carried = replace(job, arguments={**job.arguments, "delivery": str(number)})
    if not rows.queue.put(carried):
        rows.inbox.end(number, DeliveryState.DONE, "The same work was waiting already.", now)


def _again(delivery: NewDelivery, inbox: InboxRows) -> int | None:
    """The number of an earlier delivery that has failed and is told of once more."""
    known = inbox.known(delivery.business_key or "")
    if known is None or known.state is not DeliveryState.FAILED:
        return None
    inbox.reopen(known.number)
    return known.number


def _project(event: Event) -> str | None:
    return None if isinstance(event, Unused) else event.project.identity
