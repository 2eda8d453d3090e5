"""Read an assignments repository: head, tree, course file, and which content each entry is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.course.contents import ContentMatch
from courseline.domain.course.course import Content, Course
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.wish import COURSE_FILE, CourseFile
from courseline.domain.deploying.course_metadata import DEPLOYED_FILE, HISTORY_FILE
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.tree import FILE, Tree
from courseline.errors import InvalidInput, NotFound, Problem, errors_among
from courseline.usecases.beside import beside
from courseline.usecases.deploying.identify_contents import identify_contents
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace

DEFAULT_BRANCH = "main"
METADATA_FILES = (DEPLOYED_FILE, HISTORY_FILE)


@dataclass(frozen=True, slots=True)
class Head:
    """A branch and the commit it is at; None for a branch that does not exist yet.

    Attributes:
        is_here: the commit was made in the workspace, so that no remote has it.
    """

    branch: str
    sha: str | None
    is_here: bool = False


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
        metadata: the course-wide tracking files by path, as far as there are any and they were asked for.
    """

    head: Head
    tree: Tree
    file: CourseFile
    match: ContentMatch
    left: tuple[Content, ...]
    warnings: tuple[Problem, ...]
    metadata: Mapping[str, bytes]


def read_head(remote: Remote, branch: str | None, *, to_read: bool = False) -> Head:
    """The branch asked for, else the remote's HEAD, else `main`; `to_read` when its commit will be fetched next."""
    ahead = f"refs/heads/{branch}" if branch else "HEAD"
    refs = remote.refs(ahead=ahead if to_read else None)
    name = branch or refs.head_branch or DEFAULT_BRANCH
    return Head(name, refs.refs.get(f"refs/heads/{name}"))


def read_assignments(
    course: Course,
    head: Head,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
    moved: Mapping[str, str] | None = None,
    known: Collection[str] | None = (),
    recorded: Sequence[Content] | None = None,
    tree: Tree | None = None,
) -> Assignments:
    """Fetch the head without blobs and read its course file.

    Args:
        course: the course.
        head: of its assignments repository.
        workspace: to read in.
        remote: the assignments repository.
        neighbours: the outside.
        moved: new path -> old path of all moves, when they are known; None guesses those that the file does not name.
        known: blob ids of tracking files that need not be read; None when none will be, nor what a deploy writes.
        recorded: the contents of the course, those that left it too; None to read them.
        tree: of the head; None to list it.

    Raises:
        NotFound: the branch or the course file does not exist.
        InvalidInput: the course file has problems; all of them are named.
    """
    if head.sha is None:
        raise NotFound(
            f"Reading {remote.url}: it has no branch {head.branch}. Push a commit with a {COURSE_FILE} first, or name"
            " another branch with --branch."
        )
    if not head.is_here:
        remote.fetch(head.sha)
    if tree is None:
        tree = list_files(
            head.sha, [COURSE_FILE, *(() if known is None else METADATA_FILES)], workspace, remote
        )
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
    metadata = {} if known is None else _metadata(tree)
    later = [] if known is None else _read_later(tree, known)
    remote.fetch_blobs([entry.oid, *metadata.values(), *later])
    blobs = workspace.read_blobs([entry.oid, *metadata.values()])
    located = neighbours.read_yaml(blobs[entry.oid], COURSE_FILE)
    file, problems = parse_course_file(located, course.timezone)
    if errors_among(problems):
        raise InvalidInput(f"{COURSE_FILE} of {course.title} cannot be used; nothing was changed.", problems)
    found = identify_contents(course, file, tree, workspace, remote, neighbours, moved, recorded)
    more = (*found.match.problems, *found.problems)
    if errors_among(more):
        raise InvalidInput(f"{COURSE_FILE} of {course.title} cannot be used; nothing was changed.", more)
    read = {path: blobs[oid] for path, oid in metadata.items()}
    return Assignments(head, tree, file, found.match, found.left, (*problems, *more), read)


def list_files(sha: str, wanted: Collection[str], workspace: Workspace, remote: Remote) -> Tree:
    """All files of a commit that was fetched; meanwhile those that will be read come.

    Args:
        sha: the commit.
        wanted: paths of files that will be read.
        workspace: it was fetched into.
        remote: it came from.
    """
    named = workspace.files(sha, wanted)
    blobs = [file.oid for file in named.values() if file.mode.startswith("100")]
    with beside(lambda: remote.fetch_blobs(blobs)) as fetching:
        tree = workspace.tree(sha)
        fetching()
    return tree


def _metadata(tree: Tree) -> dict[str, str]:
    """Blob ids of the course-wide tracking files that are there, by path."""
    files = {path: tree.get(path) for path in METADATA_FILES}
    return {
        path: file.oid for path, file in files.items() if file is not None and file.mode.startswith("100")
    }


def _read_later(tree: Tree, known: Collection[str]) -> list[str]:
    """Blobs of what is read once the course file is known, so that one request brings them with it."""
    files = (tree.get(path) for path in tree.named({TRACKING_FILE}))
    return [file.oid for file in files if file is not None and file.mode == FILE and file.oid not in known]
