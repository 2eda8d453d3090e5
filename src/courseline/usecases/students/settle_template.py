"""Record a pushed student template, also one whose run was killed between push and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.course.course import Course
from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import Operation, OperationKind, OperationState
from courseline.domain.students.gate.history import TemplateCommit
from courseline.domain.students.judgement import seal
from courseline.usecases.ledger.open_operation import close_left
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


@dataclass(frozen=True, slots=True)
class Given:
    """What a template commit gives to students; which files, is kept with its operation.

    Attributes:
        new_files: how many files they did not have before.
        files: how many files the template has.
        judged: digest of what it was judged on, see `domain.students.judgement`; None when that is not known.
    """

    new_files: int
    files: int
    judged: str | None = None

    def facts(self, base: str | None, commit: str) -> dict[str, object]:
        """For the operation's checkpoint, so that a later run can record what a killed one pushed.

        Args:
            base: commit the branch was at.
            commit: commit that is about to be pushed.
        """
        return {
            "base": base,
            "commit": commit,
            "files": self.files,
            "new_files": self.new_files,
            "judged": self.judged,
        }


def settle_template(course: Course, commits: Sequence[TemplateCommit], neighbours: Neighbours) -> None:
    """Record the open template operation of a course whose commit did reach the repository.

    One without a commit stays open: the run that follows resumes or abandons it.

    Args:
        course: the course.
        commits: every commit of the template branch.
        neighbours: the outside.
    """
    with neighbours.database.transaction() as rows:
        operation = rows.ledger.open_operation(course.template_identity)
        if operation is None or operation.kind is not OperationKind.STUDENT_TEMPLATE:
            return
        # The commit's own id, not its trailer: a commit that somebody changed afterwards is not the one we made.
        sha = operation.checkpoint.get("commit")
        if any(commit.sha == sha for commit in commits):
            record_template(course, operation, _given(operation.checkpoint), str(sha), neighbours, rows)


def close_unpushed(
    course: Course, neighbours: Neighbours, state: OperationState = OperationState.ABANDONED
) -> None:
    """End the operation that is open on the course's template repository, if any, because nothing is to be pushed."""
    with neighbours.database.transaction() as rows:
        close_left(course.template_identity, neighbours, rows, state, "nothing was pushed")


def record_template(
    course: Course, operation: Operation, given: Given, commit: str, neighbours: Neighbours, rows: Rows
) -> None:
    """Record what students have been given, and close the operation."""
    rows.ledger.expose(operation.id, operation.started_at)
    sealed = given.judged and seal(given.judged, rows.ledger.exposure_digest(course.id))
    event = Event(
        Action.TEMPLATE_PUBLISHED,
        operation.started_at,
        operation_id=operation.id,
        actor=neighbours.actor,
        details={
            "commit": commit,
            "files": given.files,
            "new_files": given.new_files,
            "template": course.template_identity,
            **({"judged": sealed} if sealed else {}),
        },
    )
    rows.ledger.append(course.id, [event])
    rows.ledger.end_operation(operation.id, OperationState.DONE, neighbours.clock())


def _given(checkpoint: Mapping[str, object]) -> Given:
    new_files, files, judged = (checkpoint.get(name) for name in ("new_files", "files", "judged"))
    return Given(
        new_files if isinstance(new_files, int) else 0,
        files if isinstance(files, int) else 0,
        judged if isinstance(judged, str) else None,
    )
