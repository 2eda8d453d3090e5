"""`courseline history`: whether the record of what happened is the one that was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, show_problems

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.ledger.verify_history import ChainReport, HistoryReport
    from courseline.wiring import Wiring

VERIFY = Command("courseline history verify", {"sound": False, "chains": [], "witness": None})


@click.group()
def history() -> None:
    """The append-only record of what happened."""


@history.command()
@click.option("--course", help="Only this course: organization/family/course, course path or id.")
@click.option(
    "--repository",
    "repository_url",
    metavar="URL",
    help="Also ask the commits of this assignments or student-template repository.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def verify(wiring: Wiring, course: str | None, repository_url: str | None, *, as_json: bool) -> None:
    """Check every row's hash, and with --repository what the commits say; exit 1 when something does not hold."""

    def work() -> Outcome:
        from courseline.usecases.ledger.verify_history import VerifyHistory, verify_history  # noqa: PLC0415 - start-up time

        report = verify_history(VerifyHistory(course, repository_url), wiring.neighbours())
        return Outcome(_payload(report), lambda console: _show(console, report), 0 if report.sound else 1)

    VERIFY.finish(work, as_json=as_json)


def _payload(report: HistoryReport) -> dict[str, object]:
    witness = report.witness
    return {
        "sound": report.sound,
        "chains": [_chain_json(chain) for chain in report.chains],
        "witness": None
        if witness is None
        else {
            "repository": witness.url,
            "commits": witness.commits,
            "witnessed": witness.witnessed,
            "unwitnessed_from": witness.unwitnessed_from,
            "problems": [problem_json(problem) for problem in witness.problems],
        },
    }


def _chain_json(chain: ChainReport) -> dict[str, object]:
    broken = chain.broken
    return {
        "chain": str(chain.chain),
        "name": chain.name,
        "rows": chain.head.seq,
        "head": str(chain.head),
        "break": None if broken is None else {"seq": broken.seq, "message": broken.message},
    }


def _show(console: Console, report: HistoryReport) -> None:
    if not report.chains:
        console.print("Nothing has been recorded yet.")
    for chain in report.chains:
        said = f"holds, {chain.head.seq} rows"
        if chain.broken is not None:
            said = f"does not hold: {chain.broken.message}. The rows up to {chain.head.seq} do."
        console.print(f"{chain.name}: {said}", markup=False, soft_wrap=True)
    witness = report.witness
    if witness is None:
        return
    console.print(
        f"{witness.url}: {witness.commits} commits tell of operations; rows up to {witness.witnessed} have a witness.",
        markup=False,
        soft_wrap=True,
    )
    if witness.unwitnessed_from is not None:
        console.print(f"Rows from {witness.unwitnessed_from} on have no outside witness yet.")
    show_problems(console, witness.problems)
