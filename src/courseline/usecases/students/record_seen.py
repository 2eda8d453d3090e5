"""Record which head the student template was made from, so that nobody makes it again without a reason."""

from __future__ import annotations

from collections.abc import Sequence

from courseline.domain.course.course import Course
from courseline.errors import Problem
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.watch_rows import Outcome, Undone
from courseline.usecases.rows import Rows


def record_seen(
    course: Course, head: Head, refusals: Sequence[Problem], neighbours: Neighbours, rows: Rows
) -> None:
    """Say of a course that its template was made, or refused, from `head`."""
    undone = tuple(Undone(problem.where, "refused", problem.sentence) for problem in refusals)
    rows.watch.save_template(course.id, head.sha, Outcome(undone), neighbours.clock())
