"""`courseline gitlab create-course`: groups, projects, first commit, registration and connection from one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from courseline.cli.ask import AS_JSON, DRY_RUN, YES, is_agreed
from courseline.cli.connect import IMAGE, RECEIVER, TEMPLATES, receiver_of, template_options
from courseline.cli.report import Command, Outcome, problem_json, show_error, show_problems, shown
from courseline.cli.steps import show_steps, steps_json

if TYPE_CHECKING:
    from rich.console import Console

    from courseline.usecases.connect.course_draft import CourseDraft
    from courseline.usecases.connect.create_course import CreatedCourse
    from courseline.wiring import Wiring

CREATE_COURSE = Command(
    "courseline gitlab create-course",
    {"status": None, "assignments": None, "student_template": None, "steps": [], "tested": [], "undo": []},
)


@click.command("create-course")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--structure",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A course-structure.yaml to start with.",
)
@RECEIVER
@TEMPLATES
@IMAGE
@YES
@DRY_RUN
@AS_JSON
@click.pass_obj
def create_course(
    wiring: Wiring,
    file: Path,
    *,
    structure: Path | None,
    receiver: str | None,
    templates: str | None,
    image: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Build the course that FILE (deployment.yaml) describes in GitLab.

    Makes the groups organization/family/course, in the last one COURSE-assignments with a first commit and an empty
    COURSE-student-template, writes their addresses into FILE, registers the course and connects it.
    """

    def work() -> Outcome:
        from courseline.settings import environment_value  # noqa: PLC0415 - --help must start fast
        from courseline.usecases.connect.course_draft import CreateCourse  # noqa: PLC0415 - as above
        from courseline.usecases.connect.draft_course import draft_course  # noqa: PLC0415 - as above

        receiver_url = receiver_of(wiring, receiver)
        where, inputs = template_options(templates, image, receiver_url, wiring.settings.audience)
        secrets = wiring.secrets
        command = CreateCourse(
            raw=file.read_bytes(),
            path=str(file),
            environment=environment_value,
            seal=secrets.seal,
            open=secrets.open,
            gitlab=wiring.surroundings,
            save=lambda raw: _save(file, raw),
            receiver=receiver_url,
            secrets=wiring.settings.webhook_secrets,
            structure=(structure.read_bytes(), str(structure)) if structure is not None else None,
            templates=where,
            inputs=inputs,
        )
        draft = draft_course(command, wiring.neighbours())
        if dry_run or not draft.steps:
            return _drafted(draft)
        return _made(draft, yes=yes, as_json=as_json)

    CREATE_COURSE.finish(work, as_json=as_json, dry_run=dry_run)


def _save(file: Path, raw: bytes) -> None:
    """Whole or not at all: the file is the person's."""
    beside = file.with_name(f".{file.name}.new")
    beside.write_bytes(raw)
    beside.chmod(file.stat().st_mode & 0o777)
    beside.replace(file)


def _made(draft: CourseDraft, *, yes: bool, as_json: bool) -> Outcome:
    from courseline.usecases.connect import create_course as building  # noqa: PLC0415 - as above

    agreed = is_agreed(
        f"Building {draft.deployment.course.name}",
        "Make all of this?",
        lambda console: _show_draft(console, draft),
        yes=yes,
        as_json=as_json,
    )
    if not agreed:
        return Outcome({}, lambda console: console.print("Nothing was changed."), 1)
    made = building.create_course(draft)
    tested = made.connected.tested if made.connected is not None else ()
    payload = {
        **_target(draft),
        "status": "created" if made.stopped is None else "incomplete",
        "steps": steps_json(made.done),
        "tested": [{"where": one.where, "event": one.event, "message": shown(one.message)} for one in tested],
        "undo": list(made.undo),
    }
    code = (
        made.stopped.exit_code if made.stopped is not None else int(any(one.event is None for one in tested))
    )
    return Outcome(payload, lambda console: _show_made(console, draft, made), code, made.stopped)


def _drafted(draft: CourseDraft) -> Outcome:
    status = "would create" if draft.steps else "unchanged"
    payload = {**_target(draft), "status": status, "steps": steps_json(draft.steps)}
    return Outcome(payload, lambda console: _show_draft(console, draft))


def _target(draft: CourseDraft) -> dict[str, object]:
    return {
        "assignments": draft.deployment.assignments_url,
        "student_template": draft.deployment.template_url,
        "problems": [problem_json(problem) for problem in draft.notes],
    }


def _show_draft(console: Console, draft: CourseDraft) -> None:
    if draft.steps:
        show_steps(console, draft.steps)
        console.print()
    else:
        name = draft.deployment.course.name
        console.print(f"{name}: everything is as it should be; nothing to do.", markup=False, soft_wrap=True)
    show_problems(console, draft.notes)


def _show_made(console: Console, draft: CourseDraft, made: CreatedCourse) -> None:
    show_steps(console, made.done)
    console.print()
    if made.stopped is not None:
        show_error(console, made.stopped)
        console.print(f"{len(made.done)} steps were made; the same command makes the rest.", soft_wrap=True)
    for one in made.connected.tested if made.connected is not None else ():
        console.print(shown(f"{one.where}: {one.message}"), markup=False, soft_wrap=True)
    show_problems(console, draft.notes)
    if made.stopped is None:
        console.print(f"Assignments: {shown(draft.deployment.assignments_url)}", markup=False, soft_wrap=True)
        console.print(f"Students:    {shown(draft.deployment.template_url)}", markup=False, soft_wrap=True)
    if made.undo:
        console.print(
            "\nTo undo, in this order (what was committed there is lost; the course stays registered):",
            markup=False,
            soft_wrap=True,
        )
        for command in made.undo:
            console.print(f"  {shown(command)}", markup=False, soft_wrap=True)
