"""Operations and their checkpoints."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import ColumnElement, Connection, Row, func, select

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

_FIRST = """
    SELECT id, kind, target, course_id, inputs, inputs_digest, attempt, state, checkpoint, message, started_at, ended_at
    FROM operation WHERE
"""
_OPEN = _FIRST + "target = %(target)s AND state = 'open'"
_LAST = """
    SELECT max(attempt) FROM operation
    WHERE kind = %(kind)s AND target = %(target)s AND inputs_digest = %(inputs_digest)s
"""
_START = """
    INSERT INTO operation (id, kind, target, course_id, inputs, inputs_digest, attempt, state, started_at)
    VALUES (%(id)s, %(kind)s, %(target)s, %(course_id)s, %(inputs)s, %(inputs_digest)s, %(attempt)s, 'open', %(at)s)
    ON CONFLICT DO NOTHING
"""
_LOCKED = "SELECT kind, target, state, checkpoint FROM operation WHERE id = %(id)s FOR UPDATE"
_RECORD = """
    INSERT INTO operation_event (operation_id, seq, name, facts)
    SELECT %(id)s, coalesce(max(seq), 0) + 1, %(name)s, %(facts)s::json
    FROM operation_event WHERE operation_id = %(id)s
"""
_WITH = f"WITH event AS ({_RECORD}) UPDATE operation"
_CHECKPOINT = _WITH + " SET checkpoint = %(checkpoint)s WHERE id = %(id)s"
_END = _WITH + " SET state = %(state)s, ended_at = %(at)s, message = %(message)s WHERE id = %(id)s"


class OperationRows:
    """The part of `usecases.rows.LedgerRows` about operations.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_operation(self, target: str) -> Operation | None:
        """See `usecases.rows.LedgerRows`."""
        return self._first(_OPEN, {"target": target})

    def start_operation(
        self,
        kind: OperationKind,
        target: str,
        inputs: Mapping[str, object],
        now: datetime,
        course_id: UUID | None,
    ) -> Operation:
        """See `usecases.rows.LedgerRows`."""
        digest = inputs_digest(inputs)
        facts = {"kind": str(kind), "target": target, "inputs_digest": digest}
        while True:
            attempt = (self._connection.exec_driver_sql(_LAST, facts).scalar() or 0) + 1
            values = {
                **facts,
                "id": id_of(str(kind), target, digest, attempt),
                "course_id": course_id,
                "inputs": Json(dict(inputs)),
                "attempt": attempt,
                "at": now,
            }
            # Of two that start at once the second waits here for the first to commit, and then inserts nothing.
            if self._connection.exec_driver_sql(_START, values).rowcount:
                break
            already = self.open_operation(target)
            if already is not None:
                raise Conflict(
                    f"Starting {kind} on {target}: a {already.kind} started there at"
                    f" {already.started_at:%Y-%m-%d %H:%M:%S} UTC has not ended (operation {already.id})."
                    " The next run of that command takes it up again or closes it."
                )
        return Operation(
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

    def checkpoint(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """See `usecases.rows.LedgerRows`.

        Raises:
            NotFound: there is no such operation.
            Conflict: it has ended, so another run took the target over.
        """
        row = self._locked(operation_id)
        if row.state != OperationState.OPEN:
            raise Conflict(
                f"Recording `{name}` of the {row.kind} on {row.target}: another run has ended it as"
                f" {row.state}. Nothing was recorded; run the command again."
            )
        changed = {"checkpoint": Json({**row.checkpoint, **facts})}
        self._connection.exec_driver_sql(_CHECKPOINT, _event(operation_id, name, facts) | changed)

    def remark(self, operation_id: UUID, name: str, facts: Mapping[str, object]) -> None:
        """See `usecases.rows.LedgerRows`.

        Raises:
            NotFound: there is no such operation.
        """
        self._locked(operation_id)
        self._connection.exec_driver_sql(_RECORD, _event(operation_id, name, facts))

    def end_operation(
        self, operation_id: UUID, state: OperationState, now: datetime, message: str = ""
    ) -> None:
        """See `usecases.rows.LedgerRows`; ending it again in the same way changes nothing.

        Raises:
            NotFound: there is no such operation.
            Conflict: it has ended in another way.
        """
        row = self._locked(operation_id)
        if row.state == state:
            return
        if row.state != OperationState.OPEN:
            raise Conflict(
                f"Ending the {row.kind} on {row.target} as {state}: another run has ended it as"
                f" {row.state}. Run the command again."
            )
        changed = {"state": str(state), "at": now, "message": message}
        facts = {"message": message} if message else {}
        self._connection.exec_driver_sql(_END, _event(operation_id, str(state), facts) | changed)

    def operation(self, operation_id: UUID) -> Operation | None:
        """See `usecases.rows.LedgerRows`."""
        return self._first(_FIRST + "id = %(id)s", {"id": operation_id})

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

    def _locked(self, operation_id: UUID) -> Row[Any]:
        row = self._connection.exec_driver_sql(_LOCKED, {"id": operation_id}).first()
        if row is None:
            raise NotFound(f"Recording progress: there is no operation {operation_id}.")
        return row

    def _newest(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Operation]:
        query = (
            select(OPERATION)
            .where(*conditions)
            .order_by(OPERATION.c.started_at.desc(), OPERATION.c.attempt.desc(), OPERATION.c.id)
            .limit(limit)
        )
        return [_operation(row) for row in self._connection.execute(query)]

    def _first(self, query: str, values: Mapping[str, object]) -> Operation | None:
        row = self._connection.exec_driver_sql(query, dict(values)).first()
        return None if row is None else _operation(row)


def _event(operation_id: UUID, name: str, facts: Mapping[str, object]) -> dict[str, object]:
    return {"id": operation_id, "name": name, "facts": Json(dict(facts))}


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
