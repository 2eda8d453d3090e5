"""What the worker does with a job, and what it tells the inbox of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from courseline.errors import NeighbourFailed
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import Task
from courseline.usecases.react.publish_tag import Ending, publish_tag
from courseline.usecases.react.reconcile import Reconciled, reconcile
from courseline.usecases.react.rows import DeliveryState

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


def work_reconcile(_arguments: Arguments, _last: bool, neighbours: Neighbours) -> Reconciled:
    """One pass over everything."""
    return reconcile(neighbours)


def handlers(
    neighbours: Callable[[], Neighbours], tell: Callable[[Task, object], None]
) -> dict[Task, Callable[[Arguments, bool], None]]:
    """What each task does.

    Args:
        neighbours: makes the outside, anew for each job: connections may have gone since.
        tell: is told how each ended, for the log.
    """
    return {
        Task.PUBLISH_TAG: lambda arguments, last: tell(
            Task.PUBLISH_TAG, work_publish_tag(arguments, last, neighbours())
        ),
        Task.RECONCILE: lambda arguments, last: tell(
            Task.RECONCILE, work_reconcile(arguments, last, neighbours())
        ),
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
