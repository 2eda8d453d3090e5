"""Bring the bytes that steps need from the library before anything is opened or written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.deploying.render import Render
from courseline.domain.deploying.resolution import Resolution
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.library.version import ExampleVersion
from courseline.domain.tree import TreeFile
from courseline.errors import CorruptObject
from courseline.usecases.deploying.draft_plan import Draft
from courseline.usecases.library.read_version import read_files
from courseline.usecases.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class Contents:
    """Bytes by git blob id, and the steps whose bytes the library cannot give.

    Attributes:
        blobs: verified bytes.
        unreadable: content id -> why.
    """

    blobs: dict[str, bytes]
    unreadable: dict[UUID, str]


def fetch_contents(draft: Draft, steps: Sequence[Step], neighbours: Neighbours) -> Contents:
    """Read what adds and updates write and the repository does not already hold at that path.

    A version that cannot be read makes its own place fail; the others go on.

    Raises:
        NeighbourFailed: the store is away.
    """
    contents = Contents({}, {})
    writing = [step for step in steps if step.action in {StepAction.ADD, StepAction.UPDATE}]
    versions = _versions(draft, writing, neighbours)
    for done, step in enumerate(writing):
        neighbours.progress("Reading the library", done, len(writing))
        resolution = draft.resolutions[step.content_id]
        if not isinstance(resolution, Resolution) or resolution.render is None:
            continue
        current = {file.path: file for file in draft.states[step.content_id].tree}
        try:
            _fetch(resolution.render, current, versions, contents.blobs, neighbours)
        except CorruptObject as unreadable:
            reasons = "; ".join(f"{problem.where}: {problem.sentence}" for problem in unreadable.problems)
            contents.unreadable[step.content_id] = reasons or unreadable.message
    return contents


def _versions(draft: Draft, steps: Sequence[Step], neighbours: Neighbours) -> dict[UUID, ExampleVersion]:
    known: dict[UUID, ExampleVersion] = {}
    missing: set[UUID] = set()
    for step in steps:
        resolution = draft.resolutions[step.content_id]
        if isinstance(resolution, Resolution) and isinstance(resolution.version, ExampleVersion):
            known[resolution.version.id] = resolution.version
            missing |= {entry.version_id for entry in resolution.dependencies}
    missing -= known.keys()
    if missing:
        with neighbours.database.transaction() as rows:
            known |= rows.library.versions(missing)
    return known


def _fetch(
    render: Render,
    current: Mapping[str, TreeFile],
    versions: dict[UUID, ExampleVersion],
    blobs: dict[str, bytes],
    neighbours: Neighbours,
) -> None:
    wanted: dict[UUID, dict[str, str]] = defaultdict(dict)
    for file in render.files:
        there = current.get(file.path)
        unchanged = there is not None and (there.oid, there.mode) == (file.oid, file.mode)
        if file.content is not None:
            blobs[file.oid] = file.content
        elif not unchanged and file.oid not in blobs and file.origin is not None:
            wanted[file.origin][file.path] = file.oid
    for origin, paths in wanted.items():
        for path, data in read_files(neighbours.store, versions[origin], list(paths)).items():
            blobs[paths[path]] = data
