"""Hold steps back: those that a kept plan did not show, and those whose bytes the library cannot give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.held_contents import held_contents
from courseline.domain.deploying.step import Step, StepAction
from courseline.usecases.rows import StoredPlan

WRITING = frozenset({StepAction.ADD, StepAction.UPDATE})
_CHANGED = "this is not what the plan showed: the place or its wish has changed since. Make a new plan"
_WAITS = "the content that lives here stays, because its move is not what the plan showed. Make a new plan"


def hold_to_plan(
    stored: StoredPlan | None, steps: Sequence[Step], matched: Sequence[MatchedContent]
) -> list[Step]:
    """Refuse singly each step that is not the one shown in the stored plan, with all others of its place.

    A content that would come to the path of one whose move is refused waits with it.
    """
    if stored is None:
        return list(steps)
    shown = {str(step["digest"]) for step in stored.steps}
    changed = {step.content_id for step in steps if step.action.changes and step.digest not in shown}
    held = dict.fromkeys(held_contents(matched, changed), _WAITS) | dict.fromkeys(changed, _CHANGED)
    return [
        replace(
            step,
            action=StepAction.REFUSED,
            message="; ".join(filter(None, [held[step.content_id], step.message])),
        )
        if step.action.changes and step.content_id in held
        else step
        for step in steps
    ]


def applicable(steps: Sequence[Step], failed: Mapping[UUID, str]) -> list[Step]:
    """The steps to apply.

    A place whose bytes cannot be had still moves; a directory that such a place was to take over stays as it is.
    """
    held = {step.directory for step in steps if step.action in WRITING and step.content_id in failed}
    return [
        step
        for step in steps
        if step.action.changes
        and not (step.action in WRITING and step.content_id in failed)
        and not (step.action is StepAction.REMOVE and step.directory in held)
    ]


def left_over(steps: Sequence[Step], applying: Sequence[Step]) -> list[Step]:
    """All steps, those that change something and are not applied as `REFUSED`."""
    applied = set(map(id, applying))
    return [
        replace(step, action=StepAction.REFUSED) if step.action.changes and id(step) not in applied else step
        for step in steps
    ]
