"""`courseline worker`: does what GitLab's events ask for, and looks at every repository every five minutes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome

if TYPE_CHECKING:
    from courseline.wiring import Wiring

WORKER = Command("courseline worker")


@click.command(short_help="Do what GitLab's events ask for.")
@click.option(
    "--concurrency",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Pieces of work at once; never two for one repository or course.",
)
@click.option("--once", is_flag=True, help="End when nothing more waits.")
@click.pass_obj
def worker(wiring: Wiring, *, concurrency: int, once: bool) -> None:
    """Work through the queue until told to stop (Ctrl-C, SIGTERM); what runs then is finished first.

    Work that failed because a neighbour was away is tried again for about four hours, then it is dead:
    `courseline events list --dead` shows it, `courseline events replay` lets it wait again.
    """

    def work() -> Outcome:
        from courseline.adapters.logs import log_to  # noqa: PLC0415 - start-up time

        log_to(sys.stderr)
        wiring.worker(concurrency).run(wait=not once)
        return Outcome({}, lambda console: console.print("The worker has stopped."))

    WORKER.finish(work, as_json=False)
