"""The worker's side of the queue: procrastinate runs what waits, tries again what may work later, names what is dead.

Facts about procrastinate: https://procrastinate.readthedocs.io/ (locks, queueing locks, retries, stalled jobs).
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from psycopg_pool import PoolTimeout

from courseline.adapters.database.connection import conninfo
from courseline.adapters.database.queue import LATER, QUEUE
from courseline.errors import NeighbourFailed
from courseline.usecases.react.job import Task

MOST_ATTEMPTS = 12
_FIRST_WAIT, _LONGEST_WAIT = 5.0, 1800.0  # seconds
_PAUSE = 5.0  # seconds before a database that went away is asked again
_LOOK_EVERY_SECONDS = 0.5
_SILENT_FOR = 30.0  # seconds without a sign of life after which a worker counts as gone
_STALLED = "take_up_stalled"
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
        spread = wait * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
        return RetryDecision(retry_in={"seconds": spread}, priority=LATER)


def is_last(attempts: int) -> bool:
    """Whether no further attempt follows; `attempts` are those before this one."""
    return attempts + 1 >= MOST_ATTEMPTS


class QueueWorker:
    """Runs the queue until it is told to stop (SIGTERM, SIGINT); what runs then is finished first.

    Args:
        url: of the database.
        handlers: what each task does.
        superseded: told of work (its arguments) that is given up because the same work waits.
        concurrency: how many run at once; those of one lock never do.
    """

    def __init__(
        self,
        url: str,
        handlers: Mapping[Task, Handler],
        superseded: Callable[[Mapping[str, str]], None],
        *,
        concurrency: int = 2,
    ) -> None:
        self._concurrency = concurrency
        self._superseded = superseded
        self.app = App(connector=PsycopgConnector(conninfo=conninfo(url)))
        for task, handler in handlers.items():
            self._register(task, handler)
        self.app.periodic(cron=_EVERY_MINUTE)(
            self.app.task(name=_STALLED, queue=QUEUE, pass_context=True, queueing_lock=_STALLED)(
                self._take_up_stalled
            )
        )
        if Task.RECONCILE in handlers:
            self.app.periodic(cron=_EVERY_FIVE_MINUTES)(self.app.tasks[str(Task.RECONCILE)])

    def run(self, *, wait: bool = True) -> None:
        """Work until told to stop; with `wait` off, until nothing more waits.

        A database that goes away is waited for.

        Raises:
            NeighbourFailed: it is away and `wait` is off.
        """
        asyncio.run(self._until_stopped() if wait else self._once(wait=False))

    async def _until_stopped(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            running = asyncio.create_task(self._once(wait=True))
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                running.cancel()  # procrastinate takes no new work then, and ends what runs
            try:
                await running
            except asyncio.CancelledError:
                break
            except NeighbourFailed as away:
                structlog.get_logger().warning("the database is away", reason=away.message)
            await asyncio.wait({stopping}, timeout=_PAUSE)

    async def _once(self, *, wait: bool) -> None:
        """Work as long as the database is there."""
        try:
            async with self.app.open_async():
                for task in (str(Task.RECONCILE), _STALLED):
                    with suppress(AlreadyEnqueued):
                        await self.app.configure_task(task, queue=QUEUE, queueing_lock=task).defer_async()
                await self.app.run_worker_async(
                    queues=[QUEUE],
                    wait=wait,
                    concurrency=self._concurrency,
                    # Nobody tells a worker that what waited for a lock may begin; a job in a pipeline waits for that.
                    fetch_job_polling_interval=_LOOK_EVERY_SECONDS,
                    install_signal_handlers=False,
                    delete_jobs="never",
                )
        except (ConnectorException, PoolTimeout, OSError) as away:
            raise NeighbourFailed(
                f"Working through the queue: {away}. Check that the database runs."
            ) from away

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

    async def _take_up_stalled(self, context: JobContext, timestamp: int = 0) -> None:
        """Let the work of a worker that was killed wait again."""
        del context, timestamp
        for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT_FOR):
            log = structlog.get_logger().bind(task=job.task_name, delivery=job.task_kwargs.get("delivery"))
            try:
                await self.app.job_manager.retry_job(job)
                log.warning("taken up again")
            except UniqueViolation:  # the same work has been queued since, and does for both
                words = {name: str(value) for name, value in job.task_kwargs.items()}
                await asyncio.to_thread(self._superseded, words)
                await self.app.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
                log.warning("given up for the same work")
