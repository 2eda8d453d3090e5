"""The worker's side of the queue: procrastinate runs what waits, tries again what may work later, names what is dead.

Facts about procrastinate: https://procrastinate.readthedocs.io/ (locks, queueing locks, retries, stalled jobs).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as QueuedJob

from courseline.adapters.database.connection import conninfo
from courseline.adapters.database.queue import QUEUE
from courseline.errors import NeighbourFailed
from courseline.usecases.react.job import Task

MOST_ATTEMPTS = 12
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 1800.0  # seconds
_SILENT_FOR = 30.0  # seconds without a sign of life after which a worker counts as gone
_EVERY_MINUTE, _EVERY_FIVE_MINUTES = "* * * * *", "*/5 * * * *"

Handler = Callable[[Mapping[str, str], bool], None]
"""(arguments, whether it is the last attempt); raises `NeighbourFailed` to be called again later."""


class PatientRetries(BaseRetryStrategy):
    """Only what failed because a neighbour was away is tried again: twice as long each time, and not all at once."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        """When to try again; None for never."""
        if not isinstance(exception, NeighbourFailed) or is_last(job.attempts):
            return None
        wait = min(_FIRST_WAIT * 2**job.attempts, _LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": wait * random.uniform(0.5, 1.5)})  # noqa: S311 - spreads load


def is_last(attempts: int) -> bool:
    """Whether no further attempt follows; `attempts` are those before this one."""
    return attempts + 1 >= MOST_ATTEMPTS


class QueueWorker:
    """Runs the queue until it is told to stop (SIGTERM, SIGINT); what runs then is finished first.

    Args:
        url: of the database.
        handlers: what each task does.
        concurrency: how many run at once; those of one lock never do.
    """

    def __init__(self, url: str, handlers: Mapping[Task, Handler], *, concurrency: int = 2) -> None:
        self._concurrency = concurrency
        self.app = App(connector=PsycopgConnector(conninfo=conninfo(url)))
        for task, handler in handlers.items():
            self._register(task, handler)
        self.app.periodic(cron=_EVERY_MINUTE)(
            self.app.task(
                name="take_up_stalled", queue=QUEUE, pass_context=True, queueing_lock="take_up_stalled"
            )(self._take_up_stalled)
        )
        if Task.RECONCILE in handlers:
            self.app.periodic(cron=_EVERY_FIVE_MINUTES)(self.app.tasks[str(Task.RECONCILE)])

    def run(self, *, wait: bool = True) -> None:
        """Work until told to stop; with `wait` off, until nothing more waits."""
        try:
            with self.app.open():
                self.app.configure_task(
                    str(Task.RECONCILE), queue=QUEUE, queueing_lock=str(Task.RECONCILE)
                ).defer()
        except AlreadyEnqueued:
            pass
        self.app.run_worker(
            queues=[QUEUE],
            wait=wait,
            concurrency=self._concurrency,
            install_signal_handlers=True,
            delete_jobs="never",
        )

    def _register(self, task: Task, handler: Handler) -> None:
        def run(context: JobContext, /, **arguments: object) -> None:
            """Run one piece of work, with its delivery in every line of the log."""
            words = {name: str(value) for name, value in arguments.items() if name != "timestamp"}
            last = is_last(context.job.attempts)
            with structlog.contextvars.bound_contextvars(task=str(task), delivery=words.get("delivery")):
                try:
                    handler(words, last)
                except NeighbourFailed as away:
                    structlog.get_logger().warning("not now", reason=away.message, dead=last)
                    raise

        self.app.task(name=str(task), queue=QUEUE, pass_context=True, retry=PatientRetries())(run)

    async def _take_up_stalled(self, context: JobContext, timestamp: int) -> None:
        """Let the work of a worker that was killed wait again."""
        del context, timestamp
        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_FOR):
            structlog.get_logger().warning("taken up again", task=job.task_name)
            await self.app.job_manager.retry_job(job)
