"""Putting work into procrastinate's queue inside our own transaction; the worker's side is `adapters/queue.py`."""

from __future__ import annotations

import json

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from courseline.usecases.react.job import Job

QUEUE = "courseline"
LATER = -1
"""Priority of work that waits for its time: with the same as all else it would hold up what has its lock until then."""
_WAITS_ALREADY = "procrastinate_jobs_queueing_lock_idx_v1"

# The function is what procrastinate's own connectors call (its sql/queries.sql, defer_jobs).
_DEFER = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
        :queue, :task, :priority, :lock, :queueing_lock, CAST(:arguments AS jsonb),
        CASE WHEN :delay > 0 THEN now() + make_interval(secs => :delay) END
    )::procrastinate_job_to_defer_v1])
    """
)


class PostgresQueue:
    """See `usecases.react.rows.QueueRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, job: Job) -> bool:
        """Queue it; False when work with its queueing lock waits already."""
        values = {
            "queue": QUEUE,
            "task": str(job.task),
            "priority": LATER if job.delay else 0,
            "lock": job.lock,
            "queueing_lock": job.queueing_lock,
            "arguments": json.dumps(dict(job.arguments)),
            "delay": job.delay,
        }
        try:
            with self._connection.begin_nested():
                self._connection.execute(_DEFER, values)
        except IntegrityError as fault:
            diagnosis = getattr(fault.orig, "diag", None)
            if getattr(diagnosis, "constraint_name", None) == _WAITS_ALREADY:
                return False
            raise
        return True
