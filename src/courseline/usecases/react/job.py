"""Work that waits in the queue, and which event asks for which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from courseline.domain.library.publication import parse_release_tag
from courseline.usecases.react.event import BranchPushed, Event, TagPushed, Unused

PIPELINE_HEAD_START = 120
"""Seconds that a tag's own pipeline has to publish it before the worker does."""


class Task(StrEnum):
    """What the worker can do."""

    PUBLISH_TAG = "publish_tag"
    PUBLISH_TEMPLATE = "publish_template"
    RECONCILE = "reconcile"


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


def job_for(event: Event) -> Job | str:
    """The work that an event asks for, or why it asks for none (one sentence)."""
    if isinstance(event, Unused):
        return event.reason
    if isinstance(event, TagPushed):
        return _publish(event)
    if isinstance(event, BranchPushed):
        return "Deploys are the course's own pipeline's."
    return "Recorded; nothing is done with this kind yet."


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


def _publish(event: TagPushed) -> Job | str:
    if event.is_gone:
        return "A deleted tag takes no published version back; `courseline examples withdraw` does."
    if parse_release_tag(event.tag) is None:
        return "The tag is no release tag."
    return publish_tag(event.project.identity, event.project.url, event.tag, delay=PIPELINE_HEAD_START)
