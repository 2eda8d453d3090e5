"""What a deploy answers: one result a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.deploying.step import Step, StepAction
from courseline.errors import Problem
from courseline.usecases.react.watch_rows import Outcome, Undone

STATUS_OF = {
    StepAction.ADD: "deployed",
    StepAction.UPDATE: "deployed",
    StepAction.MOVE: "moved",
    StepAction.REMOVE: "removed",
    StepAction.KEEP: "unchanged",
    StepAction.CONFLICT: "conflict",
    StepAction.REFUSED: "refused",
}


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of a step.

    Attributes:
        path: ltree path of the place.
        status: deployed, moved, removed, unchanged, conflict, refused or failed.
        example: `REPO:identifier`.
        version_tag: label that was to be there, as shown.
        message: for people.
    """

    path: str
    status: str
    example: str | None
    version_tag: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deploy did.

    Attributes:
        course: `organization/family/course`.
        operation: None when nothing had to be done.
        commit: None when none was made.
        branch: that was deployed to.
        results: one a step.
        problems: warnings of the course file.
        rows_changed: titles, types or flags were recorded.
    """

    course: str
    operation: UUID | None
    commit: str | None
    branch: str
    results: tuple[StepResult, ...]
    problems: tuple[Problem, ...] = ()
    rows_changed: bool = False

    def count(self, *statuses: str) -> int:
        """How many results have one of these statuses."""
        return sum(result.status in statuses for result in self.results)


UNDONE = frozenset({"conflict", "refused", "failed"})


def outcome_of(results: Sequence[StepResult]) -> Outcome:
    """What is told of a deploy later on, to those whose change it brought."""
    return Outcome(
        tuple(Undone(one.path, one.status, one.message) for one in results if one.status in UNDONE)
    )


def result_of(step: Step, failed: Mapping[UUID, str]) -> StepResult:
    """The result of a step.

    Args:
        step: the step; one that was held back is `REFUSED`.
        failed: content id -> why the library's bytes for it could not be had.
    """
    label = step.from_label if step.action in {StepAction.MOVE, StepAction.REMOVE} else step.to_label
    if step.action in {StepAction.ADD, StepAction.UPDATE} and step.content_id in failed:
        message = f"the library's copy cannot be used: {failed[step.content_id]}"
        return StepResult(step.path, "failed", step.example, label, message)
    return StepResult(step.path, STATUS_OF[step.action], step.example, label, step.message)
