"""Work that waits in the queue, and which event asks for which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from courseline.domain.course.course import Course
from courseline.domain.library.publication import parse_release_tag
from courseline.domain.paths import printable
from courseline.usecases.forge_pipelines import OURS
from courseline.usecases.react.ended import ENDED
from courseline.usecases.react.event import (
    BranchPushed,
    Event,
    JobChanged,
    MergeRequestChanged,
    PipelineChanged,
    TagPushed,
    TokenExpires,
    Unused,
)

PIPELINE_HEAD_START = 120
"""Seconds that a repository's own pipeline has to do its work before the worker does it."""
FOLLOWED = ENDED | {"running"}


class Task(StrEnum):
    """What the worker can do."""

    PUBLISH_TAG = "publish_tag"
    PUBLISH_TEMPLATE = "publish_template"
    LOOK_AT_REQUEST = "look_at_request"
    DEPLOY_COURSE = "deploy_course"
    FOLLOW_PIPELINE = "follow_pipeline"
    RECONCILE = "reconcile"
    SETTLE_OPERATION = "settle_operation"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work.

    Attributes:
        task: what to do.
        arguments: plain values that say with what.
        lock: jobs of one lock run one after the other: a repository, a course.
        queueing_lock: of jobs with the same one only one waits; a second is the same work.
        delay: seconds before it may begin.
    """

    task: Task
    arguments: Mapping[str, str] = field(default_factory=dict)
    lock: str | None = None
    queueing_lock: str | None = None
    delay: int = 0


def job_for(event: Event, course: Course | None = None) -> Job | str:  # noqa: PLR0911 - one return a kind
    """The work that an event asks for, or why it asks for none (one sentence).

    Args:
        event: as read.
        course: whose assignments repository it is about; None for another repository.
    """
    match event:
        case Unused(reason=reason):
            return reason
        case TokenExpires():
            return token_warning(event)
        case TagPushed():
            return _publish(event)
    if course is None:
        return f"{printable(event.project.path)} is no course's assignments repository."
    match event:
        case MergeRequestChanged():
            return _look_at(event, course)
        case BranchPushed():
            if not event.is_default:
                return "Only the default branch is deployed; what leads there is a merge request."
            return deploy_course(str(course.id), course.assignments_url, delay=PIPELINE_HEAD_START)
        case PipelineChanged():
            return _follow(event, event.pipeline, event.status in FOLLOWED, course)
        case JobChanged():
            return _follow(
                event, event.pipeline, event.name.startswith(OURS) and event.status in ENDED, course
            )


def token_warning(event: TokenExpires) -> str:
    """What an operator is told of a token that runs out."""
    on = printable(event.expires_on) or "a day that GitLab does not say"
    return (
        f"The access token {printable(event.name)} of {printable(event.project.path)} runs out on {on}. If courseline uses"
        " it, make a new one and set COURSELINE_GITLAB_TOKEN."
    )


def publish_tag(project: str, url: str, tag: str, *, delay: int = 0) -> Job:
    """Publish a tag of a repository.

    Args:
        project: `HOST#ID`, "" when it is not known.
        url: for git.
        tag: without `refs/tags/`.
        delay: seconds.
    """
    repository = project or url
    return Job(
        Task.PUBLISH_TAG,
        {"project": project, "url": url, "tag": tag},
        lock=f"repository {repository}",
        queueing_lock=f"{Task.PUBLISH_TAG} {repository} {tag}",
        delay=delay,
    )


def publish_course(course: str, url: str) -> Job:
    """Publish the student template of a course.

    Args:
        course: its id.
        url: of its assignments repository.
    """
    return Job(
        Task.PUBLISH_TEMPLATE,
        {"course": course, "url": url},
        lock=f"course {course}",
        queueing_lock=f"{Task.PUBLISH_TEMPLATE} {course}",
    )


def deploy_course(course: str, url: str, *, delay: int = 0) -> Job:
    """See that a course is deployed and its template published.

    Args:
        course: its id.
        url: of its assignments repository.
        delay: seconds.
    """
    return Job(
        Task.DEPLOY_COURSE,
        {"course": course, "url": url},
        lock=f"course {course}",
        queueing_lock=f"{Task.DEPLOY_COURSE} {course}",
        delay=delay,
    )


def look_at_request(course: str, project: int, iid: int) -> Job:
    """Look at a merge request.

    Args:
        course: id of the course whose assignments repository it is on.
        project: number of the GitLab project.
        iid: number of the request.
    """
    return Job(
        Task.LOOK_AT_REQUEST,
        {"course": course, "project": str(project), "iid": str(iid)},
        lock=f"course {course}",
        queueing_lock=f"{Task.LOOK_AT_REQUEST} {course} {iid}",
    )


def follow_pipeline(course: str, project: int, pipeline: int) -> Job:
    """Follow a pipeline on a course's default branch.

    Args:
        course: its id.
        project: number of the GitLab project.
        pipeline: number of the pipeline.
    """
    return Job(
        Task.FOLLOW_PIPELINE,
        {"course": course, "project": str(project), "pipeline": str(pipeline)},
        lock=f"course {course}",
        queueing_lock=f"{Task.FOLLOW_PIPELINE} {course} {pipeline}",
    )


def _look_at(event: MergeRequestChanged, course: Course) -> Job | str:
    if event.source_project != event.project.id:
        return "It comes from a fork; its own project's pipeline checks it."
    return look_at_request(str(course.id), event.project.id, event.iid)


def _follow(event: PipelineChanged | JobChanged, number: int, counts: bool, course: Course) -> Job | str:
    if event.is_tag or event.ref.startswith("refs/"):
        return "Only pipelines of the default branch deploy."
    if not counts:
        return "Only how a pipeline begins and ends counts, and how the jobs of courseline end."
    return follow_pipeline(str(course.id), event.project.id, number)


def settle_work(order: str, owner: str) -> Job:
    """Record what the job of a work order did.

    Args:
        order: its id.
        owner: `course ID` or `repository IDENTITY`, whose other work waits meanwhile.
    """
    return Job(
        Task.SETTLE_OPERATION,
        {"order": order},
        lock=owner,
        queueing_lock=f"{Task.SETTLE_OPERATION} {order}",
    )


def _publish(event: TagPushed) -> Job | str:
    if event.is_gone:
        return "A deleted tag takes no published version back; `courseline examples withdraw` does."
    if parse_release_tag(event.tag) is None:
        return "The tag is no release tag."
    return publish_tag(event.project.identity, event.project.url, event.tag, delay=PIPELINE_HEAD_START)
