"""`courseline try`: an example's own tests accept its solution, and not what students begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from courseline.cli.findings import show_findings
from courseline.cli.progress import ProgressBar, shown
from courseline.cli.report import Command, Outcome, problem_json
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.wiring import offline, trial_runner

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.library.try_examples import TriedExample

TRY = Command("courseline try", {"tried": 0, "untried": 0, "refused": 0, "examples": []})


@click.command("try", short_help="Run the examples' own tests on solution and template.")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".")
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    help="Seconds for each run of the tests.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@REPORTS
@click.pass_obj
def try_(
    progress: ProgressBar | None, directory: Path, *, seconds: float, as_json: bool, reports: Path | None
) -> None:
    """Run the tests of each example below DIRECTORY that names a `testCommand` in its meta.yaml.

    They must accept the example as it stands, its solution, and must not accept what students begin with. They run in a
    temporary directory, without this command's settings and secrets; they are the author's own code all the same, so run
    them where that code may run. Exit code 1 when an example should not be released.
    """

    def work() -> Outcome:
        from courseline.usecases.library.try_examples import try_examples  # noqa: PLC0415 - start-up time

        with shown(progress) as bar:
            tried = try_examples(offline(directory, bar), trial_runner(), seconds)
        refused = sum(one.refused for one in tried)
        payload = {
            "tried": sum(one.tried for one in tried),
            "untried": sum(not one.tried for one in tried),
            "refused": refused,
            "examples": [_json(one) for one in tried],
        }
        cases = tuple(_case(one) for one in tried)
        return Outcome(payload, lambda console: _show(console, tried), 1 if refused else 0, cases=cases)

    TRY.finish(work, as_json=as_json, reports=reports)


def _json(example: TriedExample) -> dict[str, object]:
    return {
        "directory": example.directory,
        "identifier": example.identifier,
        "tried": example.tried,
        "refused": example.refused,
        "problems": [problem_json(problem) for problem in example.problems],
    }


def _case(example: TriedExample) -> ReportCase:
    if example.refused:
        state, message = CaseState.FAILED, ""
    elif example.tried:
        state, message = CaseState.PASSED, "the tests accept the solution, and not what students begin with"
    else:
        state, message = CaseState.SKIPPED, "meta.yaml names no testCommand"
    return ReportCase("examples", example.directory, state, message, example.problems)


def _show(console: Console, tried: Sequence[TriedExample]) -> None:
    problems = [problem for one in tried for problem in one.problems]
    show_findings(console, problems)
    if problems:
        console.print()
    sound = sum(one.tried and not one.refused for one in tried)
    untried = sum(not one.tried and not one.refused for one in tried)
    refused = sum(one.refused for one in tried)
    if untried == len(tried):
        console.print(
            "Nothing was tried: no meta.yaml names a `testCommand` below `properties`.",
            markup=False,
            soft_wrap=True,
        )
        return
    if len(tried) == 1:
        console.print(
            "The example is fine." if sound else "The example should not be released.", markup=False
        )
        return
    parts = [f"{sound} fine" if sound else "", f"{refused} refused" if refused else ""]
    parts.append(f"{untried} without a testCommand" if untried else "")
    console.print(f"{len(tried)} examples: {', '.join(filter(None, parts))}.", markup=False, soft_wrap=True)
