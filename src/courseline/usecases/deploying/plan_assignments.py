"""Plan: show what a deploy would do to an assignments repository, and keep the plan for it."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.course.course import Course
from courseline.domain.deploying.plan import Plan
from courseline.errors import Problem
from courseline.usecases.beside import beside
from courseline.usecases.course.find_course import course_of_assignments
from courseline.usecases.deploying.draft_plan import Recorded, draft_plan, read_recorded
from courseline.usecases.deploying.read_assignments import Head, read_head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import StoredPlan


@dataclass(frozen=True, slots=True)
class PlanAssignments:
    """Plan a course.

    Attributes:
        assignments: URL or PATH of the assignments repository.
        ref: branch, full ref or commit to plan for; None for the remote's HEAD.
        dry_run: do not keep the plan.
    """

    assignments: str
    ref: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan.

    Attributes:
        course: `organization/family/course`.
        plan: the steps.
        ref: branch or ref planned for.
        problems: warnings of the course file.
    """

    course: str
    plan: Plan
    ref: str
    problems: tuple[Problem, ...]


def plan_assignments(command: PlanAssignments, neighbours: Neighbours) -> Planned:
    """Make the plan; contents and rows stay as they are.

    Raises:
        NotFound: course, ref or course file unknown.
        InvalidInput: the course file has problems.
        Refused: more is removed than `allowRemovals` admits.
        NeighbourFailed: something did not answer.
    """
    course = course_of_assignments(command.assignments, neighbours)
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(
            command.assignments, neighbours.credential(command.assignments, course.id, "source")
        )
        with beside(lambda: _recorded(course, neighbours)) as reading:
            if command.ref is not None and (
                command.ref.startswith("refs/") or len(command.ref) == len("0" * 40)
            ):
                head = Head(command.ref, remote.fetch(command.ref))
            else:
                head = read_head(remote, command.ref, to_read=True)
            recorded = reading()
        draft = draft_plan(course, head, recorded, workspace, remote, neighbours)
    if not command.dry_run:
        steps = [step.as_json() for step in draft.plan.steps]
        with neighbours.database.transaction() as rows:
            rows.ledger.save_plan(
                StoredPlan(draft.plan.digest, course.id, draft.plan.base_sha, steps, neighbours.clock())
            )
    return Planned(course.title, draft.plan, head.branch, draft.assignments.warnings)


def _recorded(course: Course, neighbours: Neighbours) -> Recorded:
    with neighbours.database.transaction() as rows:
        return read_recorded(course, rows)
