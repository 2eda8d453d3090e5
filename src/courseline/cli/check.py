"""`courseline check` and `courseline preview`: an author looks before releasing. Offline, without settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from courseline.cli.findings import show_findings
from courseline.cli.progress import ProgressBar, shown
from courseline.cli.report import Command, Outcome, problem_json
from courseline.cli.report_case import REPORTS, CaseState, ReportCase
from courseline.cli.table import show_table
from courseline.wiring import offline

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.library.check_directory import Checked, CheckedDirectory
    from courseline.usecases.students.preview_example import Preview

CHECK = Command(
    "courseline check",
    {"checked": 0, "fine": 0, "errors": 0, "warnings": 0, "examples": [], "files": [], "problems": []},
)
PREVIEW = Command("courseline preview", {"as": "student", "refused": 0, "examples": []})
_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command(short_help="Name everything wrong with examples and course files.")
@click.argument("directory", type=_DIRECTORY, default=".")
@_AS_JSON
@REPORTS
@click.pass_obj
def check(progress: ProgressBar | None, directory: Path, *, as_json: bool, reports: Path | None) -> None:
    """Name everything wrong with the examples and course files in DIRECTORY.

    DIRECTORY (default: the current one) is an example, a repository of examples, or a course with its
    course-structure.yaml or deployment.yaml. Files that git ignores are passed over. Nothing is changed and nobody is
    asked: neither database nor network. Exit code 1 when there are errors.
    """

    def work() -> Outcome:
        from courseline.usecases.library.check_directory import check_directory  # noqa: PLC0415 - start-up time

        with shown(progress) as bar:
            checked = check_directory(offline(directory, bar))
        return Outcome(
            _check_json(checked),
            lambda console: _show_check(console, checked),
            0 if checked.fine else 1,
            cases=_cases(checked),
        )

    CHECK.finish(work, as_json=as_json, reports=reports)


@click.command(short_help="Show what students would get of an example.")
@click.argument("directory", type=_DIRECTORY, default=".")
@click.option(
    "--as",
    "viewer",
    type=click.Choice(["student"]),
    default="student",
    help="Whose eyes; students' are the default.",
)
@click.option("--file", "path", metavar="PATH", help="Print this file as students would get it.")
@_AS_JSON
@click.pass_obj
def preview(
    progress: ProgressBar | None, directory: Path, *, viewer: str, path: str | None, as_json: bool
) -> None:
    """Show what students would get of the example in DIRECTORY, or of each example below it.

    Every file comes with the rule that admits it, everything else with why it stays hidden. Exit code 1 when an
    example is refused.
    """

    def work() -> Outcome:
        from courseline.usecases.students.preview_example import (  # noqa: PLC0415 - start-up time
            given_file,
            preview_directory,
        )

        with shown(progress) as bar:
            previews = preview_directory(offline(directory, bar))
        if path is not None:
            raw = given_file(previews, path).content
            said = {"as": viewer, "file": {"path": path, "content": raw.decode("utf-8", "replace")}}
            return Outcome(said, lambda _: _print_raw(raw))
        refused = sum(one.refused for one in previews)
        payload = {"as": viewer, "refused": refused, "examples": [_preview_json(one) for one in previews]}
        return Outcome(payload, lambda console: _show_previews(console, previews), 1 if refused else 0)

    PREVIEW.finish(work, as_json=as_json)


def _print_raw(raw: bytes) -> None:
    """As it is: a notebook or a text in Latin-1 is to be the same behind a redirection."""
    sys.stdout.buffer.write(raw)


def _cases(checked: CheckedDirectory) -> tuple[ReportCase, ...]:
    parts = [*(("course", file) for file in checked.files), *(("examples", one) for one in checked.examples)]
    cases = (
        ReportCase(
            group, part.path, CaseState.PASSED if part.fine else CaseState.FAILED, problems=part.problems
        )
        for group, part in parts
    )
    return (*cases, ReportCase("directory", ".", problems=checked.problems))


def _check_json(checked: CheckedDirectory) -> dict[str, object]:
    parts = (*checked.examples, *checked.files)
    weights = [str(problem.severity) for problem in checked.all_problems]
    return {
        "checked": len(parts),
        "fine": sum(part.fine for part in parts),
        "errors": weights.count("error"),
        "warnings": weights.count("warning"),
        "examples": [
            {
                "directory": example.path,
                "identifier": example.identifier,
                "fine": example.fine,
                "problems": [problem_json(problem) for problem in example.problems],
            }
            for example in checked.examples
        ],
        "files": [
            {
                "path": file.path,
                "fine": file.fine,
                "problems": [problem_json(problem) for problem in file.problems],
            }
            for file in checked.files
        ],
        "problems": [problem_json(problem) for problem in checked.problems],
    }


def _show_check(console: Console, checked: CheckedDirectory) -> None:
    problems = checked.all_problems
    show_findings(console, problems)
    if problems:
        console.print()
    for file in checked.files:
        console.print(f"{file.path}: {_state(file)}", markup=False, soft_wrap=True)
    if checked.examples:
        console.print(_sum(checked.examples), markup=False)


def _sum(examples: Sequence[Checked]) -> str:
    broken = sum(not example.fine for example in examples)
    if not broken:
        return "The example is fine." if len(examples) == 1 else f"All {len(examples)} examples are fine."
    if len(examples) == 1:
        return "The example would be refused."
    return f"{len(examples) - broken} of {len(examples)} examples are fine, {broken} would be refused."


def _state(file: Checked) -> str:
    if not file.fine:
        return "has errors"
    return "fine, with warnings" if file.problems else "fine"


def _preview_json(preview: Preview) -> dict[str, object]:
    return {
        "directory": preview.directory,
        "identifier": preview.identifier,
        "title": preview.title,
        "refused": preview.refused,
        "files": [
            {"path": file.path, "rule": str(file.rule), "reason": file.reason} for file in preview.given
        ],
        "hidden": [
            {"path": file.path, "role": str(file.role), "reason": file.reason} for file in preview.hidden
        ],
        "dependencies": list(preview.dependencies),
        "problems": [problem_json(problem) for problem in preview.problems],
    }


def _show_previews(console: Console, previews: Sequence[Preview]) -> None:
    for number, preview in enumerate(previews):
        if number:
            console.print()
        name = preview.identifier or "?"
        title = f", {preview.title}" if preview.title else ""
        place = "" if preview.directory == "." else f" ({preview.directory})"
        console.print(f"{name}{title}{place}", markup=False, soft_wrap=True, style="bold")
        show_findings(console, preview.problems)
        if preview.refused:
            console.print("Students would get nothing of it.", style="red")
            continue
        rows = [(file.path, str(file.rule), file.reason) for file in preview.given]
        show_table(console, ("students get", "rule", "because"), rows, wraps=("because",), indent=2)
        hidden = [(file.path, str(file.role), file.reason) for file in preview.hidden]
        if hidden:
            console.print()
            show_table(console, ("stays hidden", "role", "because"), hidden, wraps=("because",), indent=2)
        if preview.dependencies:
            names = ", ".join(preview.dependencies)
            console.print(
                f"\n  Files of {names} are added at deployment; which ones, only the library knows.",
                markup=False,
                soft_wrap=True,
            )
