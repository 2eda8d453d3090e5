#!/usr/bin/env python3
"""courseline-student-template: build the student template of a course, put it before the leak gate, push it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, run, show_problems
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.cli.session import session

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from courseline.usecases.students.publish_template import PublishedTemplate

TEMPLATE = Command(
    "courseline-student-template",
    {"processed": 0, "refused": 0, "operation": None, "commit": None, "files": [], "refusals": []},
)
REFUSED = 1


@click.command("courseline-student-template", help=__doc__)
@click.option("--assignments", metavar="URL|PATH", help="Assignments repository; in a CI job, the job's own.")
@click.option("--template", metavar="URL|PATH", help="Template repository; default: the registered one.")
@click.option(
    "--wait", default=60.0, show_default=True, help="Seconds to wait for another writer of the template."
)
@click.option("--dry-run", is_flag=True, help="Build and judge; push nothing.")
@click.option(
    "--full", is_flag=True, help="Build and judge every place anew, also those that did not change."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@REPORTS
def main(
    assignments: str | None,
    template: str | None,
    wait: float,
    dry_run: bool,
    full: bool,
    as_json: bool,
    reports: Path | None,
) -> None:
    """Settings to one use case."""

    def work() -> Outcome:
        from courseline.usecases.students.publish_template import PublishTemplate, publish_template  # noqa: PLC0415 - --help must start fast

        with session("courseline-student-template") as wiring:
            url = assignments or wiring.settings.job.repository_url
            if not url:
                raise click.UsageError("Missing --assignments (or CI_PROJECT_URL).")
            command = PublishTemplate(url, template, wait, dry_run, full)
            with wiring.work("student-template", {"full": full, "dry_run": dry_run}, wait) as neighbours:
                published = publish_template(command, neighbours)
        return Outcome(
            _payload(published),
            lambda console: _show(console, published, dry_run=dry_run),
            REFUSED if published.refusals else 0,
            cases=_cases(published),
        )

    TEMPLATE.finish(work, as_json=as_json, dry_run=dry_run, reports=reports)


def _payload(published: PublishedTemplate) -> dict[str, object]:
    return {
        "processed": published.places,
        "refused": len(published.refusals),
        "operation": str(published.operation) if published.operation else None,
        "commit": published.commit,
        "files": [{"path": file.path, "rule": str(file.rule)} for file in published.files],
        "refusals": [
            {"path": problem.path, "reason": problem.sentence, "line": problem.line}
            for problem in published.refusals
        ],
        "problems": [problem_json(problem) for problem in published.warnings],
    }


def _cases(published: PublishedTemplate) -> tuple[ReportCase, ...]:
    refused = (
        ReportCase("refusals", problem.path, CaseState.FAILED, problems=(problem,))
        for problem in published.refusals
    )
    return (
        ReportCase(
            "template",
            published.course,
            CaseState.FAILED if published.stopped else CaseState.PASSED,
            "the leak gate stopped the push" if published.stopped else "",
            published.warnings,
        ),
        *refused,
    )


def _show(console: Console, published: PublishedTemplate, *, dry_run: bool) -> None:
    from rich.table import Table  # noqa: PLC0415 - only for people

    table = Table("file", "rule", box=None, pad_edge=False)
    for file in published.files:
        table.add_row(file.path, str(file.rule))
    if published.files:
        console.print(table, markup=False)
    if published.refusals:
        console.print("Refused:" if not published.stopped else "Stopped by the leak gate:", markup=False)
        show_problems(console, published.refusals)
    show_problems(console, published.warnings)
    if published.stopped:
        state = "nothing was pushed"
    elif dry_run:
        state = "nothing was pushed (dry run)"
    elif published.commit is None:
        state = "students have this already"
    else:
        state = f"commit {published.commit[:12]}"
    console.print(f"{published.course}: {state}.", markup=False, soft_wrap=True)


if __name__ == "__main__":
    run(main, {"": TEMPLATE})
