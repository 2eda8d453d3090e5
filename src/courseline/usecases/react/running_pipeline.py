"""Whether a pipeline of a course's own is about to do what is to be done; those that failed are recorded on the way."""

from __future__ import annotations

from courseline.domain.course.course import Course
from courseline.errors import NotFound, Refused
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.forge import Forge
from courseline.usecases.forge_pipelines import ForgePipeline
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.watch_rows import SeenPipeline


def running_pipeline(course: Course, head: Head, neighbours: Neighbours) -> ForgePipeline | None:
    """The pipeline on the default branch that still runs and has a job of ours; None when there is none to wait for.

    Where no GitLab can be asked, or it shows us no pipelines, nothing is waited for: two that deploy at once take turns.

    Raises:
        NeighbourFailed: GitLab does not answer.
    """
    forge = neighbours.forge
    path = forge.path_of(course.assignments_url) if forge is not None else None
    if forge is None or path is None:
        return None
    try:
        newest = forge.pipelines(path, ref=head.branch)
        running = next((one for one in newest if one.is_running and _has_ours(forge, path, one)), None)
        if running is None and newest and newest[0].went_wrong and newest[0].commit == head.sha:
            record_pipeline(course, path, newest[0], forge, neighbours)
    except (NotFound, Refused):
        return None
    return running


def pipeline_of_tag(url: str, tag: str, neighbours: Neighbours) -> tuple[ForgePipeline, bool] | None:
    """The newest pipeline of a tag that has a job of ours, and whether that job runs still; None when there is none.

    Args:
        url: of the example repository.
        tag: without `refs/tags/`.
        neighbours: the outside.

    Raises:
        NeighbourFailed: GitLab does not answer.
    """
    forge = neighbours.forge
    path = forge.path_of(url) if forge is not None else None
    if forge is None or path is None:
        return None
    try:
        newest = next(iter(forge.pipelines(path, ref=tag)), None)
        jobs = [job for job in forge.jobs(path, newest.id) if job.is_ours] if newest is not None else []
    except (NotFound, Refused):
        return None
    if newest is None or not jobs:
        return None
    return newest, newest.is_running and any(job.is_running for job in jobs)


def record_pipeline(
    course: Course, project: int | str, pipeline: ForgePipeline, forge: Forge, neighbours: Neighbours
) -> SeenPipeline | None:
    """Record what a pipeline did, as far as jobs of ours are in it; None when there are none.

    Raises:
        NeighbourFailed: GitLab does not answer.
    """
    jobs = [job for job in forge.jobs(project, pipeline.id) if job.is_ours]
    if not jobs:
        return None
    number = project if isinstance(project, int) else _number(course, forge)
    seen = SeenPipeline(
        course_id=course.id,
        number=pipeline.id,
        project=number,
        ref=pipeline.ref,
        commit=pipeline.commit,
        status=pipeline.status,
        url=pipeline.url,
        jobs=[{"name": job.name, "status": job.status, "url": job.url} for job in jobs],
        seen_at=neighbours.clock(),
    )
    with neighbours.database.transaction() as rows:
        rows.watch.save_pipeline(seen)
    return seen


def _has_ours(forge: Forge, project: str, pipeline: ForgePipeline) -> bool:
    return any(job.is_ours and job.is_running for job in forge.jobs(project, pipeline.id))


def _number(course: Course, forge: Forge) -> int:
    found = forge.find_project(course.assignments_url)
    return found.id if found is not None else 0
