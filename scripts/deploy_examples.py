#!/usr/bin/env python3
"""courseline-deploy: bring an assignments repository to what its course file wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, run, show_problems, shown
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.cli.session import session

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from courseline.usecases.deploying.deployed import Deployed

DEPLOY = Command(
    "courseline-deploy",
    {"deployed": 0, "unchanged": 0, "failed": 0, "operation": None, "commit": None, "results": []},
)
CONFLICT, REFUSED = 4, 1


@click.command("courseline-deploy", help=__doc__)
@click.option("--assignments", metavar="URL|PATH", help="Assignments repository; in a CI job, the job's own.")
@click.option("--branch", metavar="NAME", help="Default: the repository's default branch.")
@click.option("--plan", metavar="DIGEST", help="Apply only what this plan of `courseline-plan` showed.")
@click.option(
    "--wait", default=60.0, show_default=True, help="Seconds to wait for another writer of this course."
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@REPORTS
def main(
    assignments: str | None,
    branch: str | None,
    plan: str | None,
    wait: float,
    dry_run: bool,
    as_json: bool,
    reports: Path | None,
) -> None:
    """Settings to one use case."""

    def work() -> Outcome:
        from courseline.usecases.deploying.deploy import Deploy, deploy  # noqa: PLC0415 - --help must start fast

        with session("courseline-deploy") as wiring:
            url = assignments or wiring.settings.job.repository_url
            if not url:
                raise click.UsageError("Missing --assignments (or CI_PROJECT_URL).")
            asked = {"branch": branch, "plan": plan, "dry_run": dry_run}
            with wiring.work("deploy", asked, wait) as neighbours:
                deployed = deploy(Deploy(url, branch, plan, wait, dry_run), neighbours)
        return Outcome(
            _payload(deployed),
            lambda console: _show(console, deployed, dry_run=dry_run),
            _exit(deployed),
            cases=_cases(deployed),
        )

    DEPLOY.finish(work, as_json=as_json, dry_run=dry_run, reports=reports)


def _payload(deployed: Deployed) -> dict[str, object]:
    return {
        "deployed": deployed.count("deployed", "merged", "moved"),
        "unchanged": deployed.count("unchanged"),
        "failed": deployed.count("failed", "refused", "conflict"),
        "operation": str(deployed.operation) if deployed.operation else None,
        "commit": deployed.commit,
        "results": [
            {
                "path": result.path,
                "status": result.status,
                "example": result.example,
                "version_tag": result.version_tag,
                "message": shown(result.message),
            }
            for result in deployed.results
        ],
        "problems": [problem_json(problem) for problem in deployed.problems],
    }


def _cases(deployed: Deployed) -> tuple[ReportCase, ...]:
    failed = {"failed", "refused", "conflict"}
    places = (
        ReportCase(
            "places",
            result.path,
            CaseState.FAILED if result.status in failed else CaseState.PASSED,
            f"{result.status}: {result.message}" if result.message else result.status,
        )
        for result in deployed.results
    )
    return (ReportCase("course", deployed.course, problems=deployed.problems), *places)


def _exit(deployed: Deployed) -> int:
    if deployed.count("conflict"):
        return CONFLICT
    return REFUSED if deployed.count("refused", "failed") else 0


def _show(console: Console, deployed: Deployed, *, dry_run: bool) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people

    table = Table("place", "status", "example", "version", "note", box=None, pad_edge=False)
    for result in deployed.results:
        table.add_row(
            result.path,
            result.status,
            result.example or "-",
            result.version_tag or "-",
            shown(result.message),
        )
    if deployed.results:
        console.print(table, markup=False)
    show_problems(console, deployed.problems)
    if dry_run:
        state = "nothing was changed (dry run)"
    elif deployed.commit is not None:
        state = f"commit {deployed.commit[:12]} on {deployed.branch}"
    elif deployed.rows_changed:
        state = "no file had to change; titles, types or flags were recorded"
    else:
        state = "nothing to do"
    console.print(f"{deployed.course}: {state}.", markup=False, soft_wrap=True)


if __name__ == "__main__":
    run(main, {"": DEPLOY})
