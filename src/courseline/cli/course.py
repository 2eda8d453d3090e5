"""`courseline course`: registering courses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome, problem_json, show_problems
from courseline.cli.table import show_table

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.course.apply_course import AppliedCourse
    from courseline.usecases.course.course_status import CourseStatus, PlaceStatus
    from courseline.wiring import Wiring

_TOTALS = {"total_examples": 0, "deployed": 0, "pending": 0, "failed": 0, "updates_available": 0}
APPLY = Command("courseline course apply", {"status": None, "course": None})
STATUS = Command("courseline course status", {"course": None, **_TOTALS, "deployments": []})
LIST = Command("courseline course list", {"courses": []})


@click.group()
def course() -> None:
    """Register courses and see how they stand."""


@course.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def apply(wiring: Wiring, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Register the course that FILE (deployment.yaml) describes, or bring its registration up to date."""

    def work() -> Outcome:
        from courseline.settings import environment_value  # noqa: PLC0415 - start-up time
        from courseline.usecases.course.apply_course import ApplyCourse, apply_course  # noqa: PLC0415 - same

        secrets = wiring.secrets
        command = ApplyCourse(
            file.read_bytes(), str(file), environment_value, secrets.seal, dry_run, secrets.open
        )
        applied = apply_course(command, wiring.neighbours())
        return Outcome(_payload(applied), lambda console: _show(console, applied, dry_run=dry_run))

    APPLY.finish(work, as_json=as_json, dry_run=dry_run)


@course.command()
@click.argument("reference", metavar="[COURSE]", required=False)
@click.option("--assignments", metavar="URL|PATH", help="The course with this assignments repository.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(wiring: Wiring, reference: str | None, assignments: str | None, *, as_json: bool) -> None:
    """Show what is at each place of COURSE, as its last deploy left it, and what is newer.

    COURSE is organization/family/course, the course's own path, or its id; it may be left out while there is only one.
    """

    def work() -> Outcome:
        from courseline.usecases.course.course_status import course_status  # noqa: PLC0415 - start-up time

        if reference is not None and assignments is not None:
            raise click.UsageError("COURSE and --assignments both name a course; give one of them.")
        found = course_status(reference, assignments, wiring.neighbours())
        payload = {
            "course": _course_json(found),
            **_totals(found),
            "deployments": [_place_json(place) for place in found.places],
        }
        return Outcome(payload, lambda console: _show_status(console, found))

    STATUS.finish(work, as_json=as_json)


@course.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def list_courses(wiring: Wiring, *, as_json: bool) -> None:
    """List the registered courses."""

    def work() -> Outcome:
        from courseline.usecases.course import course_status  # noqa: PLC0415 - start-up time

        found = course_status.list_courses(wiring.neighbours())
        payload = {"courses": [{**_course_json(one), **_totals(one)} for one in found]}
        return Outcome(payload, lambda console: _show_list(console, found))

    LIST.finish(work, as_json=as_json)


def _payload(applied: AppliedCourse) -> dict[str, object]:
    return {
        "status": str(applied.status),
        "course": _course_json(applied),
        "problems": [problem_json(problem) for problem in applied.problems],
    }


def _course_json(holder: AppliedCourse | CourseStatus) -> dict[str, object]:
    found = holder.course
    return {
        "id": str(found.id),
        "title": found.title,
        "name": found.name,
        "assignments": found.assignments_url,
        "student_template": found.template_url,
    }


def _totals(found: CourseStatus) -> dict[str, object]:
    return {
        "total_examples": found.total,
        "deployed": found.deployed,
        "pending": found.pending,
        "failed": found.failed,
        "updates_available": found.updates_available,
    }


def _place_json(place: PlaceStatus) -> dict[str, object]:
    return {
        "path": place.path,
        "title": place.title,
        "directory": place.directory,
        "status": str(place.status) if place.status is not None else None,
        "example": place.example,
        "version_tag": place.label,
        "update": place.update,
        "customized": place.is_customized,
        "deployed_at": place.deployed_at.strftime("%Y-%m-%dT%H:%M:%SZ") if place.deployed_at else None,
        "deployed_by": place.deployed_by,
    }


def _show_status(console: Console, found: CourseStatus) -> None:
    if not found.places:
        console.print(
            f"{found.course.title}: no assignments yet; the first courseline-deploy reads course-structure.yaml.",
            markup=False,
            soft_wrap=True,
        )
        return
    rows = [_place_row(place) for place in found.places]
    columns = ("place", "example", "version", "status", "since", "by", "note")
    show_table(console, columns, rows, wraps=("note",), optional=("by", "since"))
    for place in found.places:
        if place.directory not in {None, place.path.replace(".", "/")}:
            console.print(f"{place.path} lies in {place.directory}", markup=False, soft_wrap=True)
    console.print(
        f"{found.course.title}: {found.total} with an example, {found.deployed} deployed, {found.pending} pending,"
        f" {found.failed} failed; updates for {found.updates_available}.",
        markup=False,
        soft_wrap=True,
    )


def _place_row(place: PlaceStatus) -> tuple[str, ...]:
    notes = [f"{place.update} is out"] if place.update else []
    notes += ["customised"] if place.is_customized else []
    return (
        place.path,
        place.example or "-",
        place.label or "-",
        str(place.status) if place.status else "no example",
        place.deployed_at.strftime("%Y-%m-%d") if place.deployed_at else "-",
        place.deployed_by or "-",
        ", ".join(notes),
    )


def _show_list(console: Console, found: Sequence[CourseStatus]) -> None:
    if not found:
        console.print(
            "No course is registered yet. Register one with: courseline course apply deployment.yaml"
        )
        return
    rows = [
        (one.course.title, one.course.name, f"{one.deployed}/{one.total}", one.course.assignments_url)
        for one in found
    ]
    show_table(
        console, ("course", "name", "deployed", "assignments"), rows, wraps=("name",), right=("deployed",)
    )


def _show(console: Console, applied: AppliedCourse, *, dry_run: bool) -> None:
    found = applied.course
    would = "would be " if dry_run else ""
    console.print(f"{found.title}: {would}{applied.status}", markup=False)
    console.print(f"  assignments       {found.assignments_url}", markup=False, soft_wrap=True)
    console.print(f"  student template  {found.template_url}", markup=False, soft_wrap=True)
    show_problems(console, applied.problems)
