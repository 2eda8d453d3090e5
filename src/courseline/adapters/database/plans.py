"""Plans kept for a later apply."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables_ledger import PLAN
from courseline.usecases.rows import StoredPlan


class PlanRows:
    """The part of `usecases.rows.LedgerRows` about plans.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save_plan(self, plan: StoredPlan) -> None:
        """See `usecases.rows.LedgerRows`."""
        self._connection.execute(
            insert(PLAN)
            .values(
                course_id=plan.course_id,
                digest=plan.digest,
                base_sha=plan.base_sha,
                steps=[dict(step) for step in plan.steps],
                created_at=plan.created_at,
            )
            .on_conflict_do_nothing()
        )

    def plan(self, course_id: UUID, digest: str) -> StoredPlan | None:
        """See `usecases.rows.LedgerRows`."""
        query = select(PLAN).where(PLAN.c.course_id == course_id, PLAN.c.digest == digest)
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return StoredPlan(row.digest, row.course_id, row.base_sha, tuple(row.steps), row.created_at)
