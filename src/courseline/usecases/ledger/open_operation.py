"""Open the operation that a run writes under: a new one, or the one that a killed run left open."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from courseline.domain.ledger.operation import (
    RESUMED,
    Operation,
    OperationKind,
    OperationState,
    inputs_digest,
)
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


def open_operation(
    kind: OperationKind,
    target: str,
    inputs: Mapping[str, object],
    course_id: UUID | None,
    neighbours: Neighbours,
    rows: Rows,
) -> Operation:
    """Resume the open operation with these inputs, or start a new attempt. The caller holds the target's lease.

    Whoever holds the lease knows that nobody works on an open operation of the target any more: it was killed. One
    with other inputs is closed as abandoned; what it had pushed was recorded before by `settle`.
    """
    left = rows.ledger.open_operation(target)
    if left is not None and left.kind is kind and left.inputs_digest == inputs_digest(inputs):
        rows.ledger.checkpoint(left.id, RESUMED, {})
        return left
    if left is not None:
        close_left(target, neighbours, rows, why="a later run took over")
    return rows.ledger.start_operation(kind, target, inputs, neighbours.clock(), course_id)


def close_left(
    target: str,
    neighbours: Neighbours,
    rows: Rows,
    state: OperationState = OperationState.ABANDONED,
    why: str = "nothing was left to do",
) -> None:
    """Close what a run left open on a target, if anything, because nothing of it is left to do.

    Args:
        target: identity of the repository; the caller holds its lease.
        neighbours: the outside.
        rows: the transaction.
        state: what became of it.
        why: for people.
    """
    left = rows.ledger.open_operation(target)
    if left is not None:
        rows.ledger.end_operation(left.id, state, neighbours.clock(), why)
