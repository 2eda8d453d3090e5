"""One line of a job's report: an example, a place or a file, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

from courseline.errors import CourselineError, Problem

REPORTS = click.option(
    "--reports",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write junit.xml, codequality.json and courseline.env there, for GitLab.",
)


class CaseState(StrEnum):
    """How it went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ReportCase:
    """One thing the job was about.

    Attributes:
        group: what kind of thing, as people look for it (`examples`, `week1`).
        name: the directory, path or file.
        state: see `CaseState`.
        message: one sentence; may be empty when it passed or when the problems say it.
        problems: what was found, errors and warnings, paths relative to the repository's root.
    """

    group: str
    name: str
    state: CaseState = CaseState.PASSED
    message: str = ""
    problems: tuple[Problem, ...] = ()


def failed_case(command: str, error: CourselineError) -> ReportCase:
    """The whole request came to nothing."""
    return ReportCase(command, command, CaseState.FAILED, error.message, error.problems)
