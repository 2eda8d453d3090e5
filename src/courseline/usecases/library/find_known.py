"""Find the versions that a tagged tree repeats, without reading a file of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.library.example_scan import Candidate
from courseline.domain.library.label import Label
from courseline.domain.library.objects import checksum_holds, manifest_key
from courseline.usecases.beside import beside
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows, SeenVersion

ASKED_FOR = 100
"""Versions that a new label asks the store for; all, where there are no more."""


@dataclass(frozen=True, slots=True)
class Known:
    """What of a tagged tree the library has.

    Attributes:
        versions: directory -> the example there and the version it repeats.
        lost: versions left out of them because the store has lost their manifest.
        shown: example -> the version that its highest label names, of all examples, at the tag or not.
        given: example -> version of those that have the label already.
        is_highest: the label is above every other of the repository, and so of each example.
    """

    versions: Mapping[str, tuple[Candidate, SeenVersion]]
    lost: frozenset[UUID]
    shown: Mapping[UUID, SeenVersion]
    given: Mapping[UUID, UUID]
    is_highest: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the library says of a repository, whatever a tag holds.

    Attributes:
        current: the version that each example's highest label names.
        given: example -> version of those that have the label already.
        is_highest: the label is above every other of the repository.
    """

    current: Sequence[SeenVersion]
    given: Mapping[UUID, UUID]
    is_highest: bool


def read_shelf(repository_id: UUID, label: Label, rows: Rows) -> Shelf:
    """Read the rows that a release under `label` is compared with; the caller holds the repository's lease."""
    highest = rows.library.highest_label(repository_id)
    is_highest = highest is None or label > highest
    given = {} if is_highest else rows.library.given(repository_id, label)
    return Shelf(rows.library.current(repository_id), given, is_highest)


def find_known(
    candidates: Sequence[Candidate],
    repository_id: UUID,
    label: Label,
    shelf: Shelf,
    fetch: Callable[[Sequence[Candidate]], None] | None,
    neighbours: Neighbours,
) -> Known:
    """Directories whose tree is that of a version labelled there before.

    Equal trees of two examples are told apart by where they were labelled. Whether the store still has a version is
    asked of all when a tag is published again, which is how a person repairs a store; a new label of a large
    repository asks for some, other ones each time, so that it costs what changed and not what there is.

    Args:
        candidates: the examples at the tag.
        repository_id: their repository.
        label: that is to be given.
        shelf: of that repository and label.
        fetch: is told, while the store is asked, which of them are not known; those that the store has lost are not yet
            among them. None when nobody wants to know.
        neighbours: the outside.
    """
    known = _known(candidates, repository_id, shelf.current, neighbours)
    asked = _asked_for([version for _, version in known.values()], label, shelf.given)
    unknown = [candidate for candidate in candidates if candidate.directory not in known]
    with beside(lambda: _lost(asked, neighbours)) as losing:
        if fetch is not None and unknown:
            with beside(
                neighbours.rules
            ):  # what is new will be judged by them, and they take a while to read
                fetch(unknown)
        lost = losing()
    kept = {directory: found for directory, found in known.items() if found[1].version_id not in lost}
    shown = {version.example.id: version for version in shelf.current}
    return Known(kept, frozenset(lost), shown, shelf.given, shelf.is_highest)


def _known(
    candidates: Sequence[Candidate],
    repository_id: UUID,
    current: Sequence[SeenVersion],
    neighbours: Neighbours,
) -> dict[str, tuple[Candidate, SeenVersion]]:
    places = _places(current)
    known: dict[str, tuple[Candidate, SeenVersion]] = {}
    others: list[Candidate] = []
    for candidate in candidates:
        version = places.get((candidate.files.oid, candidate.directory))
        if version is None:
            others.append(candidate)
        elif not candidate.nesting:
            known[candidate.directory] = (candidate, version)
    if places and others:  # what a lower label names, or was named elsewhere
        with neighbours.database.transaction() as rows:
            seen = rows.library.seen(repository_id, [candidate.files.oid for candidate in others])
        places = _places(seen)
        for candidate in others:
            version = places.get((candidate.files.oid, candidate.directory))
            if version is not None and not candidate.nesting:
                known[candidate.directory] = (candidate, version)
    return known


def _places(versions: Sequence[SeenVersion]) -> dict[tuple[str, str], SeenVersion]:
    return {
        (version.version_identifier, directory): version
        for version in versions
        for directory in version.directories
    }


def _asked_for(
    versions: Sequence[SeenVersion], label: Label, given: Mapping[UUID, UUID]
) -> list[SeenVersion]:
    if len(versions) <= ASKED_FOR:
        return list(versions)
    turn = random.Random(label.canonical).sample(range(len(versions)), ASKED_FOR)  # noqa: S311 - no secret
    some = set(turn)
    return [version for place, version in enumerate(versions) if place in some or version.example.id in given]


def _lost(versions: Sequence[SeenVersion], neighbours: Neighbours) -> set[UUID]:
    """Those whose manifest is missing in the store, torn, or of other content; one read a version, no listing."""
    keys = {manifest_key(version): version for version in versions}
    found = neighbours.store.get_many(keys)
    return {version.version_id for key, version in keys.items() if not _sound(found.get(key), version)}


def _sound(raw: bytes | None, version: SeenVersion) -> bool:
    """Whether the bytes are as written, and of this version; `store_version` and the scrub read them closer."""
    return raw is not None and checksum_holds(raw) and f'"id": "{version.version_id}"'.encode() in raw
