"""Plan a merge request: what a deploy would do once it is merged. The plan is kept for that deploy."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.course.course import Course
from courseline.domain.deploying import plan_note
from courseline.errors import CourselineError, NeighbourFailed
from courseline.usecases.deploying.draft_plan import draft_plan, read_recorded
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.forge import ForgeRequest
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.react.merge_result import MergeResult
from courseline.usecases.rows import StoredPlan


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """What came out.

    Attributes:
        note: for the merge request.
        status: one line for its head.
        plan: digest of the kept plan, None when none could be made.
        wanting: a person, or a release, has to mend something.
    """

    note: str
    status: str
    plan: str | None
    wanting: bool


def plan_request(
    course: Course,
    request: ForgeRequest,
    target: Head,
    merged: MergeResult,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
) -> PlannedRequest:
    """Make the plan and keep it; contents and deployments stay as they are.

    Raises:
        NeighbourFailed: something did not answer.
    """
    if merged.commit is None:
        note = plan_note.conflict_note(request.target_branch)
        return PlannedRequest(note, "It cannot be merged as it is.", None, wanting=True)
    try:
        head = Head(request.target_branch, merged.commit, is_here=True)
        with neighbours.database.transaction() as rows:
            recorded = read_recorded(course, rows)
        draft = draft_plan(course, head, recorded, workspace, remote, neighbours)
    except NeighbourFailed:
        raise
    except CourselineError as refused:  # its author has to mend something first
        note = plan_note.problems_note(refused.message, refused.problems)
        return PlannedRequest(note, plan_note.refusal(refused.problems), None, wanting=True)
    plan = draft.plan
    steps = [step.as_json() for step in plan.steps]
    with neighbours.database.transaction() as rows:
        rows.ledger.save_plan(StoredPlan(plan.digest, course.id, target.sha, steps, neighbours.clock()))
    note = plan_note.plan_note(plan, draft.assignments.warnings, request.target_branch)
    return PlannedRequest(note, plan_note.summary(plan), plan.digest, wanting=plan_note.needs_attention(plan))
