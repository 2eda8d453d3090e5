"""Draft the plan of a course: read what is there, resolve the wishes, decide the steps; changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.course import Content, Course
from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.deploying.deployment import Deployment
from courseline.domain.deploying.place_state import PlaceState, tracked_by_blob
from courseline.domain.deploying.plan import LeavingPlace, Plan, WishedPlace, make_plan, removal_problem
from courseline.domain.deploying.resolution import Resolution, Unresolved
from courseline.domain.ledger.operation import Operation
from courseline.errors import Problem, Refused
from courseline.usecases.deploying.place_wish import Decided, PlaceWish
from courseline.usecases.deploying.read_assignments import Assignments, Head, read_assignments
from courseline.usecases.deploying.read_places import Places, read_places
from courseline.usecases.deploying.resolve_wishes import resolve_wishes
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.rows import Rows, StoredPlan


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan together with all it was made from.

    Attributes:
        course: the course.
        assignments: what the repository says.
        plan: the steps.
        resolutions: by content id.
        states: what is at each place, by content id.
        leaving: contents that are not in the course file and hold something of ours, or still live.
        deployments: the database's records, by content id.
    """

    course: Course
    assignments: Assignments
    plan: Plan
    resolutions: Mapping[UUID, Resolution | Unresolved]
    states: Mapping[UUID, PlaceState]
    leaving: tuple[Content, ...]
    deployments: Mapping[UUID, Deployment]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database has of a course before a plan is made.

    Attributes:
        left: the operation on its assignments repository that is open.
        deployments: by content id.
        contents: of the course, those that left it too.
    """

    left: Operation | None
    deployments: Mapping[UUID, Deployment]
    contents: Sequence[Content]


def read_recorded(course: Course, rows: Rows) -> Recorded:
    """Read it."""
    return Recorded(
        rows.ledger.open_operation(course.assignments_identity),
        rows.ledger.deployments(course.id),
        rows.courses.contents(course.id, removed=True),
    )


def draft_plan(
    course: Course,
    head: Head,
    recorded: Recorded,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
    stored: StoredPlan | None = None,
) -> Draft:
    """Make the plan for a head.

    Args:
        course: the course.
        head: of its assignments repository.
        recorded: what the database has of the course.
        workspace: to read in.
        remote: the assignments repository.
        neighbours: the outside.
        stored: a kept plan whose versions are taken instead of resolving again.

    Raises:
        InvalidInput: the course file has problems.
        NotFound: branch or course file is missing.
        Refused: more is removed than `allowRemovals` admits.
    """
    deployments = recorded.deployments
    known = tracked_by_blob(deployments.values())
    assignments = read_assignments(
        course, head, workspace, remote, neighbours, known=known.keys(), recorded=recorded.contents
    )
    found: Places = read_places(assignments, deployments, known, workspace, remote)
    states = found.states
    decided = _decided(stored)
    wishes = [
        PlaceWish(
            entry.content.id,
            entry.node.wish,
            states[entry.content.id],
            decided.get(entry.content.id),
        )
        for entry in assignments.match.matched
        if entry.node.wish is not None and entry.content.id not in found.misplaced
    ]
    resolutions = resolve_wishes(course, wishes, neighbours)
    resolutions |= {
        entry.content.id: found.misplaced[entry.content.id]
        for entry in assignments.match.matched
        if entry.node.wish is not None and entry.content.id in found.misplaced
    }
    kept = {removal.path for removal in assignments.file.removed if removal.keep_files}
    places = [
        WishedPlace(
            entry.content.id,
            entry.node.path,
            states[entry.content.id],
            resolutions.get(entry.content.id),
            entry.old_path,
            entry.is_guess,
            keep_files=entry.node.path in kept,
        )
        for entry in assignments.match.matched
    ]
    leaving = [
        LeavingPlace(
            content.id,
            content.path,
            states[content.id],
            keep_files=content.path in kept,
        )
        for content in found.leaving
        if states[content.id].recorded is not None
    ]
    plan = make_plan(places, leaving, head.sha)
    problem: Problem | None = removal_problem(plan, assignments.file.allow_removals, COURSE_FILE)
    if problem is not None:
        raise Refused(f"Planning {course.title}: nothing was changed.", [problem])
    return Draft(course, assignments, plan, resolutions, states, found.leaving, deployments)


def _decided(stored: StoredPlan | None) -> dict[UUID, Decided]:
    if stored is None:
        return {}
    decided: dict[UUID, Decided] = {}
    for step in stored.steps:
        version, dependencies = step.get("resolved_version"), step.get("dependencies")
        if isinstance(version, str) and isinstance(dependencies, dict):
            decided[UUID(str(step["content_id"]))] = Decided(
                UUID(version), {UUID(example): UUID(chosen) for example, chosen in dependencies.items()}
            )
    return decided
