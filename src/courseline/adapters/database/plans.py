"""Plans kept for a later apply."""

from __future__ import annotations

from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import Connection

from courseline.usecases.rows import StoredPlan

_SAVE = """
    INSERT INTO plan (course_id, digest, base_sha, steps, created_at)
    VALUES (%(course_id)s, %(digest)s, %(base_sha)s, %(steps)s, %(created_at)s) ON CONFLICT DO NOTHING
"""
_PLAN = """
    SELECT digest, course_id, base_sha, steps, created_at FROM plan
    WHERE course_id = %(course_id)s AND digest = %(digest)s
"""


class PlanRows:
    """The part of `usecases.rows.LedgerRows` about plans.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save_plan(self, plan: StoredPlan) -> None:
        """See `usecases.rows.LedgerRows`."""
        values = {
            "course_id": plan.course_id,
            "digest": plan.digest,
            "base_sha": plan.base_sha,
            "steps": Json([dict(step) for step in plan.steps]),
            "created_at": plan.created_at,
        }
        self._connection.exec_driver_sql(_SAVE, values)

    def plan(self, course_id: UUID, digest: str) -> StoredPlan | None:
        """See `usecases.rows.LedgerRows`."""
        values = {"course_id": course_id, "digest": digest}
        row = self._connection.exec_driver_sql(_PLAN, values).first()
        if row is None:
            return None
        return StoredPlan(row.digest, row.course_id, row.base_sha, tuple(row.steps), row.created_at)
