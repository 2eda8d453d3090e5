"""Take reports of a job: each renews its lease, each counts once, and none is believed before git was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from courseline.domain.ledger.work_order import LEASE_SECONDS, WorkState
from courseline.domain.paths import printable
from courseline.errors import Conflict, InvalidInput, NotFound
from courseline.usecases.jobs.queue_settling import queue_settling
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.neighbours import Neighbours

_SHA = re.compile(r"[0-9a-f]{40}")
_LONGEST = 500
_MOST_SEEN = 10


class ReportName(StrEnum):
    """What a report tells: that the job lives, what it found, what it is about to push, that it has ended."""

    ALIVE = "alive"
    SEEN = "seen"
    PUSHING = "pushing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        seq: from 1; one that has arrived before changes nothing.
        name: see `ReportName`.
        facts: SEEN: repository identity -> commit of its branch. PUSHING: `target`, `branch`, `base`, `commit`, or nothing
            when the branch refused it. ENDED: `error`, the kind of the error or None.
    """

    seq: int
    name: ReportName
    facts: Mapping[str, object]


def take_report(order_id: UUID, reports: Sequence[Report], neighbours: Neighbours) -> WorkOrder:
    """Keep what is new of the reports and answer where the order stands.

    Raises:
        InvalidInput: a report's facts are not what its name says; nothing of the call was kept.
        Conflict: the order was taken from the job, because it had not been heard of for too long.
        NotFound: there is no such order.
    """
    now = neighbours.clock()
    with neighbours.database.transaction() as rows:
        order = rows.work.locked(order_id)
        if order is None:
            raise NotFound("Taking a report: there is no such work order.")
        fresh = sorted((one for one in reports if one.seq > order.last_seq), key=lambda one: one.seq)
        if order.state not in {WorkState.OPEN, WorkState.READING}:
            if fresh and not all(one.name in {ReportName.ALIVE, ReportName.ENDED} for one in fresh):
                raise Conflict(
                    f"Taking a report of {order.holder}: its work has been taken from it, because it was not heard of for"
                    " too long. Run the job again."
                )
            return order
        for report in fresh:
            order = _with(order, report)
        order = replace(order, expires_at=now + timedelta(seconds=LEASE_SECONDS))
        rows.work.reported(order)
        if order.state is WorkState.ENDED:
            queue_settling(order, rows)
        return order


def _with(order: WorkOrder, report: Report) -> WorkOrder:
    told = dict(order.report)
    state = order.state
    match report.name:
        case ReportName.ALIVE:
            pass
        case ReportName.SEEN:
            told["seen"] = _seen(report.facts)
        case ReportName.PUSHING:
            if report.facts:
                told["pushing"] = _pushing(report.facts)
            else:
                told.pop("pushing", None)
        case ReportName.ENDED:
            error = report.facts.get("error")
            told["ended"] = {"error": printable(error[:_LONGEST]) if isinstance(error, str) else None}
            state = WorkState.RECORDED if state is WorkState.READING else WorkState.ENDED
    return replace(order, state=state, report=told, last_seq=report.seq)


def _seen(facts: Mapping[str, object]) -> dict[str, str | None]:
    if len(facts) > _MOST_SEEN or any(len(name) > _LONGEST for name in facts):
        raise InvalidInput("Taking a report: it names too many repositories.")
    return {name: _sha(value) for name, value in facts.items()}


def _pushing(facts: Mapping[str, object]) -> dict[str, str | None]:
    target, branch = facts.get("target"), facts.get("branch")
    if not (isinstance(target, str) and isinstance(branch, str) and len(target) + len(branch) < _LONGEST):
        raise InvalidInput("Taking a report: a push names its target and branch.")
    commit = _sha(facts.get("commit"))
    if commit is None:
        raise InvalidInput("Taking a report: a push names its commit.")
    return {"target": target, "branch": branch, "base": _sha(facts.get("base")), "commit": commit}


def _sha(value: object) -> str | None:
    if value is None or (isinstance(value, str) and _SHA.fullmatch(value)):
        return value
    raise InvalidInput("Taking a report: a commit is 40 hexadecimal digits.")
