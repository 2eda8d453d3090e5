"""Compare the object store with what the database says was published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from secrets import SystemRandom
from uuid import UUID

from courseline.domain.library.damage import Damage, expected_files, size_damage
from courseline.domain.library.objects import ROOT, version_prefix
from courseline.domain.library.version import ExampleVersion
from courseline.usecases.library.read_version import read_damage
from courseline.usecases.library.rows import KnownVersion
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.object_store import ObjectStore

CHUNK = 200
"""Versions whose file lists are held at once."""

_DEPTH = 4
"""Slashes in the prefix of a version."""


@dataclass(frozen=True, slots=True)
class ScrubStore:
    """Check the store.

    Attributes:
        sample: of so many versions, chosen at random, the bytes are read; of the others only what a listing tells.
            None reads everything.
    """

    sample: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An object that is not as published.

    Attributes:
        version: `REPO:identifier@label`.
        version_id: the same for programs.
        damage: the object and what is wrong with it.
    """

    version: str
    version_id: UUID
    damage: Damage


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was compared, and what was found.

    Attributes:
        versions: in the database.
        versions_read: whose bytes were compared too.
        objects: that the versions consist of.
        findings: ordered by version and key.
    """

    versions: int
    versions_read: int
    objects: int
    findings: tuple[Finding, ...]


def scrub(command: ScrubStore, neighbours: Neighbours) -> Scrubbed:
    """Find every object of a version that is missing, cut, changed or too much. Changes nothing.

    Raises:
        NeighbourFailed: database or store does not answer.
    """
    # The rows first: a version that is published meanwhile is not looked for, and one that has rows is complete.
    with neighbours.database.transaction() as rows:
        known = rows.library.inventory()
    sizes = _sizes(neighbours.store)
    chosen = {version.version_id for version in _chosen(known, command.sample)}
    findings: list[Finding] = []
    objects = 0
    for done, (name, version) in enumerate(_versions(known, neighbours)):
        neighbours.progress("Checking versions", done, len(known))
        objects += len(expected_files(version)) + 1
        damages = size_damage(version, sizes.get(version_prefix(version), {}))
        if version.id in chosen:
            damages += read_damage(neighbours.store, version, {damage.key for damage in damages})
        findings += [Finding(name, version.id, damage) for damage in damages]
    findings.sort(key=lambda finding: (finding.version, finding.damage.key))
    return Scrubbed(len(known), len(chosen), objects, tuple(findings))


def _sizes(store: ObjectStore) -> dict[str, dict[str, int]]:
    """Prefix of a version -> key -> bytes: one listing of everything costs less than one a version."""
    sizes: dict[str, dict[str, int]] = {}
    for entry in store.list(ROOT):
        prefix = "/".join(entry.key.split("/")[:_DEPTH]) + "/"
        sizes.setdefault(prefix, {})[entry.key] = entry.size
    return sizes


def _chosen(known: Sequence[KnownVersion], sample: int | None) -> Sequence[KnownVersion]:
    if sample is None or sample >= len(known):
        return known
    return SystemRandom().sample(known, sample)


def _versions(known: Sequence[KnownVersion], neighbours: Neighbours) -> Iterator[tuple[str, ExampleVersion]]:
    for start in range(0, len(known), CHUNK):
        chunk = known[start : start + CHUNK]
        with neighbours.database.transaction() as rows:
            versions = rows.library.versions([entry.version_id for entry in chunk])
        for entry in chunk:
            yield entry.name, versions[entry.version_id]
