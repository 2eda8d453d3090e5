"""`courseline gitlab connect`: show what a group or project needs, ask, make it, test it, print the undo."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from courseline.cli.ask import AS_JSON, DRY_RUN, YES, is_agreed, take_off_progress
from courseline.cli.connect_report import connected_outcome, drafted_outcome, show_draft
from courseline.cli.report import Command, Outcome
from courseline.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from courseline.domain.connect.ci_include import Templates
    from courseline.usecases.connect.connection import Connect, Connection, Surroundings
    from courseline.wiring import Wiring

_EMPTY: dict[str, object] = {
    "status": None, "target": None, "steps": [], "left_alone": [], "queued": 0, "requests": [], "tested": [], "undo": None,
}  # fmt: skip
CONNECT = Command("courseline gitlab connect", _EMPTY)
RECEIVER = click.option(
    "--receiver", metavar="URL", help="Where GitLab reaches the receiver (default: COURSELINE_SERVER)."
)
TEMPLATES = click.option(
    "--templates",
    metavar="PROJECT@TAG|URL",
    help="Where ci-templates/ is: the project that holds courseline, or an address.",
)
IMAGE = click.option("--image", metavar="IMAGE", help="Image of the pipelines' jobs, with --templates.")


@click.command()
@click.argument("reference", metavar="GROUP|PROJECT")
@RECEIVER
@click.option("--organization", metavar="PATH", help="Organization that owns the examples.")
@click.option(
    "--visibility", type=click.Choice(["public", "restricted", "private"]), help="Who may use the examples."
)
@TEMPLATES
@IMAGE
@click.option(
    "--as",
    "role",
    type=click.Choice(["examples", "assignments"]),
    help="What a project is; told by its files without it.",
)
@click.option(
    "--backfill",
    type=click.IntRange(min=0),
    metavar="N",
    help="Publish the newest N releases that were there before.",
)
@click.option("--renew-secret", is_flag=True, help="Give webhooks their secret again, after it was changed.")
@YES
@DRY_RUN
@AS_JSON
@click.pass_obj
def connect(
    wiring: Wiring,
    reference: str,
    *,
    receiver: str | None,
    organization: str | None,
    visibility: str | None,
    templates: str | None,
    image: str | None,
    role: str | None,
    backfill: int | None,
    renew_secret: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Connect GROUP or PROJECT of GitLab with the receiver.

    Makes what is missing of: the webhook, protected release tags, the include in the pipeline file, the schedule of
    assignments, the registration of examples. It is shown first; a second run finds nothing to do.
    """

    def work() -> Outcome:
        from courseline.domain.connect.role import Role  # noqa: PLC0415 - --help must start fast
        from courseline.domain.library.example import Visibility  # noqa: PLC0415 - as above
        from courseline.usecases.connect.connection import Connect  # noqa: PLC0415 - as above
        from courseline.usecases.connect.draft_connection import draft_connection  # noqa: PLC0415 - as above

        around = wiring.surroundings()
        receiver_url = receiver_of(wiring, receiver)
        where, inputs = template_options(templates, image, receiver_url, wiring.settings.audience)
        command = Connect(
            reference=reference,
            receiver=receiver_url,
            secrets=wiring.settings.webhook_secrets,
            organization=organization,
            visibility=Visibility(visibility) if visibility else None,
            templates=where,
            inputs=inputs,
            role=Role(role) if role else None,
            back_fill=backfill or 0,
            renew=renew_secret,
        )
        connection = draft_connection(command, around)
        if dry_run or not (connection.steps or connection.unheard):
            return drafted_outcome(connection)
        if backfill is None and not (yes or as_json) and sys.stdin.isatty():
            connection = _offered(command, connection, around)
        return _made(connection, around, yes=yes, as_json=as_json)

    CONNECT.finish(work, as_json=as_json, dry_run=dry_run)


def receiver_of(wiring: Wiring, given: str | None) -> str:
    """Address of the receiver.

    Raises:
        InvalidInput: it is not said, or no http(s) address.
    """
    found = given or wiring.settings.server
    if not found:
        fix = "Give --receiver URL or set COURSELINE_SERVER, for example https://courseline.example.org."
        problem = Problem("--receiver", None, "It is not said where GitLab reaches the receiver.", fix=fix)
        raise InvalidInput("Connecting GitLab: the receiver's address is missing.", [problem])
    if not found.lower().startswith(("https://", "http://")):
        fix = "Write it like https://courseline.example.org."
        problem = Problem("--receiver", None, f"{found} is no http(s) address.", fix=fix)
        raise InvalidInput("Connecting GitLab: the receiver's address cannot be used.", [problem])
    return found.rstrip("/")


def template_options(
    templates: str | None, image: str | None, receiver: str, audience: str | None
) -> tuple[Templates | None, tuple[tuple[str, str], ...]]:
    """Where the CI templates are, and their inputs: jobs work through the receiver, so that no secret is in a project.

    Raises:
        UsageError: one of the two options without the other.
        InvalidInput: `--templates` cannot be read.
    """
    from courseline.domain.connect.ci_include import parse_templates  # noqa: PLC0415 - --help must start fast

    if (templates is None) != (image is None):
        raise click.UsageError("--templates and --image go together: the templates' jobs need an image.")
    if templates is None or image is None:
        return None, ()
    inputs = (("image", image), ("server", receiver), ("audience", audience or receiver))
    return parse_templates(templates), inputs


def _offered(command: Connect, connection: Connection, around: Surroundings) -> Connection:
    """Ask a person how many of the earlier releases are to be published."""
    from courseline.usecases.connect.draft_connection import draft_connection  # noqa: PLC0415 - as above

    most = max((len(project.releases.leave) for project in connection.projects), default=0)
    if not most:
        return connection
    text = f"There are up to {most} earlier releases. Publish how many of the newest of each repository?"
    take_off_progress()
    count = click.prompt(text, type=click.IntRange(0, most), default=0)
    return draft_connection(replace(command, back_fill=count), around) if count else connection


def _made(connection: Connection, around: Surroundings, *, yes: bool, as_json: bool) -> Outcome:
    from courseline.usecases.connect.apply_connection import apply_connection  # noqa: PLC0415 - as above

    where = connection.place.path
    agreed = is_agreed(
        f"Connecting {where}",
        "Make these changes?" if connection.steps else "Have a test event sent?",
        lambda console: show_draft(console, connection),
        yes=yes,
        as_json=as_json,
    )
    if not agreed:
        return drafted_outcome(connection, declined=True)
    return connected_outcome(connection, apply_connection(connection, around))
