"""`courseline course adopt-template`: take over a template repository that exists already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from courseline.cli.report import Command, Outcome
from courseline.usecases.course.find_course import course_of_assignments, course_of_reference

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.domain.course.course import Course
    from courseline.usecases.students.adopt_template import AdoptedTemplate
    from courseline.wiring import Wiring

ADOPT = Command(
    "courseline course adopt-template",
    {"course": None, "template": None, "commit": None, "status": None, "files": 0, "commits": 0, "refs": 0},
)


@click.command("adopt-template")
@click.argument("reference", metavar="[COURSE]", required=False)
@click.option("--at", required=True, metavar="COMMIT", help="The commit its branch is at now.")
@click.option("--assignments", metavar="URL|PATH", help="The course with this assignments repository.")
@click.option(
    "--reviewed",
    multiple=True,
    metavar="ID",
    help="Content with a sign of a leak that you have looked at and found harmless; may be given several times.",
)
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for a running job.")
@click.option("--dry-run", is_flag=True, help="Look through it; record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def adopt_template(
    wiring: Wiring,
    reference: str | None,
    at: str,
    assignments: str | None,
    reviewed: tuple[str, ...],
    wait: float,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take over the student-template repository of COURSE with the history it has.

    All of it is compared with the library first, as by leak-scan; anything found refuses. Afterwards
    courseline-student-template puts its commits on top of COMMIT, and what others commit there is an alarm.
    """

    def work() -> Outcome:
        from courseline.usecases.students.adopt_template import AdoptTemplate  # noqa: PLC0415 - start-up time
        from courseline.usecases.students.adopt_template import adopt_template as adopt  # noqa: PLC0415 - as above

        course = _course(wiring, reference, assignments)
        done = adopt(AdoptTemplate(course, at, reviewed, wait, dry_run), wiring.neighbours())
        payload = {
            "course": {"id": str(course.id), "title": course.title},
            "template": course.template_url,
            "commit": done.commit,
            "status": "unchanged" if done.already else "adopted",
            "files": done.scanned.files,
            "commits": done.scanned.commits,
            "refs": done.scanned.refs,
        }
        return Outcome(payload, lambda console: _show(console, course, done, dry_run=dry_run))

    ADOPT.finish(work, as_json=as_json, dry_run=dry_run)


def _course(wiring: Wiring, reference: str | None, assignments: str | None) -> Course:
    if reference is not None and assignments is not None:
        raise click.UsageError("COURSE and --assignments both name a course; give one of them.")
    neighbours = wiring.neighbours()
    if assignments is not None:
        return course_of_assignments(assignments, neighbours)
    with neighbours.database.transaction() as rows:
        return course_of_reference(reference, rows)


def _show(console: Console, course: Course, done: AdoptedTemplate, *, dry_run: bool) -> None:
    scanned = done.scanned
    state = "was adopted there before" if done.already else "would be adopted" if dry_run else "adopted"
    console.print(
        f"{course.title}: {course.template_url} at {done.commit[:12]} {state}. Looked at {scanned.files} files in"
        f" {scanned.commits} commits of {scanned.refs} refs; nothing hidden was found.",
        markup=False,
        soft_wrap=True,
    )
    if not done.already and not dry_run:
        console.print("Run courseline-student-template to put the template on top of it.", markup=False)
