"""Settle work: record what a job did, by doing it once more as the job found things, with its push already there.

The job worked on a copy of the rows and holds nothing that is believed: whether it pushed at all, and whether that is
what its order makes, is asked of git. What comes out is recorded by the very code that records a run beside the receiver.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.ledger.work_order import WorkKind, WorkState
from courseline.domain.library.example import Visibility
from courseline.domain.library.source_type import source_type
from courseline.errors import CourselineError, NeighbourFailed, Refused
from courseline.usecases.deploying.deploy import Deploy, deploy
from courseline.usecases.jobs.as_found import AsFound, NotWhatWasPushed
from courseline.usecases.jobs.find_push import Found, find_push
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import SyncRelease, sync
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Database, Rows
from courseline.usecases.students.publish_template import PublishTemplate, publish_template

TRY_AGAIN = frozenset(
    {"neighbour_failed", "busy", "corrupt_object", "push_rejected", "interrupted", "usage", "error"}
)
"""Kinds of errors of a job after which nothing but its push, if there was one, is of interest."""


def settle_work(order_id: UUID, neighbours: Neighbours, *, last: bool = False) -> tuple[WorkState, str]:
    """Record what the job of an order did, once; how that ended, with a sentence.

    Args:
        order_id: the order.
        neighbours: the outside.
        last: whether nobody will try again when something does not answer.

    Raises:
        NeighbourFailed: something does not answer; trying again later is right.
    """
    order = _begun(order_id, neighbours)
    if order is None:
        return WorkState.RECORDED, "There is nothing to record."
    try:
        state, message = _settled(order, neighbours)
    except NeighbourFailed as away:
        if last:
            _end(order, WorkState.FAILED, f"{away.message} Given up after many attempts.", neighbours)
        raise
    except Refused as refused:
        state, message = WorkState.REFUSED, refused.message
        _fail(order, message, neighbours)
    _end(order, state, message, neighbours)
    return state, message


def _begun(order_id: UUID, neighbours: Neighbours) -> WorkOrder | None:
    """The order, taken from its job when its lease has ended; None when there is nothing to record, or not yet."""
    now = neighbours.clock()
    with neighbours.database.transaction() as rows:
        order = rows.work.locked(order_id)
        if order is None or order.state.is_final or order.state is WorkState.READING:
            return None
        if order.state is WorkState.OPEN and order.expires_at > now:
            return None
        order = replace(order, state=WorkState.RECORDING)
        rows.work.reported(order)
        return order


def _settled(order: WorkOrder, neighbours: Neighbours) -> tuple[WorkState, str]:
    if order.kind is WorkKind.SYNC:
        if _error(order) in TRY_AGAIN:
            return WorkState.NOTHING, "The job ended before it had published; run it again."
        return _again(order, None, neighbours)
    course = _course(order, neighbours)
    found = find_push(order, course, neighbours)
    if found.pushed is None and _error(order) in TRY_AGAIN:
        return WorkState.NOTHING, "The job ended before it pushed anything; the next one does the work."
    if found.operation is not None:
        with neighbours.database.transaction() as rows:
            known = rows.ledger.operation(found.operation)
        if known is not None and known.state is OperationState.DONE:
            return WorkState.RECORDED, "Recorded already."
    return _again(order, found, neighbours, course)


def _again(
    order: WorkOrder, found: Found | None, neighbours: Neighbours, course: Course | None = None
) -> tuple[WorkState, str]:
    """The job's use case once more, as it found things."""
    as_job = replace(
        neighbours,
        database=_Recorder(neighbours.database, order.id),
        clock=lambda: order.started_at,
        actor=order.actor,
        holder=f"recording {order.holder}",
    )
    if found is not None:
        as_job = replace(
            as_job, git=AsFound(neighbours.git, neighbours.resolve_url, found.heads, found.pushed)
        )
    try:
        _do(order, as_job, course)
    except (NeighbourFailed, NotWhatWasPushed):
        raise
    except CourselineError as same:
        # The job was told the same, so there is nothing to undo; when it pushed something all the same, it is wrong.
        if found is not None and found.pushed is not None:
            raise Refused(
                f"Recording what {order.holder} did: it pushed {found.pushed.commit}, which its order does not allow:"
                f" {same.message}"
            ) from same
        return WorkState.RECORDED, same.message
    return WorkState.RECORDED, "Recorded."


def _do(order: WorkOrder, neighbours: Neighbours, course: Course | None) -> None:
    if course is None:
        sync(_release(order, neighbours), neighbours)
    elif order.kind is WorkKind.DEPLOY:
        branch, plan = _text(order, "branch"), _text(order, "plan")
        deploy(Deploy(course.assignments_url, branch, plan), neighbours)
    else:
        publish_template(
            PublishTemplate(course.assignments_url, full=bool(order.inputs.get("full"))), neighbours
        )


def _release(order: WorkOrder, neighbours: Neighbours) -> SyncRelease:
    visibility = _text(order, "visibility")
    project = f"{order.actor.partition('#')[0]}#{order.evidence.get('project_id')}"
    registration = Registration(
        url=neighbours.resolve_url(order.url),
        project=project,
        name=_text(order, "repository"),
        organization=_text(order, "organization"),
        visibility=Visibility(visibility) if visibility else None,
        source_type=source_type(order.url, project),
    )
    return SyncRelease(order.url, _text(order, "tag") or "", registration)


def _course(order: WorkOrder, neighbours: Neighbours) -> Course:
    with neighbours.database.transaction() as rows:
        course = next((one for one in rows.courses.all() if one.id == order.course_id), None)
    if course is None:
        raise Refused(f"Recording what {order.holder} did: its course is not registered any more.")
    return course


def _fail(order: WorkOrder, why: str, neighbours: Neighbours) -> None:
    """A refused order leaves an operation that failed, so that it is seen where people look."""
    kind = OperationKind(str(order.kind))
    with neighbours.database.transaction() as rows:
        operation = rows.ledger.open_operation(order.target)
        if operation is None:
            inputs = {"order": str(order.id), **order.report}
            operation = rows.ledger.start_operation(
                kind, order.target, inputs, order.started_at, order.course_id
            )
        rows.ledger.end_operation(operation.id, OperationState.FAILED, neighbours.clock(), why)


def _end(order: WorkOrder, state: WorkState, message: str, neighbours: Neighbours) -> None:
    with neighbours.database.transaction() as rows:
        rows.work.reported(replace(order, state=state, message=message))


def _error(order: WorkOrder) -> str | None:
    """The kind of the job's error; one that vanished may have done anything."""
    ended = order.report.get("ended")
    if not isinstance(ended, dict):
        return "interrupted"
    error = ended.get("error")
    return error if isinstance(error, str) else None


def _text(order: WorkOrder, name: str) -> str | None:
    value = order.inputs.get(name)
    return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class _Recorder:
    """The database for whoever records an order: its lease is not kept from us by that order itself."""

    inner: Database
    order: UUID

    def transaction(self) -> AbstractContextManager[Rows]:
        return self.inner.transaction()

    def lease(
        self, target: str, *, wait: float, holder: str, recording: UUID | None = None
    ) -> AbstractContextManager[None]:
        del recording
        return self.inner.lease(target, wait=wait, holder=holder, recording=self.order)
