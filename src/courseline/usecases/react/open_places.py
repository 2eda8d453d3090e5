"""Places whose `visibleFrom` has passed and that students do not have yet are queued to be published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.errors import CourselineError, Problem
from courseline.usecases.deploying.read_assignments import Head, read_assignments, read_head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import publish_course
from courseline.usecases.students.read_places import shown_places, visible_starts


@dataclass(slots=True)
class KnownStarts:
    """What earlier passes of this worker read; only a hint, so that it may be lost.

    Attributes:
        starts: of each course the head that was read, and when each deployed content of it may be seen.
        queued: of each course the head and the contents for which publishing was queued.
    """

    starts: dict[UUID, tuple[str, dict[UUID, datetime]]] = field(default_factory=dict)
    queued: dict[UUID, tuple[str, set[UUID]]] = field(default_factory=dict)


def open_places(
    known: KnownStarts,
    neighbours: Neighbours,
    seen: Callable[[Course, Head], None] = lambda _course, _head: None,
) -> tuple[list[str], list[Problem]]:
    """Queue every course that has a deployed place that students may see by now and do not have.

    One `git ls-remote` for each course; its course file is read only where the head is new. A place that stays refused
    is queued once for a head.

    Args:
        known: what earlier passes read; is brought up to date.
        neighbours: the outside.
        seen: told of the head of each course, so that one listing of a repository serves all that look at it.

    Returns:
        Queued courses as `organization/family/course`, and the courses that could not be looked at.

    Raises:
        NeighbourFailed: the database is away.
    """
    with neighbours.database.transaction() as rows:
        courses = rows.courses.all()
    queued: list[str] = []
    problems: list[Problem] = []
    for course in courses:
        try:
            sha, starts = _starts(course, known, seen, neighbours)
        except CourselineError as problem:
            problems.append(Problem(course.assignments_url, None, problem.message))
            continue
        if starts and _queued(course, sha, starts, known, neighbours):
            queued.append(course.title)
    return queued, problems


def _starts(
    course: Course, known: KnownStarts, seen: Callable[[Course, Head], None], neighbours: Neighbours
) -> tuple[str, dict[UUID, datetime]]:
    url = course.assignments_url
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, "source"))
        head: Head = read_head(remote, None)
        seen(course, head)
        if head.sha is None:
            return "", {}
        before = known.starts.get(course.id)
        if before is not None and before[0] == head.sha:
            return before
        assignments = read_assignments(course, head, workspace, remote, neighbours, known=None)
    by_path = visible_starts(assignments)
    matched = assignments.match.matched
    deployed = shown_places(assignments, {entry.content.id for entry in matched}, neighbours.clock())
    paths = {entry.content.id: entry.node.path for entry in deployed}
    found = head.sha, {content: by_path[path] for content, path in paths.items() if path in by_path}
    # What a deploy has yet to record may be recorded without a commit, so such a head is read again.
    if not any(entry.is_new and entry.node.path in by_path for entry in matched):
        known.starts[course.id] = found
    return found


def _queued(
    course: Course, sha: str, starts: dict[UUID, datetime], known: KnownStarts, neighbours: Neighbours
) -> bool:
    now = neighbours.clock()
    with neighbours.database.transaction() as rows:
        exposed = rows.ledger.exposed_contents(course.id)
        due = {content for content, start in starts.items() if start <= now} - exposed
        before = known.queued.get(course.id)
        if not due or (before is not None and before[0] == sha and due <= before[1]):
            return False
        put = rows.queue.put(publish_course(str(course.id), course.assignments_url))
    known.queued[course.id] = sha, due
    return put
