"""`courseline doctor`: is everything well, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from courseline.cli.ask import AS_JSON
from courseline.cli.connect import RECEIVER
from courseline.cli.report import Command, Outcome, shown
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.connect.finding import Finding
    from courseline.wiring import Wiring

DOCTOR = Command("courseline doctor", {"checks": [], "ok": 0, "warn": 0, "fail": 0, "away": 0})


@click.command()
@RECEIVER
@click.option(
    "--fix", is_flag=True, help="Have webhooks tested that GitLab has switched off, which switches them on."
)
@AS_JSON
@click.pass_obj
def doctor(wiring: Wiring, *, receiver: str | None, fix: bool, as_json: bool) -> None:
    """Check the database, the object store, GitLab, the worker and this machine.

    Exit code 0 when all is well or only warned of, 1 when a check fails, 3 when something does not answer.
    """

    def work() -> Outcome:
        from courseline.domain.connect.finding import exit_code  # noqa: PLC0415 - --help must start fast
        from courseline.usecases.connect.diagnose import diagnose  # noqa: PLC0415 - as above

        findings = diagnose(wiring.instruments(receiver or wiring.settings.server, fix=fix))
        counts = {
            level: sum(one.level == level for one in findings) for level in ("ok", "warn", "fail", "away")
        }
        payload = {"checks": [_json(one) for one in findings], **counts}
        return Outcome(payload, lambda console: _show(console, findings, counts), exit_code(findings))

    DOCTOR.finish(work, as_json=as_json)


def _json(finding: Finding) -> dict[str, object]:
    return {
        "check": shown(finding.check),
        "status": str(finding.level),
        "found": shown(finding.found),
        "remedy": shown(finding.remedy),
    }


def _show(console: Console, findings: Sequence[Finding], counts: dict[str, int]) -> None:
    rows = [
        (str(one.level), shown(one.check), shown(f"{one.found}. {one.remedy}" if one.remedy else one.found))
        for one in findings
    ]
    show_table(console, ("", "check", "found"), rows, wraps=("found",))
    told = ", ".join(f"{counts[level]} {word}" for level, word in _WORDS.items() if counts[level])
    console.print(f"\n{told}.", markup=False, soft_wrap=True)


_WORDS = {"ok": "well", "warn": "with a warning", "fail": "failed", "away": "without an answer"}
