#!/usr/bin/env python3
"""courseline-plan: show what a deploy would do to an assignments repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, run, show_problems, shown
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.cli.session import session

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from courseline.usecases.deploying.plan_assignments import Planned

PLAN = Command("courseline-plan", {"digest": None, "base_sha": None, "steps": []})
CONFLICT, REFUSED = 4, 1


@click.command("courseline-plan", help=__doc__)
@click.option("--assignments", metavar="URL|PATH", help="Assignments repository; in a CI job, the job's own.")
@click.option(
    "--ref", metavar="REF", help="Branch, full ref or commit; default: the repository's default branch."
)
@click.option("--dry-run", is_flag=True, help="Do not keep the plan for `courseline-deploy --plan`.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@REPORTS
def main(
    assignments: str | None, ref: str | None, dry_run: bool, as_json: bool, reports: Path | None
) -> None:
    """Settings to one use case."""

    def work() -> Outcome:
        from courseline.usecases.deploying.plan_assignments import PlanAssignments, plan_assignments  # noqa: PLC0415 - --help must start fast

        with session("courseline-plan") as wiring:
            url = assignments or wiring.settings.job.repository_url
            if not url:
                raise click.UsageError("Missing --assignments (or CI_PROJECT_URL).")
            planned = plan_assignments(PlanAssignments(url, ref, dry_run), wiring.neighbours())
        return Outcome(
            _payload(planned), lambda console: _show(console, planned), _exit(planned), cases=_cases(planned)
        )

    PLAN.finish(work, as_json=as_json, dry_run=dry_run, reports=reports)


def _payload(planned: Planned) -> dict[str, object]:
    return {
        "digest": planned.plan.digest,
        "base_sha": planned.plan.base_sha,
        "steps": [
            {
                "path": step.path,
                "action": str(step.action),
                "example": step.example,
                "from": step.from_label,
                "to": step.to_label,
                "message": step.message,
            }
            for step in planned.plan.steps
        ],
        "problems": [problem_json(problem) for problem in planned.problems],
    }


def _cases(planned: Planned) -> tuple[ReportCase, ...]:
    steps = (
        ReportCase(
            "places",
            step.path,
            CaseState.FAILED if str(step.action) in {"conflict", "refused"} else CaseState.PASSED,
            f"{step.action}: {step.message}" if step.message else str(step.action),
        )
        for step in planned.plan.steps
    )
    return (ReportCase("course", planned.course, problems=planned.problems), *steps)


def _exit(planned: Planned) -> int:
    actions = {str(step.action) for step in planned.plan.steps}
    return CONFLICT if "conflict" in actions else REFUSED if "refused" in actions else 0


def _show(console: Console, planned: Planned) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people

    table = Table("place", "step", "example", "from", "to", "note", box=None, pad_edge=False)
    for step in planned.plan.steps:
        row = (step.path, str(step.action), step.example, step.from_label, step.to_label, step.message)
        table.add_row(*(text or "-" for text in row[:5]), shown(row[5]))
    if planned.plan.steps:
        console.print(table, markup=False)
    show_problems(console, planned.problems)
    state = (
        "everything is as wished" if planned.plan.is_empty else f"apply it with --plan {planned.plan.digest}"
    )
    console.print(f"{planned.course} at {planned.ref}: {state}.", markup=False, soft_wrap=True)


if __name__ == "__main__":
    run(main, {"": PLAN})
