"""Settle a repository: record what a killed run pushed there and could not record any more."""

from __future__ import annotations

from courseline.domain.course.course import Course
from courseline.usecases.deploying.read_assignments import read_head
from courseline.usecases.deploying.settle import settle_deploys
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.students.gate_history import read_history
from courseline.usecases.students.settle_template import settle_template


def settle_repository(url: str, wait: float, course: Course, neighbours: Neighbours) -> None:
    """Settle the assignments or the student-template repository of a course.

    Args:
        url: of one of the two.
        wait: seconds to wait for a job that is writing to it.
        course: the course.
        neighbours: the outside.

    Raises:
        NeighbourFailed: a job is writing to it and does not end, or something does not answer.
    """
    target = neighbours.resolve_url(url)
    is_template = target == course.template_identity
    with (
        neighbours.database.lease(target, wait=wait, holder=neighbours.holder),
        neighbours.git.workspace() as workspace,
    ):
        kind = "template" if is_template else "source"
        remote = workspace.remote(url, neighbours.credential(url, course.id, kind))
        if is_template:
            settle_template(course, read_history(course, url, remote, neighbours).commits, neighbours)
        else:
            with neighbours.database.transaction() as rows:
                left = rows.ledger.open_operation(course.assignments_identity)
            settle_deploys(course, url, read_head(remote, None), left, neighbours)
