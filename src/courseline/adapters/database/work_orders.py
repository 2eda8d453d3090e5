"""Work orders of pipelines' jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select
from sqlalchemy.exc import IntegrityError

from courseline.adapters.database import copies
from courseline.adapters.database.connection import advisory_key
from courseline.adapters.database.lease import holder_of
from courseline.adapters.database.readable import KEYS, REPOSITORIES
from courseline.adapters.database.tables_course import COURSE
from courseline.adapters.database.tables_work import WORK_ORDER as ORDER
from courseline.domain.ledger.work_order import WorkKind, WorkState
from courseline.errors import Busy, Conflict, Refused
from courseline.usecases.jobs.rows import TableCopy, WorkOrder

_UNSETTLED = (WorkState.OPEN, WorkState.ENDED, WorkState.RECORDING)


class PostgresWork:
    """`usecases.jobs.rows.WorkRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, order: WorkOrder, key_hash: str) -> None:
        """See `usecases.jobs.rows.WorkRows`.

        The lease of those who work beside the receiver is a lock of their session. It is taken here until this
        transaction ends; whoever gets it afterwards sees the order.
        """
        if order.state is not WorkState.READING:
            self._demand_free(order.target)
        try:
            with self._connection.begin_nested():
                self._connection.execute(ORDER.insert().values(**_values(order), key_hash=key_hash))
        except IntegrityError as fault:
            constraint = getattr(getattr(fault.orig, "diag", None), "constraint_name", None)
            if constraint == "uq_work_order_one_unsettled_per_target":
                raise Busy(
                    f"Opening a {order.kind} on {order.target}: another job has just begun there."
                ) from fault
            if constraint == "uq_work_order_token_id_kind":
                raise Refused(
                    f"Opening a {order.kind} on {order.target}: this id_token has opened one already. GitLab makes a"
                    " new token for each job; run the job again."
                ) from fault
            raise

    def _demand_free(self, target: str) -> None:
        key = advisory_key("lease", target)
        if not self._connection.scalar(select(func.pg_try_advisory_xact_lock(key))):
            raise Busy(f"Waiting to write to {target}: {holder_of(self._connection, key)} is writing to it.")

    def renew_key(self, order_id: UUID, key_hash: str) -> None:
        """See `usecases.jobs.rows.WorkRows`."""
        self._connection.execute(ORDER.update().where(ORDER.c.id == order_id).values(key_hash=key_hash))

    def by_token(self, token_id: str, kind: WorkKind) -> WorkOrder | None:
        """See `usecases.jobs.rows.WorkRows`."""
        return self._first(ORDER.c.token_id == token_id, ORDER.c.kind == str(kind))

    def order(self, order_id: UUID) -> WorkOrder | None:
        """See `usecases.jobs.rows.WorkRows`."""
        return self._first(ORDER.c.id == order_id)

    def locked(self, order_id: UUID) -> WorkOrder | None:
        """See `usecases.jobs.rows.WorkRows`."""
        self._connection.execute(select(ORDER.c.id).where(ORDER.c.id == order_id).with_for_update())
        return self.order(order_id)

    def has_key(self, order_id: UUID, key_hash: str) -> bool:
        """See `usecases.jobs.rows.WorkRows`."""
        query = select(ORDER.c.id).where(ORDER.c.id == order_id, ORDER.c.key_hash == key_hash)
        return self._connection.scalar(query) is not None

    def reported(self, order: WorkOrder) -> None:
        """See `usecases.jobs.rows.WorkRows`."""
        self._connection.execute(
            ORDER.update()
            .where(ORDER.c.id == order.id)
            .values(
                state=str(order.state),
                expires_at=order.expires_at,
                last_seq=order.last_seq,
                report=dict(order.report),
                message=order.message,
            )
        )

    def unsettled(self, target: str) -> WorkOrder | None:
        """See `usecases.jobs.rows.WorkRows`."""
        return self._first(ORDER.c.target == target, ORDER.c.state.in_(_UNSETTLED))

    def left(self, now: datetime) -> list[WorkOrder]:
        """See `usecases.jobs.rows.WorkRows`."""
        ended = ORDER.c.state.in_((WorkState.ENDED, WorkState.RECORDING))
        expired = (ORDER.c.state == WorkState.OPEN) & (ORDER.c.expires_at <= now)
        query = select(ORDER).where(or_(ended, expired)).order_by(ORDER.c.started_at, ORDER.c.id)
        return [_order(row) for row in self._connection.execute(query)]

    def course_project(self, course_id: UUID) -> int | None:
        """See `usecases.jobs.rows.WorkRows`."""
        query = select(COURSE.c.assignments_project_id).where(COURSE.c.id == course_id)
        found: int | None = self._connection.scalar(query)
        return found

    def course_of_project(self, number: int) -> UUID | None:
        """See `usecases.jobs.rows.WorkRows`."""
        found: UUID | None = self._connection.scalar(
            select(COURSE.c.id).where(COURSE.c.assignments_project_id == number)
        )
        return found

    def pin_project(self, course_id: UUID, number: int) -> None:
        """See `usecases.jobs.rows.WorkRows`.

        Raises:
            Conflict: the project is another course's.
        """
        other = self.course_of_project(number)
        if other not in {None, course_id}:
            raise Conflict(f"Fixing the project of a course: project {number} is another course's already.")
        self._connection.execute(
            COURSE.update().where(COURSE.c.id == course_id).values(assignments_project_id=number)
        )

    def copy_course(self, course_id: UUID) -> list[TableCopy]:
        """See `usecases.jobs.rows.WorkRows`."""
        repositories = sorted(self.repositories_of(course_id))
        return copies.copy_out(self._connection, {**copies.COURSE, **copies.LIBRARY}, repositories, course_id)

    def copy_repository(self, repository_id: UUID, target: str) -> list[TableCopy]:
        """See `usecases.jobs.rows.WorkRows`."""
        scopes = {**copies.SYNC, **copies.LIBRARY}
        return copies.copy_out(self._connection, scopes, [repository_id], repository_id, target)

    def repositories_of(self, course_id: UUID) -> set[UUID]:
        """See `usecases.jobs.rows.WorkRows`."""
        return set(self._connection.scalars(REPOSITORIES, {"course_id": course_id}))

    def keys_of(self, sha256: str, repositories: set[UUID]) -> list[str]:
        """See `usecases.jobs.rows.WorkRows`."""
        return list(self._connection.scalars(KEYS, {"sha256": sha256, "repositories": list(repositories)}))

    def _first(self, *conditions: ColumnElement[bool]) -> WorkOrder | None:
        row = self._connection.execute(select(ORDER).where(*conditions)).first()
        return None if row is None else _order(row)


def _values(order: WorkOrder) -> dict[str, object]:
    return {
        "id": order.id,
        "kind": str(order.kind),
        "target": order.target,
        "url": order.url,
        "course_id": order.course_id,
        "example_repository_id": order.repository_id,
        "inputs": dict(order.inputs),
        "holder": order.holder,
        "actor": order.actor,
        "token_id": order.token_id,
        "evidence": dict(order.evidence),
        "heads": dict(order.heads),
        "state": str(order.state),
        "started_at": order.started_at,
        "expires_at": order.expires_at,
        "last_seq": order.last_seq,
        "report": dict(order.report),
        "message": order.message,
    }


def _order(row: Row[Any]) -> WorkOrder:
    return WorkOrder(
        id=row.id,
        kind=WorkKind(row.kind),
        target=row.target,
        url=row.url,
        course_id=row.course_id,
        repository_id=row.example_repository_id,
        inputs=row.inputs,
        holder=row.holder,
        actor=row.actor,
        token_id=row.token_id,
        evidence=row.evidence,
        heads=row.heads,
        state=WorkState(row.state),
        started_at=row.started_at,
        expires_at=row.expires_at,
        last_seq=row.last_seq,
        report=row.report,
        message=row.message,
    )
