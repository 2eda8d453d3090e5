"""Read what is at each place of an assignments repository: directories, tracking files, changes by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.course import Content
from courseline.domain.course.directories import default_directory
from courseline.domain.deploying.deployment import Deployment
from courseline.domain.deploying.place_state import (
    TRACKING_FILE,
    PlaceState,
    Tracked,
    place_state,
)
from courseline.domain.deploying.resolution import Unresolved
from courseline.domain.deploying.tracking import parse_tracking
from courseline.domain.tree import FILE, Tree
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.ports import Remote, Workspace


@dataclass(frozen=True, slots=True)
class Places:
    """What is where.

    Attributes:
        states: by content id, of all contents of the course file and of those that leave.
        leaving: contents that are not in the course file: those that live until now, and those that left before and
            whose files somebody brought back.
        misplaced: content id -> why its new `directory:` cannot be followed.
    """

    states: dict[UUID, PlaceState]
    leaving: tuple[Content, ...]
    misplaced: dict[UUID, Unresolved]


def read_places(
    assignments: Assignments,
    deployments: Mapping[UUID, Deployment],
    known: Mapping[str, Tracked],
    workspace: Workspace,
    remote: Remote,
) -> Places:
    """Find out what is at each place, by listing and tracking files only.

    Args:
        assignments: what the repository says.
        deployments: the database's records, by content id.
        known: what tracking files say by their blob ids; these are not read.
        workspace: to read in.
        remote: the assignments repository.
    """
    tracked = _tracking_files(assignments, known, workspace, remote)
    places = Places({}, _leaving(assignments, tracked), {})
    tree = assignments.tree
    for entry in assignments.match.matched:
        content_id = entry.content.id
        directory = _directory(entry, tracked)
        if entry.node.directory not in {None, directory} and entry.node.wish is not None:
            places.misplaced[content_id] = _misplaced(entry, directory)
        if entry.node.wish is None and directory not in tracked and content_id not in deployments:
            places.states[content_id] = PlaceState(directory, Tree(), None)  # a unit, or without an example
            continue
        record = deployments.get(content_id)
        state = place_state(directory, content_id, tree.subtree(directory), tracked.get(directory), record)
        if state.tree:
            places.states[content_id] = state  # where files lie, no file is in the way of their directory
        else:
            places.states[content_id] = replace(state, blocked=_file_in_the_way(tree, directory))
    for content in places.leaving:
        directory = _last_directory(content)
        tracking, record = tracked.get(directory), deployments.get(content.id)
        state = place_state(directory, content.id, tree.subtree(directory), tracking, record)
        if tracking is not None and tracking.course_content_id != content.id:
            # The directory is another place's by now, so nothing in it is this one's to remove.
            state = PlaceState(directory, state.tree, None, state.notes, reverted=state.recorded is not None)
        places.states[content.id] = state
    return places


def _tracking_files(
    assignments: Assignments, known: Mapping[str, Tracked], workspace: Workspace, remote: Remote
) -> dict[str, Tracked | None]:
    """Directory -> what its tracking file says, None when it cannot be read; only directories that matter here."""
    contents = (*assignments.match.leaving, *assignments.left)
    directories = {_last_directory(content) for content in contents}
    for entry in assignments.match.matched:
        directories |= {entry.directory, _last_directory(entry.content), default_directory(entry.node.path)}
    files = {
        directory: file
        for directory in directories
        if (file := assignments.tree.get(f"{directory}/{TRACKING_FILE}")) is not None
    }
    oids = {file.oid for file in files.values() if file.mode == FILE} - known.keys()
    remote.fetch_blobs(oids)
    read = {oid: parse_tracking(raw) for oid, raw in workspace.read_blobs(oids).items()}
    says = dict(known) | {oid: Tracked.of(tracking) for oid, tracking in read.items() if tracking is not None}
    return {directory: says.get(file.oid) if file.mode == FILE else None for directory, file in files.items()}


def _last_directory(content: Content) -> str:
    return content.directory or default_directory(content.path)


def _is_own(content: Content, directory: str, tracked: Mapping[str, Tracked | None]) -> bool:
    tracking = tracked.get(directory)
    return tracking is not None and tracking.course_content_id == content.id


def _directory(entry: MatchedContent, tracked: Mapping[str, Tracked | None]) -> str:
    """Where the place is: fixed at its first deploy, unless a person moved its files with their tracking file."""
    fixed, asked = entry.content.directory, entry.directory
    if fixed is None:
        return asked
    if asked == fixed and entry.node.directory is None and not _is_own(entry.content, fixed, tracked):
        asked = default_directory(entry.node.path)  # where the files of a moved content may have gone with it
    return asked if _is_own(entry.content, asked, tracked) else fixed


def _misplaced(entry: MatchedContent, fixed: str) -> Unresolved:
    message = (
        f"`{entry.node.path}` was deployed to {fixed}, and the place of a content is never changed by its `directory:`"
        f" alone. Move the files with `git mv {fixed} {entry.directory}` in one commit with this line, or write"
        f" `directory: {fixed}`"
    )
    return Unresolved(message, entry.node.line)


def _leaving(assignments: Assignments, tracked: Mapping[str, Tracked | None]) -> tuple[Content, ...]:
    taken = {entry.directory for entry in assignments.match.matched}
    back = (
        content
        for content in assignments.left
        if _is_own(content, _last_directory(content), tracked) and _last_directory(content) not in taken
    )
    return (*assignments.match.leaving, *back)


def _file_in_the_way(tree: Tree, directory: str) -> str | None:
    return next((path for path in _ways(directory) if tree.get(path) is not None), None)


def _ways(directory: str) -> Iterator[str]:
    parts = directory.split("/")
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])
