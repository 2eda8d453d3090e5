"""Operations and their checkpoints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, func, select

from courseline.adapters.database.connection import advisory_key
from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_ledger import OPERATION, OPERATION_EVENT
from courseline.domain.ids import operation_id as id_of
from courseline.domain.ledger.operation import (
    RESUMED,
    Operation,
    OperationEvent,
    OperationKind,
    OperationState,
    inputs_digest,
)
from courseline.errors import Conflict, NotFound


class OperationRows:
    """The part of `usecases.rows.LedgerRows` about operations.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_operation(self, target: str) -> Operation | None:
        """See `usecases.rows.LedgerRows`."""
        return self._first(OPERATION.c.target == target, OPERATION.c.state == OperationState.OPEN.value)

    def start_operation(
        self,
        kind: OperationKind,
        target: str,
        inputs: Mapping[str, object],
        now: datetime,
        course_id: UUID | None,
    ) -> Operation:
        """See `usecases.rows.LedgerRows`."""
        # Two that start at once take turns here; the unique index would refuse the second one less politely.
        self._connection.execute(select(func.pg_advisory_xact_lock(advisory_key("operation", target))))
        already = self.open_operation(target)
        if already is not None:
            raise Conflict(
                f"Starting {kind} on {target}: a {already.kind} started there at"
                f" {already.started_at:%Y-%m-%d %H:%M:%S} UTC has not ended (operation {already.id})."
                " The next run of that command takes it up again or closes it."
            )
        digest = inputs_digest(inputs)
        last = self._connection.scalar(
            select(func.max(OPERATION.c.attempt)).where(
                OPERATION.c.kind == str(kind),
                OPERATION.c.target == target,
                OPERATION.c.inputs_digest == digest,
            )
        )
        attempt = (last or 0) + 1
        operation = Operation(
            id=id_of(str(kind), target, digest, attempt),
            kind=kind,
            target=target,
            inputs=dict(inputs),
            inputs_digest=digest,
            attempt=attempt,
            state=OperationState.OPEN,
            started_at=now,
            course_id=course_id,
        )
        self._connection.execute(
            OPERATION.insert().values(
                id=operation.id,
                kind=str(kind),
                target=target,
                course_id=course_id,
                inputs=operation.inputs,
                inputs_digest=digest,
                attempt=attempt,
                state=str(operation.state),
                started_at=now,
            )
        )
        return operation

    def checkpoint(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """See `usecases.rows.LedgerRows`.

        Raises:
            NotFound: there is no such operation.
            Conflict: it has ended, so another run took the target over.
        """
        operation = self._locked(operation_id)
        if operation.state is not OperationState.OPEN:
            raise Conflict(
                f"Recording `{name}` of the {operation.kind} on {operation.target}: another run has ended it as"
                f" {operation.state}. Nothing was recorded; run the command again."
            )
        self._record(operation_id, name, facts)
        self._connection.execute(
            OPERATION.update()
            .where(OPERATION.c.id == operation_id)
            .values(checkpoint={**operation.checkpoint, **facts})
        )

    def remark(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """See `usecases.rows.LedgerRows`.

        Raises:
            NotFound: there is no such operation.
        """
        self._locked(operation_id)
        self._record(operation_id, name, facts)

    def end_operation(
        self, operation_id: UUID, state: OperationState, now: datetime, message: str = ""
    ) -> None:
        """See `usecases.rows.LedgerRows`; ending it again in the same way changes nothing.

        Raises:
            NotFound: there is no such operation.
            Conflict: it has ended in another way.
        """
        operation = self._locked(operation_id)
        if operation.state is state:
            return
        if operation.state is not OperationState.OPEN:
            raise Conflict(
                f"Ending the {operation.kind} on {operation.target} as {state}: another run has ended it as"
                f" {operation.state}. Run the command again."
            )
        self._record(operation_id, str(state), {"message": message} if message else {})
        self._connection.execute(
            OPERATION.update()
            .where(OPERATION.c.id == operation_id)
            .values(state=str(state), ended_at=now, message=message)
        )

    def operation(self, operation_id: UUID) -> Operation | None:
        """See `usecases.rows.LedgerRows`."""
        return self._first(OPERATION.c.id == operation_id)

    def operations(self, target: str) -> list[Operation]:
        """See `usecases.rows.LedgerRows`."""
        return self._newest(OPERATION.c.target == target)

    def find_operations(
        self,
        *,
        targets: Collection[str] | None = None,
        course_id: UUID | None = None,
        kinds: Collection[OperationKind] | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> list[Operation]:
        """See `usecases.rows.LedgerRows`."""
        conditions: list[ColumnElement[bool]] = []
        if targets is not None:
            conditions.append(among(OPERATION.c.target, targets))
        if course_id is not None:
            conditions.append(OPERATION.c.course_id == course_id)
        if kinds is not None:
            conditions.append(among(OPERATION.c.kind, [str(kind) for kind in kinds]))
        if open_only:
            conditions.append(OPERATION.c.state == OperationState.OPEN.value)
        return self._newest(*conditions, limit=limit)

    def operations_like(self, prefix: str) -> list[Operation]:
        """See `usecases.rows.LedgerRows`."""
        digits = prefix.replace("-", "")
        # A range of the primary key; UUIDs compare like their digits.
        low, high = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        return self._newest(OPERATION.c.id >= low, OPERATION.c.id <= high)

    def operation_events(self, operation_id: UUID) -> list[OperationEvent]:
        """See `usecases.rows.LedgerRows`."""
        query = (
            select(OPERATION_EVENT)
            .where(OPERATION_EVENT.c.operation_id == operation_id)
            .order_by(OPERATION_EVENT.c.seq)
        )
        return [
            OperationEvent(row.seq, row.name, row.facts, row.created_at)
            for row in self._connection.execute(query)
        ]

    def resumptions(self, operation_ids: Collection[UUID]) -> dict[UUID, int]:
        """See `usecases.rows.LedgerRows`."""
        event = OPERATION_EVENT.c
        query = (
            select(event.operation_id, func.count().label("times"))
            .where(among(event.operation_id, operation_ids), event.name == RESUMED)
            .group_by(event.operation_id)
        )
        return {row.operation_id: row.times for row in self._connection.execute(query)}

    def _locked(self, operation_id: UUID) -> Operation:
        query = select(OPERATION).where(OPERATION.c.id == operation_id).with_for_update()
        row = self._connection.execute(query).first()
        if row is None:
            raise NotFound(f"Recording progress: there is no operation {operation_id}.")
        return _operation(row)

    def _record(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        following = select(func.coalesce(func.max(OPERATION_EVENT.c.seq), 0) + 1).where(
            OPERATION_EVENT.c.operation_id == operation_id
        )
        self._connection.execute(
            OPERATION_EVENT.insert().values(
                operation_id=operation_id, seq=following.scalar_subquery(), name=name, facts=dict(facts)
            )
        )

    def _newest(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Operation]:
        query = (
            select(OPERATION)
            .where(*conditions)
            .order_by(OPERATION.c.started_at.desc(), OPERATION.c.attempt.desc(), OPERATION.c.id)
            .limit(limit)
        )
        return [_operation(row) for row in self._connection.execute(query)]

    def _first(self, *conditions: ColumnElement[bool]) -> Operation | None:
        row = self._connection.execute(select(OPERATION).where(*conditions)).first()
        return None if row is None else _operation(row)


def _operation(row: Row[Any]) -> Operation:
    return Operation(
        id=row.id,
        kind=OperationKind(row.kind),
        target=row.target,
        inputs=row.inputs,
        inputs_digest=row.inputs_digest,
        attempt=row.attempt,
        state=OperationState(row.state),
        started_at=row.started_at,
        checkpoint=row.checkpoint,
        ended_at=row.ended_at,
        message=row.message,
        course_id=row.course_id,
    )
