"""Identify contents: which content each entry of a course file is, by the database and by what deploys left in git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.contents import ContentMatch, match_contents
from courseline.domain.course.course import Content, Course
from courseline.domain.course.guessed_moves import Candidates, guess_moves, move_candidates
from courseline.domain.course.reference import strip_placeholder
from courseline.domain.course.wish import CourseFile
from courseline.domain.deploying.choose import choose_example
from courseline.domain.deploying.course_metadata import (
    DEPLOYED_FILE,
    HISTORY_FILE,
    read_deployed,
    read_history_paths,
)
from courseline.domain.deploying.forgotten_contents import forgotten_contents, forgotten_entries
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.deploying.tracking import parse_tracking
from courseline.domain.library.example import Example
from courseline.domain.tree import FILE, Tree
from courseline.errors import Problem
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace


@dataclass(frozen=True, slots=True)
class Identified:
    """The contents of a course file.

    Attributes:
        match: which content each entry is.
        left: contents that left the course earlier and are not in the file.
        problems: of moves that nobody wrote down; an error means that nothing may be done.
    """

    match: ContentMatch
    left: tuple[Content, ...]
    problems: tuple[Problem, ...] = ()


def identify_contents(
    course: Course,
    file: CourseFile,
    tree: Tree,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
    moved: Mapping[str, str] | None = None,
    recorded: Sequence[Content] | None = None,
) -> Identified:
    """Match a course file with the contents of its course.

    Args:
        course: the course.
        file: its file, without errors.
        tree: of its assignments repository, fetched.
        workspace: to read in.
        remote: the assignments repository.
        neighbours: the outside.
        moved: new path -> old path of all moves, when they are known; None guesses those that the file does not name.
        recorded: the contents of the course, those that left it too; None to read them.
    """
    if recorded is None:
        with neighbours.database.transaction() as rows:
            recorded = rows.courses.contents(course.id, removed=True)
    existing = list(recorded)
    forgotten = _forgotten(course, file, tree, existing, workspace, remote)
    existing += forgotten
    match = match_contents(course.id, file, existing, course.title, moved)
    problems: list[Problem] = []
    if moved is None and (candidates := move_candidates(file, match)):
        guessed, problems = _guess(course, candidates, neighbours)
        if guessed:
            match = match_contents(course.id, file, existing, course.title, guessed)
    # What only the repository knows is never removed: without a record of its own it is a person's.
    lost = {content.id for content in forgotten}
    match = replace(match, leaving=tuple(content for content in match.leaving if content.id not in lost))
    here = {content.id for content in match.contents}
    left = tuple(content for content in existing if content.removed and content.id not in here)
    return Identified(match, left, tuple(problems))


def _guess(
    course: Course, candidates: Candidates, neighbours: Neighbours
) -> tuple[dict[str, str], list[Problem]]:
    references = {
        node.path: strip_placeholder(node.wish.example)
        for node in candidates.arrived
        if node.wish is not None
    }
    with neighbours.database.transaction() as rows:
        hits = rows.library.find(set(references.values()), course.id)
        deployments = rows.ledger.deployments(course.id)
    meant = {path: choose_example(text, hits.get(text, [])) for path, text in references.items()}
    wanted = {path: example.id for path, example in meant.items() if isinstance(example, Example)}
    held: dict[UUID, UUID] = {}
    for content in candidates.left:
        record = deployments.get(content.id)
        if record is not None and record.example_id is not None:
            held[content.id] = record.example_id
    return guess_moves(candidates, wanted, held)


def _forgotten(
    course: Course,
    file: CourseFile,
    tree: Tree,
    existing: Sequence[Content],
    workspace: Workspace,
    remote: Remote,
) -> list[Content]:
    """Contents of a lost database; costs nothing while every entry of the file is known."""
    living = {content.path for content in existing if not content.removed}
    if all(node.path in living for node in file.nodes):
        return []
    metadata = _read([DEPLOYED_FILE, HISTORY_FILE], tree, workspace, remote)
    deployed = read_deployed(metadata.get(DEPLOYED_FILE, b""), course.id)
    entries = forgotten_entries(file.nodes, existing, deployed)
    if not entries:
        return []
    files = {f"{entry.filesystem_path}/{TRACKING_FILE}": entry.filesystem_path for entry in entries}
    raw = _read(files, tree, workspace, remote)
    tracked = {files[path]: parse_tracking(data) for path, data in raw.items()}
    paths = read_history_paths(metadata.get(HISTORY_FILE, b""))
    paths |= {node.moved_from for node in file.nodes if node.moved_from is not None}
    return forgotten_contents(course.id, entries, tracked, paths)


def _read(paths: Iterable[str], tree: Tree, workspace: Workspace, remote: Remote) -> dict[str, bytes]:
    """Bytes of those that are plain files, by path."""
    oids = {path: file.oid for path in paths if (file := tree.get(path)) is not None and file.mode == FILE}
    remote.fetch_blobs(oids.values())
    blobs = workspace.read_blobs(oids.values())
    return {path: blobs[oid] for path, oid in oids.items()}
