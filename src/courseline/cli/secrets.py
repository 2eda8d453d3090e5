"""`courseline secrets`: the encryption of kept tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.course.rotate_secrets import CheckedSecret
    from courseline.wiring import Wiring

CHECK = Command("courseline secrets check", {"secrets": []})
ROTATE = Command("courseline secrets rotate", {"rotated": 0})
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def secrets() -> None:
    """Check and renew the encryption of kept tokens.

    Their text is never shown.
    """


@secrets.command()
@_AS_JSON
@click.pass_obj
def check(wiring: Wiring, *, as_json: bool) -> None:
    """Tell which key each kept token needs.

    Exit code 1 when none of the keys in COURSELINE_SECRET_KEYS opens one of them.
    """

    def work() -> Outcome:
        from courseline.usecases.course.rotate_secrets import SecretState, check_secrets  # noqa: PLC0415 - start-up time

        checked = check_secrets(wiring.secrets, wiring.neighbours())
        payload = {
            "secrets": [
                {"owner": one.name, "kind": one.kind, "state": str(one.state), "reason": one.reason}
                for one in checked
            ]
        }
        unreadable = any(one.state is SecretState.UNREADABLE for one in checked)
        return Outcome(payload, lambda console: _show(console, checked), 1 if unreadable else 0)

    CHECK.finish(work, as_json=as_json)


@secrets.command()
@click.option("--dry-run", is_flag=True, help="Try to open every token; change nothing.")
@_AS_JSON
@click.pass_obj
def rotate(wiring: Wiring, *, dry_run: bool, as_json: bool) -> None:
    """Encrypt all kept tokens with the first key.

    All of them or none: one that no key of COURSELINE_SECRET_KEYS opens is named, and nothing is changed.
    """

    def work() -> Outcome:
        from courseline.usecases.course.rotate_secrets import rotate_secrets  # noqa: PLC0415 - start-up time

        count = len(rotate_secrets(wiring.secrets, wiring.neighbours(), dry_run=dry_run))
        tokens = "token" if count == 1 else "tokens"
        if not count:
            said = "No token is kept."
        elif dry_run:
            said = f"All {count} {tokens} can be opened; nothing was changed (dry run)."
        else:
            said = f"{count} {tokens} encrypted with the first key; the other keys are not needed for them any more."
        return Outcome(
            {"rotated": 0 if dry_run else count}, lambda console: console.print(said, soft_wrap=True)
        )

    ROTATE.finish(work, as_json=as_json, dry_run=dry_run)


def _show(console: Console, checked: Sequence[CheckedSecret]) -> None:
    if not checked:
        console.print("No token is kept.")
        return
    rows = [(one.name, one.kind, str(one.state), one.reason) for one in checked]
    show_table(console, ("owner", "token", "state", ""), rows, wraps=("",))
    if any(one.state == "old key" for one in checked):
        console.print("\n`courseline secrets rotate` encrypts all of them with the first key.", markup=False)
