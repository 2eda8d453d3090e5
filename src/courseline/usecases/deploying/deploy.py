"""Deploy: bring an assignments repository to what its course file wishes, in one commit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.course.held_contents import held_contents
from courseline.domain.deploying.applied import Applied
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.ledger.operation import Operation, OperationKind
from courseline.errors import NotFound, PushRejected
from courseline.usecases.beside import beside
from courseline.usecases.course.find_course import course_of_assignments
from courseline.usecases.deploying.deployed import Deployed, outcome_of, result_of
from courseline.usecases.deploying.draft_plan import Draft, Recorded, draft_plan, read_recorded
from courseline.usecases.deploying.fetch_contents import fetch_contents
from courseline.usecases.deploying.hold_steps import WRITING, applicable, hold_to_plan, left_over
from courseline.usecases.deploying.push_commit import push_commit
from courseline.usecases.deploying.read_assignments import read_head
from courseline.usecases.deploying.record_deployment import record_applied, save_contents
from courseline.usecases.deploying.record_found import Finding, record_found, record_reverted
from courseline.usecases.deploying.settle import settle_deploys
from courseline.usecases.deploying.shown_plans import Watched, read_watched, shown_plans
from courseline.usecases.ledger.open_operation import close_left, open_operation
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react import watch_rows as watch
from courseline.usecases.rows import Rows, StoredPlan

__all__ = ["Deploy", "Deployed", "deploy"]

ATTEMPTS = 5
"""How often a deploy reads and plans again when somebody else pushes meanwhile."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """Deploy a course.

    Attributes:
        assignments: URL or PATH of the assignments repository.
        branch: None for the remote's HEAD.
        plan: digest of a kept plan whose steps alone may be applied.
        wait: seconds to wait for another writer.
        dry_run: change nothing.
    """

    assignments: str
    branch: str | None = None
    plan: str | None = None
    wait: float = 60.0
    dry_run: bool = False


def deploy(command: Deploy, neighbours: Neighbours) -> Deployed:
    """Apply the plan of a course; repeatable, resumable, never forcing.

    Raises:
        NotFound: course, branch, course file or plan unknown.
        InvalidInput: the course file has problems.
        Refused: more is removed than `allowRemovals` admits.
        NeighbourFailed: something did not answer; the same command takes it up again.
    """
    course = course_of_assignments(command.assignments, neighbours)
    stored = _stored(command, course, neighbours)
    lease = neighbours.database.lease(
        course.assignments_identity, wait=command.wait, holder=neighbours.holder
    )
    with nullcontext() if command.dry_run else lease:
        for _ in range(ATTEMPTS - 1):
            # Somebody may push meanwhile: then look again and plan again, never force.
            with suppress(PushRejected):
                return _attempt(command, course, stored, neighbours)
        return _attempt(command, course, stored, neighbours)


def _attempt(command: Deploy, course: Course, stored: StoredPlan | None, neighbours: Neighbours) -> Deployed:
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(
            command.assignments, neighbours.credential(command.assignments, course.id, "source")
        )
        with beside(lambda: _read(course, neighbours)) as reading:
            head = read_head(remote, command.branch, to_read=True)
            recorded, watched = reading()
        if not command.dry_run and settle_deploys(
            course, command.assignments, head, recorded.left, neighbours
        ):
            recorded, watched = _read(course, neighbours)
        stored = stored or shown_plans(course, head, watched, workspace, remote, neighbours)
        draft = draft_plan(course, head, recorded, workspace, remote, neighbours, stored)
        steps = hold_to_plan(stored, draft.plan.steps, draft.assignments.match.matched)
        contents = fetch_contents(draft, [step for step in steps if step.action in WRITING], neighbours)
        results = tuple(result_of(step, contents.unreadable) for step in steps)
        answer = Deployed(course.title, None, None, head.branch, results, draft.assignments.warnings)
        if command.dry_run:
            return answer
        reverted = any(state.reverted for state in draft.states.values())
        if reverted:
            with neighbours.database.transaction() as rows:
                draft = record_reverted(draft, Finding(neighbours.actor, neighbours.clock()), rows)
        applying = applicable(steps, contents.unreadable)
        outcome = Outcome(draft, left_over(steps, applying), applying, contents.unreadable)
        if not applying:
            with neighbours.database.transaction() as rows:
                close_left(course.assignments_identity, neighbours, rows)
                _, changed = _record_places(outcome, Finding(neighbours.actor, neighbours.clock()), rows)
                rows.watch.save_deploy(course.id, head.sha, outcome_of(results), neighbours.clock())
            return replace(answer, rows_changed=changed or reverted)
        inputs = {"course": str(course.id), "branch": head.branch, "plan": command.plan}
        with neighbours.database.transaction() as rows:
            operation = open_operation(
                OperationKind.DEPLOY, course.assignments_identity, inputs, course.id, neighbours, rows
            )
            behind = rows.ledger.head(course.id)
        commit, applied = push_commit(
            draft, applying, contents.blobs, operation, behind, workspace, remote, neighbours
        )
        _record(outcome, operation, commit, applied, outcome_of(results), neighbours)
        return replace(answer, operation=operation.id, commit=commit, rows_changed=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run comes to.

    Attributes:
        draft: the plan and all behind it.
        steps: all of them; what is not applied is `REFUSED`.
        applying: the steps that are applied.
        failed: content id -> why its bytes could not be had.
    """

    draft: Draft
    steps: Sequence[Step]
    applying: Sequence[Step]
    failed: dict[UUID, str]


