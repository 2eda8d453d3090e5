"""Queue what another state of the library, or another head, may mend: places that could not be had, plans that are old."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from courseline.usecases.react.job import deploy_course, look_at_request
from courseline.usecases.react.watch_rows import OPENED, SeenRequest
from courseline.usecases.rows import Rows


def queue_wanting(rows: Rows) -> None:
    """Behind a release: queue each course whose last deploy left something undone, and each plan that asks for something."""
    library = rows.watch.library()
    urls = {course.id: course.assignments_url for course in rows.courses.all()}
    for seen in rows.watch.heads().values():
        if not seen.outcome.is_good and seen.library != library and seen.course_id in urls:
            rows.queue.put(deploy_course(str(seen.course_id), urls[seen.course_id]))
    for request in rows.watch.requests([OPENED]):
        if request.touches and request.wanting and request.library != library:
            _look_at(request, rows)


def queue_stale(heads: Mapping[UUID, str | None], rows: Rows) -> None:
    """Queue open requests whose plan is for another head, asks for what the library may have by now, or was not told.

    Args:
        heads: of the default branches of courses, as they are now.
        rows: the transaction.
    """
    library = rows.watch.library()
    for request in rows.watch.requests([OPENED]):
        if not request.touches or request.course_id not in heads:
            continue
        is_old = request.target != heads[request.course_id] or (
            request.wanting and request.library != library
        )
        if is_old or request.told_at is None:
            _look_at(request, rows)


def _look_at(request: SeenRequest, rows: Rows) -> None:
    rows.queue.put(look_at_request(str(request.course_id), request.project, request.iid))
