"""What waits for its time, or for a neighbour, holds up nothing that has the same lock."""

from __future__ import annotations

from collections.abc import Mapping

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.queue import QueueWorker
from courseline.errors import NeighbourFailed
from courseline.usecases.react.job import Job, Task


def queue(database: PostgresDatabase, name: str, *, delay: int = 0) -> None:
    with database.transaction() as rows:
        rows.queue.put(
            Job(Task.PUBLISH_TAG, {"name": name}, lock="course 1", queueing_lock=name, delay=delay)
        )


def run_all(database_url: str, *, fails: str = "") -> list[str]:
    """What the worker did, in order, until nothing more waits; work called `fails` finds its neighbour away."""
    done: list[str] = []

    def work(arguments: Mapping[str, str], last: bool) -> None:
        done.append(arguments["name"])
        if arguments["name"] == fails:
            raise NeighbourFailed("GitLab is away.")

    handlers = {Task.PUBLISH_TAG: work, Task.RECONCILE: lambda arguments, last: None}
    QueueWorker(database_url, handlers, lambda _: None).run(wait=False)
    return done


def test_work_for_later_lets_others_of_its_lock_pass(database: PostgresDatabase, database_url: str) -> None:
    queue(database, "later", delay=600)
    queue(database, "now")
    assert run_all(database_url) == ["now"]


def test_work_that_is_tried_again_later_lets_others_of_its_lock_pass(
    database: PostgresDatabase, database_url: str
) -> None:
    queue(database, "first")
    queue(database, "second")
    assert run_all(database_url, fails="first") == ["first", "second"]
