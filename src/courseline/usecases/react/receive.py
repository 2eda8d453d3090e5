"""Receive: an event becomes a row of the inbox and, where it asks for work, a job, both or neither."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from courseline.domain.course.course import Course
from courseline.domain.library.repository_identity import normalise_url
from courseline.errors import InvalidInput
from courseline.usecases.react.event import (
    BranchPushed,
    Event,
    JobChanged,
    MergeRequestChanged,
    PipelineChanged,
    TagPushed,
    TokenExpires,
    Unused,
    facts_of,
    kind_of,
)
from courseline.usecases.react.job import Job, job_for
from courseline.usecases.react.rows import DeliveryState, InboxRows, Intake, NewDelivery
from courseline.usecases.rows import Database, Rows

OF_NO_COURSE = (Unused, TagPushed, TokenExpires)


class Receipt(StrEnum):
    """What the sender may know."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    IGNORED = "ignored"
    WARNED = "warned"


def receive(
    key: str,
    event: Event,
    database: Database,
    now: datetime,
    *,
    cause: str | None = None,
    intake: Intake | None = None,
) -> Receipt:
    """Record an event, once, and queue the work it asks for.

    Args:
        key: the same for each sending of the same delivery.
        event: as read.
        database: where both are kept.
        now: the time.
        cause: the hook's own UUID, which goes along with what we ask GitLab because of it.
        intake: records what is new faster; None where nobody waits for the answer.

    Raises:
        NeighbourFailed: the database is away; nothing is recorded, and the sender must send again.
    """
    delivery = NewDelivery(key, business_key(event), kind_of(event), _project(event), facts_of(event))
    course = None
    if not isinstance(event, OF_NO_COURSE):
        with database.transaction() as rows:
            course = course_of(event, rows)
    wanted = job_for(event, course)
    if isinstance(wanted, Job) and cause:
        wanted = replace(wanted, arguments={**wanted.arguments, "cause": cause})
    receipt = None if intake is None else _recorded(delivery, event, wanted, intake)
    if receipt is not None:
        return receipt
    with database.transaction() as rows:
        if not isinstance(wanted, Job):
            return _told(delivery, event, wanted, rows)
        number = rows.inbox.add(delivery, DeliveryState.RECEIVED, "")
        if number is None:
            number = _again(delivery, rows.inbox)
        if number is None:
            return Receipt.KNOWN
        queue(wanted, number, rows, now)
        return Receipt.ACCEPTED


def _recorded(delivery: NewDelivery, event: Event, wanted: Job | str, intake: Intake) -> Receipt | None:
    """What became of an event that is new; None for one that a transaction has to look at."""
    if isinstance(wanted, Job):
        return Receipt.ACCEPTED if intake.record(delivery, DeliveryState.RECEIVED, "", wanted) else None
    if isinstance(event, TokenExpires):
        return None
    unkeyed = replace(delivery, business_key=None)
    return Receipt.IGNORED if intake.record(unkeyed, DeliveryState.IGNORED, wanted, None) else None


def _told(delivery: NewDelivery, event: Event, why: str, rows: Rows) -> Receipt:
    """An event that asks for no work; a token that runs out is told once, however many hooks tell of it."""
    if isinstance(event, TokenExpires):
        return Receipt.WARNED if rows.inbox.add(delivery, DeliveryState.DONE, why) else Receipt.KNOWN
    added = rows.inbox.add(replace(delivery, business_key=None), DeliveryState.IGNORED, why)
    return Receipt.IGNORED if added else Receipt.KNOWN


def course_of(event: Event, rows: Rows) -> Course | None:
    """The course whose assignments repository an event is about; tags are about example repositories."""
    if isinstance(event, OF_NO_COURSE):
        return None
    try:
        return rows.courses.by_assignments(normalise_url(event.project.url))
    except InvalidInput:
        return None


def business_key(event: Event) -> str | None:  # noqa: PLR0911 - one return a kind
    """What the event tells, in one line: two hooks that tell of the same push are one piece of work."""
    project = _project(event)
    match event:
        case TagPushed(tag=tag, after=after):
            return tag_key(project or "", tag, after)
        case BranchPushed(branch=branch, after=after):
            return f"push {project} {branch} {after}"
        case MergeRequestChanged(iid=iid, head=head, state=state, updated_at=at):
            return f"merge_request {project} {iid} {state} {head} {at}"
        case PipelineChanged(pipeline=pipeline, status=status, ended_at=ended):
            return f"pipeline {project} {pipeline} {status} {ended}".rstrip()
        case JobChanged(job=job, status=status):
            return f"build {project} {job} {status}"
        case TokenExpires(name=name, expires_on=day):
            return f"access_token {project} {event.project.id} {name} {day}"
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
    return None if isinstance(event, Unused) or not event.project.host else event.project.identity
