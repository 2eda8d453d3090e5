"""`courseline examples withdraw` and `reinstate`: labels that plans should pass over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.library.withdraw import MarkedLabel
    from courseline.wiring import Wiring

_EMPTY = {"example": None, "label": None, "withdrawn": None, "reason": "", "changed": False}
WITHDRAW = Command("courseline examples withdraw", _EMPTY)
REINSTATE = Command("courseline examples reinstate", _EMPTY)
_REFERENCE = click.argument("reference", metavar="EXAMPLE@LABEL")
_REASON = click.option("--reason", metavar="TEXT", required=True, help="Why; kept in the history.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command()
@_REFERENCE
@_REASON
@_DRY_RUN
@_AS_JSON
@click.pass_obj
def withdraw(wiring: Wiring, reference: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """Make ranges and `latest` pass over a label; plans that keep it show the reason.

    Nothing is deleted: places that hold the version keep it, and who names the label exactly still gets it.
    """

    def work() -> Outcome:
        from courseline.usecases.library import withdraw as use_case  # noqa: PLC0415 - start-up time

        marked = use_case.withdraw(use_case.MarkLabel(reference, reason, dry_run), wiring.neighbours())
        return _told(marked, dry_run=dry_run)

    WITHDRAW.finish(work, as_json=as_json, dry_run=dry_run)


@click.command()
@_REFERENCE
@_REASON
@_DRY_RUN
@_AS_JSON
@click.pass_obj
def reinstate(wiring: Wiring, reference: str, reason: str, *, dry_run: bool, as_json: bool) -> None:
    """Take a withdrawal back."""

    def work() -> Outcome:
        from courseline.usecases.library import withdraw as use_case  # noqa: PLC0415 - start-up time

        marked = use_case.reinstate(use_case.MarkLabel(reference, reason, dry_run), wiring.neighbours())
        return _told(marked, dry_run=dry_run)

    REINSTATE.finish(work, as_json=as_json, dry_run=dry_run)


def _told(marked: MarkedLabel, *, dry_run: bool) -> Outcome:
    payload = {
        "example": marked.example.name,
        "label": marked.label,
        "withdrawn": marked.withdrawn,
        "reason": marked.reason,
        "changed": marked.changed,
    }
    return Outcome(payload, lambda console: _show(console, marked, dry_run=dry_run))


def _show(console: Console, marked: MarkedLabel, *, dry_run: bool) -> None:
    name = f"{marked.example.name}@{marked.label}"
    if marked.changed:
        done = "withdrawn" if marked.withdrawn else "reinstated"
        effect = (
            "ranges and `latest` pass it over" if marked.withdrawn else "ranges and `latest` find it again"
        )
        said = f"would be {done} (dry run)" if dry_run else f"{done}; {effect}"
    elif marked.withdrawn:
        said = f"was withdrawn before: {marked.reason}. Nothing was changed"
    else:
        said = "is not withdrawn. Nothing was changed"
    console.print(f"{name}: {said}.", markup=False, soft_wrap=True)
