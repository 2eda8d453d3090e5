"""Read an assignments repository: head, tree, course file, and which content each entry is."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.course.contents import ContentMatch, match_contents
from courseline.domain.course.course import Content, Course
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.wish import COURSE_FILE, CourseFile
from courseline.domain.deploying.course_metadata import DEPLOYED_FILE, HISTORY_FILE
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.tree import FILE, Tree
from courseline.errors import InvalidInput, NotFound, Problem, errors_among
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace

DEFAULT_BRANCH = "main"


@dataclass(frozen=True, slots=True)
class Head:
    """A branch and the commit it is at; None for a branch that does not exist yet."""

    branch: str
    sha: str | None


@dataclass(frozen=True, slots=True)
class Assignments:
    """What an assignments repository says.

    Attributes:
        head: what was read.
        tree: all files of it.
        file: the wish.
        match: which content each entry is.
        left: contents that left the course earlier and are not in the file.
        warnings: of the course file.
    """

    head: Head
    tree: Tree
    file: CourseFile
    match: ContentMatch
    left: tuple[Content, ...]
    warnings: tuple[Problem, ...]


def read_head(remote: Remote, branch: str | None) -> Head:
    """The branch asked for, else the remote's HEAD, else `main`."""
    refs = remote.refs()
    name = branch or refs.head_branch or DEFAULT_BRANCH
    return Head(name, refs.refs.get(f"refs/heads/{name}"))


def read_assignments(
    course: Course, head: Head, workspace: Workspace, remote: Remote, neighbours: Neighbours
) -> Assignments:
    """Fetch the head without blobs and read its course file.

    Raises:
        NotFound: the branch or the course file does not exist.
        InvalidInput: the course file has problems; all of them are named.
    """
    if head.sha is None:
        raise NotFound(
            f"Reading {remote.url}: it has no branch {head.branch}. Push a commit with a {COURSE_FILE} first, or name"
            " another branch with --branch."
        )
    remote.fetch(head.sha)
    tree = workspace.tree(head.sha)
    entry = tree.get(COURSE_FILE)
    if entry is None or not entry.mode.startswith("100"):
        raise NotFound(
            f"Reading {remote.url} at {head.branch}: there is no {COURSE_FILE} at the root.",
            [
                Problem(
                    COURSE_FILE, None, "Not found.", fix=f"Add {COURSE_FILE}; the lecturer guide shows one."
                )
            ],
        )
    remote.fetch_blobs([entry.oid, *_read_later(tree)])
    located = neighbours.read_yaml(workspace.read_blobs([entry.oid])[entry.oid], COURSE_FILE)
    file, problems = parse_course_file(located, course.timezone)
    if errors_among(problems):
        raise InvalidInput(f"{COURSE_FILE} of {course.title} cannot be used; nothing was changed.", problems)
    with neighbours.database.transaction() as rows:
        existing: list[Content] = rows.courses.contents(course.id, removed=True)
    match = match_contents(course.id, file, existing, course.title)
    if errors_among(match.problems):
        raise InvalidInput(
            f"{COURSE_FILE} of {course.title} cannot be used; nothing was changed.", match.problems
        )
    here = {content.id for content in match.contents}
    left = tuple(content for content in existing if content.removed and content.id not in here)
    return Assignments(head, tree, file, match, left, (*problems, *match.problems))


def _read_later(tree: Tree) -> list[str]:
    """Blobs of what is read once the course file is known, so that one request brings them with it."""
    names = (DEPLOYED_FILE, HISTORY_FILE)
    return [
        file.oid
        for file in tree
        if file.mode == FILE and (file.path in names or file.path.endswith(f"/{TRACKING_FILE}"))
    ]
