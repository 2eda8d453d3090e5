"""`courseline settings`: is everything set that a server needs?"""

from __future__ import annotations

import click

from courseline.cli.ask import AS_JSON
from courseline.cli.report import Command, Outcome
from courseline.server_settings import NEEDED, check_server_settings

SETTINGS = Command("courseline settings", {"needed": []})


@click.command()
@AS_JSON
def settings(*, as_json: bool) -> None:
    """Name every setting that is wrong, or that receiver and worker of a server lack; values are not shown."""

    def work() -> Outcome:
        check_server_settings()
        return Outcome(
            {"needed": list(NEEDED)}, lambda console: console.print("All that a server needs is set.")
        )

    SETTINGS.finish(work, as_json=as_json)
