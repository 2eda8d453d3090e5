"""What the worker does with a job, and what it tells the inbox of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from courseline.domain.paths import printable
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import Task
from courseline.usecases.react.open_places import KnownStarts
from courseline.usecases.react.publish_tag import Ending, publish_tag
from courseline.usecases.react.reconcile import Reconciled, reconcile
from courseline.usecases.react.rows import DeliveryState
from courseline.usecases.students.publish_template import PublishTemplate, publish_template

Arguments = Mapping[str, str]


def work_publish_tag(arguments: Arguments, last: bool, neighbours: Neighbours) -> Ending:
    """Publish a tag and say in the inbox what became of it.

    Raises:
        NeighbourFailed: something did not answer; on the last attempt the inbox says so.
    """
    return _told(
        arguments,
        last,
        neighbours,
        lambda: publish_tag(arguments["project"], arguments["url"], arguments["tag"], neighbours),
    )


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


def work_reconcile(neighbours: Neighbours, known: KnownStarts) -> Reconciled:
    """One pass over everything."""
    return reconcile(neighbours, known)


def handlers(
    neighbours: Callable[[], Neighbours], tell: Callable[[Task, object], None]
) -> dict[Task, Callable[[Arguments, bool], None]]:
    """What each task does.

    Args:
        neighbours: makes the outside, anew for each job: connections may have gone since.
        tell: is told how each ended, for the log.
    """
    known = KnownStarts()
    return {
        Task.PUBLISH_TAG: lambda arguments, last: tell(
            Task.PUBLISH_TAG, work_publish_tag(arguments, last, neighbours())
        ),
        Task.PUBLISH_TEMPLATE: lambda arguments, _last: tell(
            Task.PUBLISH_TEMPLATE, work_publish_template(arguments, neighbours())
        ),
        Task.RECONCILE: lambda _arguments, _last: tell(Task.RECONCILE, work_reconcile(neighbours(), known)),
    }


def supersede(arguments: Arguments, neighbours: Neighbours) -> None:
    """Say of a delivery that the same work waits for another one."""
    if "delivery" in arguments:
        _end(int(arguments["delivery"]), DeliveryState.DONE, "The same work was waiting already.", neighbours)


def _told(arguments: Arguments, last: bool, neighbours: Neighbours, act: Callable[[], Ending]) -> Ending:
    number = int(arguments["delivery"])
    try:
        state, message = act()
    except NeighbourFailed as away:
        if last:
            _end(number, DeliveryState.FAILED, f"{away.message} Given up after many attempts.", neighbours)
        raise
    _end(number, state, message, neighbours)
    return state, message


def _end(number: int, state: DeliveryState, message: str, neighbours: Neighbours) -> None:
    with neighbours.database.transaction() as rows:
        rows.inbox.end(number, state, message, neighbours.clock())
