"""`courseline gitlab`: setting up a GitLab."""

from __future__ import annotations

import click

from courseline.cli.connect import connect
from courseline.cli.create_course import create_course
from courseline.cli.disconnect import disconnect


@click.group()
def gitlab() -> None:
    """Connect GitLab with the receiver, and build courses there."""


for command in (connect, disconnect, create_course):
    gitlab.add_command(command)
