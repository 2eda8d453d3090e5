"""Record what a deploy did, together with the contents as its course file has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from courseline.domain.course.course import Content, Course
from courseline.domain.deploying.applied import Applied, deployment_after, event_of
from courseline.domain.deploying.deployment import Deployment
from courseline.domain.deploying.step import StepAction
from courseline.domain.ledger.history import Event
from courseline.domain.ledger.operation import Operation, OperationState
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


def save_contents(
    course: Course,
    assignments: Assignments,
    gone: Collection[UUID],
    directories: Mapping[UUID, str],
    rows: Rows,
    *,
    held: Collection[UUID] = (),
) -> bool:
    """Make the course's contents those of its file; whether anything changed.

    Args:
        course: the course.
        assignments: its file and which content each entry is.
        gone: contents whose removal was applied; other leaving contents stay until a person decides.
        directories: content id -> directory of contents that have files now; it is fixed from here on.
        rows: the transaction.
        held: contents that stay as they are recorded, see `held_contents`; new ones are not born yet.
    """
    match = assignments.match
    staying = [content for content in match.leaving if content.id not in gone]
    contents: list[Content] = []
    for entry in match.matched:
        content = entry.content
        if content.id not in held:
            directory = directories.get(content.id, content.directory)
            contents.append(
                content if directory == content.directory else replace(content, directory=directory)
            )
        elif entry.before is not None and not entry.before.removed:
            contents.append(entry.before)
    return rows.courses.save_contents(course.id, assignments.file.content_types, [*contents, *staying])


def record_applied(
    course: Course,
    operation: Operation,
    applied: Sequence[Applied],
    commit: str,
    deployments: Mapping[UUID, Deployment],
    neighbours: Neighbours,
    rows: Rows,
) -> None:
    """Record applied steps and close the operation; the contents must be saved before."""
    events: list[Event] = []
    records = dict(deployments)
    for step in applied:
        before = records.get(step.content_id)
        after = deployment_after(step, before, commit, operation.started_at, operation.id)
        events.append(
            event_of(step, commit, operation.started_at, operation.id, neighbours.actor, step.message)
        )
        if step.action is StepAction.MOVE and before is None:
            continue  # nothing of ours was ever there: only the content moves
        records[step.content_id] = after
    rows.ledger.save_deployments(
        *(after for content_id, after in records.items() if after is not deployments.get(content_id))
    )
    rows.ledger.append(course.id, events)
    rows.ledger.end_operation(operation.id, OperationState.DONE, neighbours.clock())
