"""Deploy a course, and publish its template, where no pipeline of its own has done so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.ledger.operation import OperationKind
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.deploying.deploy import Deploy, deploy
from courseline.usecases.deploying.read_assignments import Head, read_head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import PIPELINE_HEAD_START
from courseline.usecases.react.publish_tag import Ending
from courseline.usecases.react.queue_wanting import queue_stale
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.react.running_pipeline import running_pipeline
from courseline.usecases.react.tell_merged import tell_merged
from courseline.usecases.react.watch_rows import Outcome, SeenHead
from courseline.usecases.rows import Rows
from courseline.usecases.students.publish_template import PublishTemplate, publish_template

KINDS = (OperationKind.DEPLOY, OperationKind.STUDENT_TEMPLATE, OperationKind.ROLLBACK)


def deploy_course(course_id: UUID, neighbours: Neighbours) -> Ending:
    """Bring a course to what its default branch wishes, unless that was done or a pipeline of ours is about to.

    What can only be mended by a person is recorded for the head and not tried again before the branch, or for a missing
    version the library, is another one.

    Args:
        course_id: the course.
        neighbours: the outside.

    Returns:
        How the event ended, and what to tell of it.

    Raises:
        NeighbourFailed: something did not answer; trying again later is right.
    """
    with neighbours.database.transaction() as rows:
        course = next(iter(rows.courses.find(str(course_id))), None)
    if course is None:
        return DeliveryState.IGNORED, "Its course is registered no more."
    head = _head(course, neighbours)
    with neighbours.database.transaction() as rows:
        wants = wanted(
            course.id, head, rows.watch.head(course.id), left_open(rows, neighbours), rows.watch.library()
        )
    if not wants:
        tell_merged(course, head, neighbours)
        return DeliveryState.DONE, f"{course.title}: {head.branch} was looked at already."
    pipeline = running_pipeline(course, head, neighbours)
    if pipeline is not None:
        return DeliveryState.DONE, f"{course.title}: pipeline {pipeline.id} is about to do it."
    words = [_deployed(course, head, neighbours)] if "deploy" in wants else []
    words.append(_published(course, neighbours))
    now = _head(course, neighbours)
    with neighbours.database.transaction() as rows:
        queue_stale({course.id: now.sha}, rows)
    tell_merged(course, now, neighbours)
    return DeliveryState.DONE, f"{course.title}: {'; '.join(words)}."


def left_open(rows: Rows, neighbours: Neighbours) -> set[UUID]:
    """Courses with an operation that is open for so long that its job may be gone."""
    before = neighbours.clock() - timedelta(seconds=PIPELINE_HEAD_START)
    found = rows.ledger.find_operations(kinds=KINDS, open_only=True)
    return {one.course_id for one in found if one.course_id is not None and one.started_at <= before}


def wanted(
    course_id: UUID, head: Head, seen: SeenHead, left: Collection[UUID], library: str
) -> Sequence[str]:
    """What is to be done for a course: `deploy`, which brings the template with it, or `template`; nothing as a rule.

    Args:
        course_id: the course.
        head: of its default branch.
        seen: how far it was followed.
        left: see `left_open`.
        library: see `WatchRows.library`.
    """
    if head.sha is None:
        return ()
    if seen.sha != head.sha or course_id in left:
        return ("deploy",)
    if not seen.outcome.is_good and seen.library != library:
        return ("deploy",)
    return ("template",) if seen.template_sha != head.sha else ()


def _head(course: Course, neighbours: Neighbours) -> Head:
    url = course.assignments_url
    with neighbours.git.workspace() as workspace:
        return read_head(workspace.remote(url, neighbours.credential(url, course.id, "source")), None)


def _deployed(course: Course, head: Head, neighbours: Neighbours) -> str:
    try:
        done = deploy(Deploy(course.assignments_url), neighbours)
    except NeighbourFailed:
        raise
    except CourselineError as refused:
        outcome = Outcome(problem=_sentence(refused))
        with neighbours.database.transaction() as rows:
            rows.watch.save_deploy(course.id, head.sha, outcome, neighbours.clock())
        return f"nothing deployed, {outcome.problem}"
    changed = done.count("deployed", "merged", "moved", "removed")
    return f"{changed} deployed, {done.count('unchanged')} unchanged, {done.count('refused', 'conflict', 'failed')} left"


def _published(course: Course, neighbours: Neighbours) -> str:
    try:
        published = publish_template(PublishTemplate(course.assignments_url), neighbours)
    except NeighbourFailed:
        raise
    except CourselineError as refused:
        head = _head(course, neighbours)
        outcome = Outcome(problem=_sentence(refused))
        with neighbours.database.transaction() as rows:
            rows.watch.save_template(course.id, head.sha, outcome, neighbours.clock())
        return f"template: {outcome.problem}"
    return f"template {'pushed' if published.commit else 'unchanged'}, {len(published.refusals)} refused"


def _sentence(refused: CourselineError) -> str:
    if not refused.problems:
        return refused.message
    first = refused.problems[0]
    return f"{refused.message} {first.where}: {first.sentence}"
