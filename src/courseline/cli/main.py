"""`courseline`: the commands for people."""

from __future__ import annotations

import click

from courseline.cli import adopt_template as adopting
from courseline.cli import check as look
from courseline.cli import connect as connecting
from courseline.cli import course as courses
from courseline.cli import create_course as building
from courseline.cli import db as schema
from courseline.cli import disconnect as disconnecting
from courseline.cli import doctor as health
from courseline.cli import events as deliveries
from courseline.cli import examples as library
from courseline.cli import gitlab as forge
from courseline.cli import history as record
from courseline.cli import leak_scan as leaks
from courseline.cli import operations as runs
from courseline.cli import repositories as sources
from courseline.cli import secrets as keys
from courseline.cli import settings as variables
from courseline.cli import store as objects
from courseline.cli import try_examples as trials
from courseline.cli import withdraw as labels
from courseline.cli import worker as queue
from courseline.cli.progress import terminal_progress
from courseline.cli.report import Command, run
from courseline.wiring import wire

OFFLINE = frozenset({"check", "preview", "try", "settings"})
"""Commands that work without any setting, even a wrong one."""

COMMANDS = (
    look.CHECK, look.PREVIEW, trials.TRY, library.LIST, library.SEARCH, library.SHOW, courses.APPLY, courses.STATUS, courses.LIST,
    labels.WITHDRAW, labels.REINSTATE, schema.UPGRADE, schema.DOWNGRADE, schema.CURRENT, schema.STOP, record.VERIFY,
    connecting.CONNECT, building.CREATE_COURSE, disconnecting.DISCONNECT, health.DOCTOR, deliveries.LIST, deliveries.SHOW, deliveries.REPLAY, queue.WORKER,
    adopting.ADOPT, leaks.LEAK_SCAN, runs.LIST, runs.SHOW, sources.ADD, sources.LIST, sources.REMOVE_SECRET, keys.CHECK, keys.ROTATE, objects.SCRUB, objects.GC,
    variables.SETTINGS,
)  # fmt: skip


@click.group("courseline", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="courseline", message="courseline %(version)s")
@click.pass_context
def courseline(context: click.Context) -> None:
    """Examples for programming courses, from a release tag to the students' repository."""
    progress = terminal_progress()
    if progress is not None:
        context.call_on_close(progress.close)
    context.obj = progress if context.invoked_subcommand in OFFLINE else wire("courseline", progress)


courses.course.add_command(adopting.adopt_template)
for command in (labels.withdraw, labels.reinstate):
    library.examples.add_command(command)
for command in (
    look.check, look.preview, trials.try_, library.examples, courses.course, runs.operations, record.history, keys.secrets, objects.store,
    sources.repositories, schema.db, leaks.leak_scan, deliveries.events, queue.worker, forge.gitlab, health.doctor,
    variables.settings,
):  # fmt: skip
    courseline.add_command(command)


def main() -> None:
    """Entry point of the installed command."""
    run(courseline, {"": Command("courseline"), **{command.name: command for command in COMMANDS}})


if __name__ == "__main__":
    main()
