"""Follow a pipeline on a course's default branch: what its jobs of ours did becomes part of the course's record."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.ledger.operation import Operation
from courseline.domain.paths import printable
from courseline.errors import NeighbourFailed
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.deploy_course import KINDS, deploy_course
from courseline.usecases.react.publish_tag import Ending
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.react.running_pipeline import record_pipeline
from courseline.usecases.react.tell_merged import tell_merged
from courseline.usecases.react.watch_rows import SeenPipeline

PIPELINE = "pipeline"
"""Name of the event that an operation gets when a pipeline that ran it ends."""
_NEWEST = 10


def follow_pipeline(course_id: UUID, project: int, number: int, neighbours: Neighbours) -> Ending:
    """Record how a pipeline stands; when it has ended, see that its work is done.

    Args:
        course_id: the course.
        project: number of the GitLab project.
        number: of the pipeline.
        neighbours: the outside.

    Returns:
        How the event ended, and what to tell of it.

    Raises:
        NotFound: GitLab shows us no such pipeline.
        NeighbourFailed: something did not answer.
    """
    with neighbours.database.transaction() as rows:
        course = next(iter(rows.courses.find(str(course_id))), None)
    if course is None:
        return DeliveryState.IGNORED, "Its course is registered no more."
    if neighbours.forge is None:
        return (
            DeliveryState.IGNORED,
            "No GitLab can be asked: set COURSELINE_GITLAB_URL and COURSELINE_GITLAB_TOKEN.",
        )
    pipeline = neighbours.forge.pipeline(project, number)
    seen = record_pipeline(course, project, pipeline, neighbours.forge, neighbours)
    if seen is None:
        return DeliveryState.IGNORED, f"{course.title}: pipeline {number} has no job of courseline's."
    told = f"{course.title}: pipeline {number} is at {printable(pipeline.status)}"
    if pipeline.is_running:
        return DeliveryState.DONE, f"{told}."
    _mark_operations(course, seen, neighbours)
    # What it did is told at once; what it could not do, which may be no fault of the course's, is tried here.
    try:
        _, after = deploy_course(course_id, neighbours)
    except NeighbourFailed:
        tell_merged(course, Head(pipeline.ref, pipeline.commit), neighbours)
        raise
    failed = _failed(seen.jobs)
    return DeliveryState.DONE, f"{told}{f' ({failed})' if failed else ''}. {after}"


def _mark_operations(course: Course, seen: SeenPipeline, neighbours: Neighbours) -> None:
    facts = {
        "pipeline": seen.number,
        "status": seen.status,
        "url": seen.url,
        "failed": _failed(seen.jobs) or None,
    }
    with neighbours.database.transaction() as rows:
        for one in rows.ledger.find_operations(course_id=course.id, kinds=KINDS, limit=_NEWEST):
            if _ran_in(one, seen) and facts not in [
                dict(event.facts) for event in rows.ledger.operation_events(one.id) if event.name == PIPELINE
            ]:
                rows.ledger.remark(one.id, PIPELINE, facts)


def _ran_in(operation: Operation, seen: SeenPipeline) -> bool:
    """It was begun on the commit that the pipeline ran on, or still waits for whoever comes next."""
    return operation.checkpoint.get("base") == seen.commit


def _failed(jobs: Sequence[object]) -> str:
    names = [
        str(job["name"]) for job in jobs if isinstance(job, dict) and job["status"] in {"failed", "canceled"}
    ]
    return ", ".join(printable(name) for name in names)
