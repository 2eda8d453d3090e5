"""Find the versions that a tagged tree repeats, without reading a file of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from courseline.domain.library.example_scan import Candidate
from courseline.domain.library.label import Label
from courseline.domain.library.objects import checksum_holds, manifest_key
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import SeenVersion

ASKED_FOR = 100
"""Versions that a new label asks the store for; all, where there are no more."""

Known = dict[str, tuple[Candidate, SeenVersion]]
"""Directory -> the example there and the version it repeats."""


def find_known(
    candidates: Sequence[Candidate], repository_id: UUID, label: Label, neighbours: Neighbours
) -> tuple[Known, set[UUID]]:
    """Directories whose tree is that of a version labelled there before.

    Equal trees of two examples are told apart by where they were labelled. Whether the store still has a version is
    asked of all when a tag is published again, which is how a person repairs a store; a new label of a large
    repository asks for some, other ones each time, so that it costs what changed and not what there is.

    Args:
        candidates: the examples at the tag.
        repository_id: their repository.
        label: that is to be given.
        neighbours: the outside.

    Returns:
        the known, and the ids of versions left out of them because the store has lost their manifest.
    """
    with neighbours.database.transaction() as rows:
        seen = rows.library.seen(repository_id, [candidate.files.oid for candidate in candidates])
    places = {
        (version.version_identifier, directory): version
        for version in seen
        for directory in version.directories
    }
    known = {
        candidate.directory: (candidate, places[candidate.files.oid, candidate.directory])
        for candidate in candidates
        if (candidate.files.oid, candidate.directory) in places and not candidate.nesting
    }
    lost = _lost(_asked_for([version for _, version in known.values()], label, neighbours), neighbours)
    return {directory: found for directory, found in known.items() if found[1].version_id not in lost}, lost


def _asked_for(versions: Sequence[SeenVersion], label: Label, neighbours: Neighbours) -> list[SeenVersion]:
    if len(versions) <= ASKED_FOR:
        return list(versions)
    with neighbours.database.transaction() as rows:
        labels = rows.library.labels({version.example.id for version in versions})
    again = {
        example_id for example_id, given in labels.items() if any(known.label == label for known in given)
    }
    turns = sorted(versions, key=lambda version: uuid5(version.version_id, label.canonical))
    return [version for turn, version in enumerate(turns) if version.example.id in again or turn < ASKED_FOR]


def _lost(versions: Sequence[SeenVersion], neighbours: Neighbours) -> set[UUID]:
    """Those whose manifest is missing in the store, torn, or of other content; one read a version, no listing."""
    keys = {manifest_key(version): version for version in versions}
    found = neighbours.store.get_many(keys)
    return {version.version_id for key, version in keys.items() if not _sound(found.get(key), version)}


def _sound(raw: bytes | None, version: SeenVersion) -> bool:
    """Whether the bytes are as written, and of this version; `store_version` and the scrub read them closer."""
    return raw is not None and checksum_holds(raw) and f'"id": "{version.version_id}"'.encode() in raw
