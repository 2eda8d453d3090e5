"""What the worker does with a job, and what it tells the inbox of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from courseline.domain.paths import printable
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.jobs.queue_settling import queue_left
from courseline.usecases.jobs.settle_work import settle_work
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.deploy_course import deploy_course
from courseline.usecases.react.follow_pipeline import follow_pipeline
from courseline.usecases.react.job import PIPELINE_HEAD_START, Task
from courseline.usecases.react.job import publish_tag as publish_tag_job
from courseline.usecases.react.look_at_request import look_at_request
from courseline.usecases.react.publish_tag import Ending, publish_tag
from courseline.usecases.react.queue_wanting import queue_wanting
from courseline.usecases.react.receive import queue
from courseline.usecases.react.reconcile import Known, Reconciled, reconcile
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.students.publish_template import PublishTemplate, publish_template

LONGEST_PIPELINE = timedelta(minutes=30)
"""How long a tag is left to a pipeline of its own that does not end."""

Arguments = Mapping[str, str]
Handler = Callable[[Arguments, bool], None]


def work_publish_tag(arguments: Arguments, last: bool, neighbours: Neighbours) -> Ending:
    """Publish a tag and say in the inbox what became of it.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the inbox says so.
    """
    project, url, tag = arguments["project"], arguments["url"], arguments["tag"]
    number = int(arguments["delivery"])
    with neighbours.database.transaction() as rows:
        delivery = rows.inbox.find(number)
    patient = delivery is not None and neighbours.clock() - delivery.received_at < LONGEST_PIPELINE
    ending = _told(
        arguments, last, neighbours, lambda: publish_tag(project, url, tag, neighbours, patient=patient)
    )
    if ending[0] is DeliveryState.DONE:
        with neighbours.database.transaction() as rows:
            queue_wanting(rows)
    if ending[0] is DeliveryState.RECEIVED:
        again = publish_tag_job(project, url, tag, delay=PIPELINE_HEAD_START)
        with neighbours.database.transaction() as rows:
            queue(again, number, rows, neighbours.clock())
    return ending


def work_publish_template(arguments: Arguments, neighbours: Neighbours) -> str:
    """Publish a course's student template; answers what became of it, for the log.

    Raises:
        NeighbourFailed: something did not answer.
    """
    try:
        published = publish_template(PublishTemplate(arguments["url"]), neighbours)
    except NeighbourFailed:
        raise
    except CourselineError as refused:  # the same again tomorrow: a person has to change something first
        return refused.message
    files = Counter(problem.path for problem in published.refusals)
    counted = ", ".join(f"{printable(path)}: {count}" for path, count in sorted(files.items()))
    commit = published.commit or "nothing pushed"
    return f"{published.course}: {commit}, {len(published.refusals)} refused{f' ({counted})' if counted else ''}."


def work_settle(arguments: Arguments, last: bool, neighbours: Neighbours) -> tuple[str, str]:
    """Record what the job of a work order did; how that ended, for the log.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the order says so.
    """
    state, message = settle_work(UUID(arguments["order"]), neighbours, last=last)
    return str(state), message


def work_look_at_request(arguments: Arguments, last: bool, neighbours: Neighbours) -> Ending:
    """Look at a merge request and say in the inbox what became of it.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the inbox says so.
    """
    course, project, iid = UUID(arguments["course"]), int(arguments["project"]), int(arguments["iid"])
    return _told(arguments, last, neighbours, lambda: look_at_request(course, project, iid, neighbours))


def work_deploy_course(arguments: Arguments, last: bool, neighbours: Neighbours) -> Ending:
    """See that a course is deployed, and say in the inbox what became of it.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the inbox says so.
    """
    return _told(arguments, last, neighbours, lambda: deploy_course(UUID(arguments["course"]), neighbours))


def work_follow_pipeline(arguments: Arguments, last: bool, neighbours: Neighbours) -> Ending:
    """Follow a pipeline and say in the inbox what became of it.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the inbox says so.
    """
    course, project, number = UUID(arguments["course"]), int(arguments["project"]), int(arguments["pipeline"])
    return _told(arguments, last, neighbours, lambda: follow_pipeline(course, project, number, neighbours))


def work_reconcile(neighbours: Neighbours, known: Known) -> Reconciled:
    """One pass over everything."""
    queue_left(neighbours)
    return reconcile(neighbours, known)


def handlers(
    neighbours: Callable[[], Neighbours], tell: Callable[[Task, object], None]
) -> dict[Task, Handler]:
    """What each task does.

    Args:
        neighbours: makes the outside, anew for each job: connections may have gone since.
        tell: is told how each ended, for the log.
    """
    known = Known()

    def of_event(task: Task, work: Callable[[Arguments, bool, Neighbours], Ending]) -> Handler:
        return lambda arguments, last: tell(task, work(arguments, last, _because(arguments, neighbours())))

    return {
        Task.PUBLISH_TAG: of_event(Task.PUBLISH_TAG, work_publish_tag),
        Task.LOOK_AT_REQUEST: of_event(Task.LOOK_AT_REQUEST, work_look_at_request),
        Task.DEPLOY_COURSE: of_event(Task.DEPLOY_COURSE, work_deploy_course),
        Task.FOLLOW_PIPELINE: of_event(Task.FOLLOW_PIPELINE, work_follow_pipeline),
        Task.PUBLISH_TEMPLATE: lambda arguments, _last: tell(
            Task.PUBLISH_TEMPLATE, work_publish_template(arguments, neighbours())
        ),
        Task.SETTLE_OPERATION: lambda arguments, last: tell(
            Task.SETTLE_OPERATION, work_settle(arguments, last, neighbours())
        ),
        Task.RECONCILE: lambda _arguments, _last: tell(Task.RECONCILE, work_reconcile(neighbours(), known)),
    }


def supersede(arguments: Arguments, neighbours: Neighbours) -> None:
    """Say of a delivery that the same work waits for another one."""
    if "delivery" in arguments:
        _end(int(arguments["delivery"]), DeliveryState.DONE, "The same work was waiting already.", neighbours)


def _because(arguments: Arguments, neighbours: Neighbours) -> Neighbours:
    """What GitLab is asked goes along with the hook that caused it."""
    if neighbours.forge is None or not arguments.get("cause"):
        return neighbours
    return replace(neighbours, forge=neighbours.forge.caused_by(arguments["cause"]))


def _told(arguments: Arguments, last: bool, neighbours: Neighbours, act: Callable[[], Ending]) -> Ending:
    number = int(arguments["delivery"]) if "delivery" in arguments else None
    try:
        state, message = act()
    except NeighbourFailed as away:
        if last and number is not None:
            _end(number, DeliveryState.FAILED, f"{away.message} Given up after many attempts.", neighbours)
        raise
    except CourselineError as refused:  # the same again tomorrow: a person has to change something first
        state, message = DeliveryState.FAILED, refused.message
    if number is not None and state is not DeliveryState.RECEIVED:
        _end(number, state, message, neighbours)
    return state, message


def _end(number: int, state: DeliveryState, message: str, neighbours: Neighbours) -> None:
    with neighbours.database.transaction() as rows:
        rows.inbox.end(number, state, message, neighbours.clock())
