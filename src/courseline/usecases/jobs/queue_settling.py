"""Queue the recording of what jobs did: when one has ended, and when one has not been heard of for too long."""

from __future__ import annotations

from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import settle_work
from courseline.usecases.rows import Rows


def queue_settling(order: WorkOrder, rows: Rows) -> bool:
    """Queue it for one order; False when it waits already."""
    owner = f"course {order.course_id}" if order.course_id else f"repository {order.target}"
    return rows.queue.put(settle_work(str(order.id), owner))


def queue_left(neighbours: Neighbours) -> int:
    """Queue it for every order whose job has ended or vanished; how many."""
    now = neighbours.clock()
    with neighbours.database.transaction() as rows:
        return sum(queue_settling(order, rows) for order in rows.work.left(now))
