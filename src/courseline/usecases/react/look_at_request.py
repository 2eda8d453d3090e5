"""Look at a merge request as it is now: plan it and say so, or note that it was merged. What told of it is only a hint."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.plan_note import untouched_note
from courseline.domain.paths import printable
from courseline.errors import NotFound, Refused
from courseline.usecases.deploying.read_assignments import Head, read_head
from courseline.usecases.forge import Forge, ForgeRequest, ForgeStatus, StatusState
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import PIPELINE_HEAD_START, deploy_course
from courseline.usecases.react.merge_result import merge_result, touches_course
from courseline.usecases.react.plan_request import PlannedRequest, plan_request
from courseline.usecases.react.publish_tag import Ending
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.react.watch_rows import MERGED, OPENED, SeenRequest
from courseline.usecases.react.write_note import write_note

STATUS = "courseline/plan"
DONE, IGNORED = DeliveryState.DONE, DeliveryState.IGNORED


def look_at_request(course_id: UUID, project: int, iid: int, neighbours: Neighbours) -> Ending:
    """Do what a merge request asks for.

    Args:
        course_id: the course whose assignments repository it is on.
        project: number of that GitLab project.
        iid: number of the request.
        neighbours: the outside.

    Returns:
        How the event ended, and what to tell of it.

    Raises:
        NotFound: GitLab shows us no such request.
        Refused: we may not write there.
        NeighbourFailed: something did not answer; trying again later is right.
    """
    with neighbours.database.transaction() as rows:
        course = next(iter(rows.courses.find(str(course_id))), None)
    if course is None:
        return IGNORED, "Its course is registered no more."
    if neighbours.forge is None:
        return (
            IGNORED,
            "No GitLab can be asked about it: set COURSELINE_GITLAB_URL and COURSELINE_GITLAB_TOKEN.",
        )
    request = neighbours.forge.merge_request(project, iid)
    if request.source_project != request.project:
        return IGNORED, f"Merge request {iid} comes from a fork; its own project's pipeline checks it."
    if request.head is None:
        return IGNORED, f"Merge request {iid} has no commit."
    return _looked_at(course, request, request.head, neighbours.forge, neighbours)


def _looked_at(
    course: Course, request: ForgeRequest, commit: str, forge: Forge, neighbours: Neighbours
) -> Ending:
    url = course.assignments_url
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, "source"))
        target = read_head(remote, None)
        seen = _seen(course, request, neighbours)
        if request.target_branch != target.branch or request.state not in {OPENED, MERGED}:
            return _put_aside(
                course, _now(course, request, commit, target, neighbours), target, seen, neighbours
            )
        if request.state == MERGED and seen is not None and seen.head == commit:
            told_at = seen.told_at if seen.state == MERGED else None  # its plan was told, not its deploy
            now = replace(seen, state=MERGED, merged_commit=request.merged_commit, told_at=told_at)
            return _merged(course, now, neighbours)
        merged = merge_result(request, target, workspace, remote, neighbours.clock())
        with neighbours.database.transaction() as rows:
            touches = touches_course(merged.changed, rows.courses.contents(course.id))
        now = replace(_now(course, request, commit, target, neighbours), touches=touches)
        if request.state == MERGED:
            return _merged(course, now, neighbours)
        if not touches:
            return _untouched(course, now, seen, forge, neighbours)
        planned = plan_request(course, request, target, merged, workspace, remote, neighbours)
    now = replace(now, plan=planned.plan, wanting=planned.wanting)
    return _tell(course, now, planned, forge, neighbours)


def _tell(
    course: Course, now: SeenRequest, planned: PlannedRequest, forge: Forge, neighbours: Neighbours
) -> Ending:
    # Kept before it is told: what a person reads must be what a deploy finds.
    _save(now, neighbours)
    write_note(forge, now.project, now.iid, planned.note)
    state = StatusState.FAILED if planned.wanting else StatusState.SUCCESS
    said = forge.status(now.project, now.head, STATUS)
    kept_back = ""
    if said is None or (said.state, said.description) != (state, planned.status):
        try:
            forge.set_status(now.project, now.head, ForgeStatus(STATUS, state, planned.status, url=now.url))
        except (NotFound, Refused) as refused:  # the note says it all; the same again would be refused again
            kept_back = f" {refused.message}"
    _save(replace(now, told_at=neighbours.clock()), neighbours)
    return DONE, f"{course.title}, merge request {now.iid}: {planned.status}{kept_back}"


def _untouched(
    course: Course, now: SeenRequest, seen: SeenRequest | None, forge: Forge, neighbours: Neighbours
) -> Ending:
    if seen is not None and seen.touches:
        write_note(forge, now.project, now.iid, untouched_note(), only_edit=True)
    _save(now, neighbours)
    return IGNORED, f"{course.title}, merge request {now.iid}: it changes nothing that is deployed."


def _merged(course: Course, now: SeenRequest, neighbours: Neighbours) -> Ending:
    """Its deploy is the pipeline's, else the worker's, which tells of it too."""
    with neighbours.database.transaction() as rows:
        rows.watch.save_request(now)
        rows.queue.put(deploy_course(str(course.id), course.assignments_url, delay=PIPELINE_HEAD_START))
    return DONE, f"{course.title}, merge request {now.iid}: merged; its deploy is followed."


def _put_aside(
    course: Course, now: SeenRequest, target: Head, seen: SeenRequest | None, neighbours: Neighbours
) -> Ending:
    """One that is closed, being merged, or goes elsewhere; what was known of it stays known."""
    _save(
        replace(seen, state=now.state, target_branch=now.target_branch) if seen is not None else now,
        neighbours,
    )
    if now.target_branch == target.branch:
        return IGNORED, f"{course.title}, merge request {now.iid}: it is {now.state}."
    elsewhere = printable(now.target_branch)
    return IGNORED, f"Merge request {now.iid} goes into {elsewhere}, and {target.branch} is what is deployed."


def _seen(course: Course, request: ForgeRequest, neighbours: Neighbours) -> SeenRequest | None:
    with neighbours.database.transaction() as rows:
        return rows.watch.request(course.id, request.iid)


def _save(request: SeenRequest, neighbours: Neighbours) -> None:
    with neighbours.database.transaction() as rows:
        rows.watch.save_request(request)


def _now(
    course: Course, request: ForgeRequest, head: str, target: Head, neighbours: Neighbours
) -> SeenRequest:
    with neighbours.database.transaction() as rows:
        library = rows.watch.library()
    return SeenRequest(
        course_id=course.id,
        iid=request.iid,
        project=request.project,
        url=request.url,
        state=request.state,
        target_branch=request.target_branch,
        head=head,
        looked_at=neighbours.clock(),
        base=request.base,
        target=target.sha,
        merged_commit=request.merged_commit,
        library=library,
    )