def _read(course: Course, neighbours: Neighbours) -> tuple[Recorded, Watched]:
    with neighbours.database.transaction() as rows:
        return read_recorded(course, rows), read_watched(course, rows)


def _stored(command: Deploy, course: Course, neighbours: Neighbours) -> StoredPlan | None:
    if command.plan is None:
        return None
    with neighbours.database.transaction() as rows:
        stored = rows.ledger.plan(course.id, command.plan)
    if stored is None:
        raise NotFound(
            f"Deploying {course.title}: no plan {command.plan} is kept for this course. Make one with: courseline-plan"
            f" --assignments {command.assignments}"
        )
    return stored


def _record(
    outcome: Outcome,
    operation: Operation,
    commit: str,
    applied: Sequence[Applied],
    seen: watch.Outcome,
    neighbours: Neighbours,
) -> None:
    """Everything in one transaction: contents, findings, what was done."""
    finding = Finding(neighbours.actor, operation.started_at)
    with neighbours.database.transaction() as rows:
        draft, _ = _record_places(outcome, finding, rows)
        record_applied(draft.course, operation, applied, commit, draft.deployments, neighbours, rows)
        rows.watch.save_deploy(draft.course.id, commit, seen, neighbours.clock())


def _record_places(outcome: Outcome, finding: Finding, rows: Rows) -> tuple[Draft, bool]:
    draft = outcome.draft
    gone = {content.id for content in draft.leaving if draft.states[content.id].recorded is None}
    gone |= {step.content_id for step in outcome.applying if step.action is StepAction.REMOVE}
    directories = {
        content_id: state.directory
        for content_id, state in draft.states.items()
        if state.recorded is not None
    }
    directories |= {step.content_id: step.directory for step in outcome.applying if step.action in WRITING}
    matched = draft.assignments.match.matched
    waiting = {
        step.content_id for step in outcome.steps if step.action is StepAction.REFUSED and step.old_path
    }
    held = held_contents(matched, waiting)
    changed = save_contents(draft.course, draft.assignments, gone, directories, rows, held=held)
    unborn = {entry.content.id for entry in matched if entry.is_new and entry.content.id in held}
    steps = [step for step in outcome.steps if step.content_id not in unborn]
    after = record_found(draft, steps, outcome.failed, finding, rows)
    return after, changed or after.deployments != draft.deployments
