"""Delete what killed syncs left in the object store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from courseline.domain.library.garbage import Fate, Leftover, find_leftovers
from courseline.domain.library.objects import MANIFEST_FILE, ROOT, version_prefix
from courseline.domain.library.read_manifest import read_manifest
from courseline.errors import InvalidInput
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


@dataclass(frozen=True, slots=True)
class CollectGarbage:
    """Look for leftovers, or delete them.

    Attributes:
        older_than: what was written since is left alone: it may be a sync that is running.
        dry_run: delete nothing.
        wait: seconds to wait for a sync of a repository whose leftovers are deleted.
    """

    older_than: timedelta
    dry_run: bool = True
    wait: float = 60.0


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A version that is complete in the store and unknown to the database.

    Attributes:
        leftover: its objects.
        name: example and label it was published with, None when its manifest cannot be read.
        repository: identity of its repository, None likewise.
    """

    leftover: Leftover
    name: str | None
    repository: str | None


@dataclass(frozen=True, slots=True)
class Collected:
    """What was found, and what was done.

    Attributes:
        garbage: deleted, or to be deleted in a dry run.
        young: left alone because of their age.
        unrecorded: kept.
    """

    garbage: tuple[Leftover, ...]
    young: tuple[Leftover, ...]
    unrecorded: tuple[Unrecorded, ...]


def collect_garbage(command: CollectGarbage, neighbours: Neighbours) -> Collected:
    """Find objects of no version, and unless it is a dry run delete the old ones. Nothing with a row is touched.

    A repository's leftovers are deleted under its lease and after a second look, so that a sync that takes them up
    again never loses one. For a repository that is not registered (a database that was lost) there is no lease, only
    the second look.

    Raises:
        NeighbourFailed: database or store does not answer, or a sync holds a repository for longer than `wait`.
    """
    found = _look(ROOT, command, neighbours)
    garbage = [leftover for leftover in found if leftover.fate is Fate.GARBAGE]
    if not command.dry_run:
        garbage = list(_delete(garbage, command, neighbours))
    return Collected(
        tuple(garbage),
        tuple(leftover for leftover in found if leftover.fate is Fate.YOUNG),
        tuple(_named(leftover, neighbours) for leftover in found if leftover.fate is Fate.UNRECORDED),
    )


def _look(prefix: str, command: CollectGarbage, neighbours: Neighbours) -> list[Leftover]:
    # The objects first: what gets its rows meanwhile is known then.
    listed = list(neighbours.store.list(prefix))
    with neighbours.database.transaction() as rows:
        known = _known(rows)
    return find_leftovers(listed, known, neighbours.clock() - command.older_than)


def _known(rows: Rows) -> set[str]:
    return {version_prefix(version) for version in rows.library.inventory()}


def _delete(garbage: list[Leftover], command: CollectGarbage, neighbours: Neighbours) -> Iterator[Leftover]:
    with neighbours.database.transaction() as rows:
        identities = rows.library.identities()
    # Strays come in between versions: one lease a repository needs them sorted apart.
    ordered = sorted(garbage, key=lambda leftover: (str(leftover.repository_id), leftover.prefix))
    done = 0
    for repository, leftovers in groupby(ordered, key=lambda leftover: leftover.repository_id):
        with _lease(repository, identities, command, neighbours):
            for first in leftovers:
                neighbours.progress("Deleting leftovers", done, len(garbage))
                done += 1
                for leftover in _look(first.prefix, command, neighbours):
                    if leftover.fate is Fate.GARBAGE and leftover.prefix == first.prefix:
                        for key in leftover.keys:
                            neighbours.store.delete(key)
                        yield leftover


def _lease(
    repository: UUID | None, identities: dict[UUID, str], command: CollectGarbage, neighbours: Neighbours
) -> AbstractContextManager[None]:
    identity = identities.get(repository) if repository is not None else None
    if identity is None:
        return nullcontext()
    return neighbours.database.lease(identity, wait=command.wait, holder=neighbours.holder)


def _named(leftover: Leftover, neighbours: Neighbours) -> Unrecorded:
    key = leftover.prefix + MANIFEST_FILE
    try:
        manifest = read_manifest(neighbours.store.get(key) or b"", key)
    except InvalidInput:
        return Unrecorded(leftover, None, None)
    name = f"{manifest.identifier}@{manifest.first_label.shown}"
    return Unrecorded(leftover, name, manifest.repository_identity)
