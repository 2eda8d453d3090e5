"""Find merge requests that no event told of: one call for each group, and what the database knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from courseline.domain.course.course import Course
from courseline.errors import NeighbourFailed, NotFound, Problem, Refused
from courseline.usecases.forge import Forge, ForgeRequest
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.react.job import look_at_request
from courseline.usecases.react.watch_rows import OPENED, SeenRequest

FIRST_LOOK_BACK = timedelta(days=90)
"""How old a change may be that is found when a group is read for the first time."""
OVERLAP = timedelta(minutes=10)
"""Read again each time: clocks differ, and GitLab's lists lag behind."""


@dataclass(slots=True)
class KnownGroups:
    """Groups that GitLab does not show us, as earlier passes of this worker found; only a hint."""

    hidden: set[str] = field(default_factory=set)


def watch_requests(
    courses: Sequence[Course], known: KnownGroups, neighbours: Neighbours
) -> tuple[list[str], list[Problem]]:
    """Queue every merge request on a course's repository that is not as it was when it was looked at.

    Args:
        courses: all of them.
        known: what earlier passes found; is brought up to date.
        neighbours: the outside.

    Returns:
        Queued requests as `GROUP/PROJECT!IID`, and the groups that could not be read.

    Raises:
        NeighbourFailed: the database is away.
    """
    forge = neighbours.forge
    if forge is None:
        return [], []
    paths = {
        path: course for course in courses if (path := forge.path_of(course.assignments_url)) is not None
    }
    queued: list[str] = []
    problems: list[Problem] = []
    waiting = sorted({_top(path, known) for path in paths})
    while waiting:
        scope = waiting.pop(0)
        try:
            queued += _read(scope, scope in paths, paths, forge, neighbours)
        except (NotFound, Refused) as hidden:
            if scope in paths:
                problems.append(Problem(scope, None, hidden.message))
            else:  # perhaps what lies below is shown to us
                known.hidden.add(scope)
                below = {_top(path, known) for path in paths if path.startswith(f"{scope}/")}
                waiting = sorted({*waiting, *below})
        except NeighbourFailed as away:
            problems.append(Problem(scope, None, away.message))
    return queued, problems


def _top(path: str, known: KnownGroups) -> str:
    """The uppermost group of a project that may be shown to us; the project itself when none is."""
    parts = path.split("/")
    groups = ("/".join(parts[:length]) for length in range(1, len(parts)))
    return next((group for group in groups if group not in known.hidden), path)


def _read(
    scope: str, is_project: bool, paths: Mapping[str, Course], forge: Forge, neighbours: Neighbours
) -> list[str]:
    began = neighbours.clock()
    with neighbours.database.transaction() as rows:
        mark = rows.watch.mark(scope)
    since = (mark - OVERLAP) if mark is not None else began - FIRST_LOOK_BACK
    found = (
        forge.merge_requests_of_project(scope, since) if is_project else forge.merge_requests(scope, since)
    )
    queued: list[str] = []
    with neighbours.database.transaction() as rows:
        for request in found:
            path = _path(request, forge)
            course = paths.get(path or "")
            if course is None or not _is_news(request, rows.watch.request(course.id, request.iid)):
                continue
            # Read again next time, until it has been looked at.
            began = min(began, request.updated_at)
            if rows.queue.put(look_at_request(str(course.id), request.project, request.iid)):
                queued.append(f"{path}!{request.iid}")
        rows.watch.save_mark(scope, began)
    return queued


def _path(request: ForgeRequest, forge: Forge) -> str | None:
    project, dash, _ = request.url.partition("/-/merge_requests/")
    if not dash:
        project = request.url.partition("/merge_requests/")[0]
    return forge.path_of(project)


def _is_news(request: ForgeRequest, seen: SeenRequest | None) -> bool:
    if request.source_project != request.project or request.head is None:
        return False
    if seen is None:
        return request.state in {OPENED, "merged"}
    return (request.state, request.head, request.target_branch) != (seen.state, seen.head, seen.target_branch)
