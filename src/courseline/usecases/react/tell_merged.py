"""Tell merged merge requests what became of them, in the note that showed their plan."""

from __future__ import annotations

from dataclasses import replace

from courseline.domain.course.course import Course
from courseline.domain.deploying.merged_note import deployed_note, failed_note
from courseline.errors import NotFound, Refused
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.watch_rows import MERGED, SeenHead, SeenPipeline, SeenRequest
from courseline.usecases.react.write_note import write_note


def tell_merged(course: Course, head: Head, neighbours: Neighbours) -> int:
    """Bring the notes of merged requests up to date; how many were looked at.

    They were read as merged before `head` was, so that a deploy that looked at `head` has looked at all of them.

    Args:
        course: the course.
        head: of its default branch, as it is now.
        neighbours: the outside.

    Raises:
        NeighbourFailed: GitLab does not answer.
    """
    with neighbours.database.transaction() as rows:
        waiting = [one for one in rows.watch.requests([MERGED], course.id) if one.touches and not one.settled]
        seen = rows.watch.head(course.id)
        pipelines = rows.watch.pipelines(course.id)
    told = 0
    for request in waiting:
        told += _told(request, head, seen, pipelines, neighbours)
    return told


def is_due(request: SeenRequest, seen: SeenHead | None) -> bool:
    """Whether this request was not told yet of the last deploy that looked at the course."""
    if seen is None or not request.touches or request.settled or seen.looked_at is None:
        return False
    return request.told_at != seen.looked_at


def _told(
    request: SeenRequest, head: Head, seen: SeenHead, pipelines: list[SeenPipeline], neighbours: Neighbours
) -> bool:
    forge = neighbours.forge
    if forge is None:
        return False
    if seen.sha != head.sha or seen.template_sha != head.sha:
        failed = next(
            (one for one in pipelines if one.went_wrong and one.commit == request.merged_commit), None
        )
        if failed is None:
            return False
        jobs = [(job["name"], job["url"]) for job in failed.jobs if job["status"] in {"failed", "canceled"}]
        body, after = failed_note(head.branch, jobs, failed.url), request
    else:
        if not is_due(request, seen):
            return False
        undone = [(one.path, one.status, one.message) for one in seen.outcome.undone]
        template = [f"{one.path}: {one.message}" for one in seen.template_outcome.undone]
        template += [seen.template_outcome.problem] if seen.template_outcome.problem else []
        body = deployed_note(head.branch, undone, seen.outcome.problem, template)
        after = replace(
            request, told_at=seen.looked_at, settled=seen.outcome.is_good and seen.template_outcome.is_good
        )
    try:
        write_note(forge, request.project, request.iid, body)
    except (NotFound, Refused):  # it is gone, or not ours to write at any more
        after = replace(request, told_at=seen.looked_at, settled=True)
    with neighbours.database.transaction() as rows:
        rows.watch.save_request(after)
    return True
