"""The short way into inbox and queue: all deliveries that arrive at the same time in one statement and one commit.

Committing is what a receiver spends most of its time on, and procrastinate's announcement of new work lets only one
transaction commit at a time (https://www.postgresql.org/docs/14/sql-notify.html). So each process has one connection
for this, and what its threads bring shares statement and commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog

from courseline.adapters.database.connection import conninfo, faults_of
from courseline.adapters.database.queue import LATER, QUEUE
from courseline.adapters.grouping import Grouping
from courseline.errors import NeighbourFailed
from courseline.usecases.react.job import Job
from courseline.usecases.react.rows import DeliveryState, NewDelivery

_RECORD = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS given(
        delivery_key text, business_key text, event text, project text, payload jsonb, state text, message text,
        task text, lock text, queueing_lock text, arguments jsonb, delay integer)
), added AS (
    INSERT INTO webhook_delivery (delivery_key, business_key, event, project, payload, state, message, processed_at)
    SELECT delivery_key, business_key, event, project, payload, state, message,
        CASE WHEN state <> 'received' THEN now() END
    FROM given ON CONFLICT DO NOTHING RETURNING number, delivery_key
), queued AS (
    SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
        %s, task, CASE WHEN delay > 0 THEN %s ELSE 0 END, lock, queueing_lock, arguments || jsonb_build_object('delivery', number::text),
        CASE WHEN delay > 0 THEN now() + make_interval(secs => delay) END
    )::procrastinate_job_to_defer_v1 ORDER BY number)) AS jobs
    FROM added JOIN given USING (delivery_key) WHERE task IS NOT NULL HAVING count(*) > 0
)
SELECT delivery_key, (SELECT cardinality(jobs) FROM queued) FROM added
"""


@dataclass(frozen=True, slots=True)
class _Brought:
    delivery: NewDelivery
    state: DeliveryState
    message: str
    job: Job | None


class PostgresIntake:
    """See `usecases.react.rows.Intake`.

    Args:
        url: of the database.
        check: is called before the first statement; raises where the database is at another revision.
    """

    def __init__(self, url: str, check: Callable[[], None]) -> None:
        self._url, self._check = url, check
        self._connection: psycopg.Connection[tuple[str, int | None]] | None = None
        self._grouping: Grouping[_Brought, bool | NeighbourFailed] = Grouping(self._record, Path(__file__))

    def record(self, delivery: NewDelivery, state: DeliveryState, message: str, job: Job | None) -> bool:
        """Record a delivery with its work, durably; raises as `usecases.react.rows.Intake`."""
        answer = self._grouping.bring(_Brought(delivery, state, message, job))
        if isinstance(answer, NeighbourFailed):
            raise NeighbourFailed(answer.message)
        if not answer:
            structlog.get_logger().info("known, or its work waits already", delivery=delivery.key)
        return answer

    def close(self) -> None:
        """Give back the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def __del__(self) -> None:
        self.close()  # several threads may each have made one; only one of them is kept

    def _record(self, group: Sequence[_Brought]) -> list[bool | NeighbourFailed]:
        chosen = _without_repetitions(group)
        try:
            # In the order of their keys, so that two processes with the same deliveries wait in one direction only.
            ordered = sorted(chosen.values(), key=_order)
            keys = self._executed(json.dumps([_row(one) for one in ordered]))
        except NeighbourFailed as away:
            return [away] * len(group)
        except (
            psycopg.Error
        ):  # such as work that waits already; nothing was recorded, and the long way says of which
            return [False] * len(group)
        if keys:  # one line for all: writing one for each delivery costs as much as checking its signature
            structlog.get_logger().info("recorded", delivery=" ".join(sorted(keys)))
        return [one.delivery.key in keys and chosen[one.delivery.key] is one for one in group]

    def _executed(self, text: str) -> set[str]:
        """The keys that were recorded. A connection that has gone is replaced once: what it may have done is known then."""
        try:
            return self._execute(text)
        except psycopg.OperationalError:
            if self._connection is not None and not self._connection.closed:
                raise
            self.close()
        try:
            with faults_of(self._url):
                return self._execute(text)
        except NeighbourFailed:
            self.close()
            raise

    def _execute(self, text: str) -> set[str]:
        if self._connection is None:
            with faults_of(self._url):
                self._check()
                self._connection = psycopg.connect(conninfo(self._url), autocommit=True, prepare_threshold=0)
        return {row[0] for row in self._connection.execute(_RECORD, (text, QUEUE, LATER))}


def _without_repetitions(group: Sequence[_Brought]) -> dict[str, _Brought]:
    """Of deliveries with one key, or whose work is the same, the first: each statement holds them once."""
    chosen: dict[str, _Brought] = {}
    locks: set[str] = set()
    for one in group:
        lock = one.job.queueing_lock if one.job else None
        if one.delivery.key in chosen or lock in locks:
            continue
        chosen[one.delivery.key] = one
        if lock is not None:
            locks.add(lock)
    return chosen


def _order(one: _Brought) -> tuple[str, str]:
    return one.delivery.business_key or "", one.delivery.key


def _row(one: _Brought) -> dict[str, object]:
    delivery, job = one.delivery, one.job
    row: dict[str, object] = {
        "delivery_key": delivery.key,
        "business_key": delivery.business_key,
        "event": delivery.event,
        "project": delivery.project,
        "payload": dict(delivery.facts),
        "state": str(one.state),
        "message": one.message,
    }
    if job is not None:
        row |= {
            "task": str(job.task),
            "lock": job.lock,
            "queueing_lock": job.queueing_lock,
            "arguments": dict(job.arguments),
            "delay": job.delay,
        }
    return row
