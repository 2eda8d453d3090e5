"""List operations, and show one with all that it got to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.ledger.operation import Operation, OperationEvent
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem
from courseline.usecases.course.find_course import course_of_reference
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.watch_rows import SeenPipeline
from courseline.usecases.rows import Rows

SHORT = 8
"""Characters of an id that lists show; `show` takes any beginning that means one operation."""

_PREFIX = re.compile(r"[0-9a-f]{1,32}")
_SHOWN_CANDIDATES = 5
_NEWEST_PIPELINES = 20


@dataclass(frozen=True, slots=True)
class ListOperations:
    """Which operations to list.

    Attributes:
        target: URL or PATH of the repository they write to (for a sync the one it reads), None for all.
        course: organization/family/course, course path or id, None for all.
        open_only: only those that have not ended.
        limit: at most so many, the newest.
    """

    target: str | None = None
    course: str | None = None
    open_only: bool = False
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ListedOperation:
    """An operation in a list.

    Attributes:
        operation: the operation.
        course: `organization/family/course`, None for a sync.
        resumed: how often another run took it up again.
    """

    operation: Operation
    course: str | None
    resumed: int


@dataclass(frozen=True, slots=True)
class FailedPipeline:
    """A pipeline of a course that failed or was canceled.

    Attributes:
        pipeline: as GitLab told of it.
        course: `organization/family/course`.
    """

    pipeline: SeenPipeline
    course: str


@dataclass(frozen=True, slots=True)
class ListedOperations:
    """Operations, newest first; `more` when older ones were left out.

    Attributes:
        pipelines: of the same courses, those that failed; an operation that never began is to be looked for there.
    """

    operations: tuple[ListedOperation, ...]
    more: bool
    pipelines: tuple[FailedPipeline, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownOperation:
    """An operation with the steps it got to, in order."""

    listed: ListedOperation
    events: tuple[OperationEvent, ...]


def list_operations(command: ListOperations, neighbours: Neighbours) -> ListedOperations:
    """The newest operations that were asked for.

    Raises:
        NotFound: no such course.
    """
    with neighbours.database.transaction() as rows:
        course_id = course_of_reference(command.course, rows).id if command.course is not None else None
        targets = None if command.target is None else _targets(command.target, neighbours, rows)
        found = rows.ledger.find_operations(
            targets=targets, course_id=course_id, open_only=command.open_only, limit=command.limit + 1
        )
        listed = _listed(found[: command.limit], rows)
        pipelines = () if command.target is not None or command.open_only else _failed(course_id, rows)
    return ListedOperations(listed, len(found) > command.limit, pipelines)


def show_operation(reference: str, neighbours: Neighbours) -> ShownOperation:
    """The operation whose id is, or begins with, `reference`.

    Raises:
        InvalidInput: it is no beginning of an id.
        NotFound: no operation or several begin so; the message names them.
    """
    asked = f"Looking for the operation {printable(reference)}"
    prefix = reference.strip().lower()
    if not _PREFIX.fullmatch(prefix.replace("-", "")):
        raise InvalidInput(
            f"{asked}: an id is made of the digits 0-9 and a-f. `courseline operations list` shows the ids."
        )
    with neighbours.database.transaction() as rows:
        found = rows.ledger.operations_like(prefix)
        if len(found) != 1:
            raise _not_one(asked, reference, found)
        (listed,) = _listed(found, rows)
        return ShownOperation(listed, tuple(rows.ledger.operation_events(found[0].id)))


def _failed(course_id: UUID | None, rows: Rows) -> tuple[FailedPipeline, ...]:
    titles = {course.id: course.title for course in rows.courses.all()}
    seen = rows.watch.pipelines(course_id, limit=_NEWEST_PIPELINES)
    return tuple(FailedPipeline(one, titles.get(one.course_id, "")) for one in seen if one.went_wrong)


def _not_one(asked: str, reference: str, found: Sequence[Operation]) -> NotFound:
    if not found:
        return NotFound(f"{asked}: there is none. `courseline operations list` shows those there are.")
    problems = [
        Problem(
            str(one.id),
            None,
            f"{one.kind} on {one.target}, {one.started_at:%Y-%m-%d %H:%M:%S} UTC, {one.state}.",
        )
        for one in found[:_SHOWN_CANDIDATES]
    ]
    return NotFound(
        f"{asked}: {len(found)} ids begin with {printable(reference)}. Write more of the one you mean:",
        problems,
    )


def _targets(url: str, neighbours: Neighbours, rows: Rows) -> set[str]:
    """The identities under which operations on a repository are recorded."""
    identity = neighbours.resolve_url(url)
    repository = rows.library.repository(urls=[identity])
    return {identity} | ({repository.identity} if repository is not None else set())


def _listed(operations: Sequence[Operation], rows: Rows) -> tuple[ListedOperation, ...]:
    resumed: Mapping[UUID, int] = rows.ledger.resumptions([one.id for one in operations])
    known = any(one.course_id is not None for one in operations)
    titles = {course.id: course.title for course in rows.courses.all()} if known else {}
    return tuple(
        ListedOperation(
            one, titles.get(one.course_id) if one.course_id is not None else None, resumed.get(one.id, 0)
        )
        for one in operations
    )
