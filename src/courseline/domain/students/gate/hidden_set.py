"""The hidden set: blobs that must not reach students, whatever they are called there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from courseline.domain.library.version import Role, VersionFile
from courseline.domain.students.gate.case import GatePlace, Hidden, HiddenKind
from courseline.domain.students.gate.grants import Form, grants_of
from courseline.domain.tree import Tree

_WORDS = {
    Role.TEST: "test file",
    Role.SUBMISSION: "solution",
    Role.OTHER: "unlisted file",
    Role.TEMPLATE: "template",
    Role.PUBLIC: "public file",
}


def library_hidden(git_oid: str, role: Role, path: str, example: str, label: str) -> dict[str, Hidden]:
    """An entry of kind (a): a test file or submission source of a version in the library.

    Args:
        git_oid: its blob id.
        role: its role there.
        path: path inside that version.
        example: `REPO:identifier`.
        label: a label of that version.
    """
    return {git_oid: Hidden(HiddenKind.LIBRARY, f"{_WORDS[role]} {path} of {example}@{label}")}


def place_hidden(
    places: Iterable[GatePlace],
    deployed: Mapping[str, Iterable[VersionFile]],
    assignments: Tree,
    blobs: Mapping[str, bytes],
) -> dict[str, Hidden]:
    """Entries of kinds (b) and (c).

    Args:
        places: every place that is judged.
        deployed: files of the version deployed at a place, by its directory, also of places that are not judged; only
            those matter whose blobs are in the candidate.
        assignments: the whole tree of the assignments repository.
        blobs: bytes by blob id, at least those of the README files of the places.

    Returns:
        (b) the files of deployed versions that are neither public nor a template there, and (c) every blob of the
        assignments repository that no rule admits in any place; (b) where a blob is both.
    """
    every = list(places)
    admitted = {
        grant.source.oid
        for place in every
        for grants in grants_of(place, blobs).values()
        for grant in grants
        if grant.form is Form.SAME and grant.source is not None
    }
    hidden = {
        file.oid: Hidden(HiddenKind.ASSIGNMENTS, f"file {file.path} of the assignments repository")
        for file in assignments
        if file.oid not in admitted
    }
    for directory, files in deployed.items():
        version = list(files)
        public = {file.git_oid for file in version if file.role is Role.PUBLIC}
        for file in version:
            # A data set may have a twin in a folder of tests: what the version itself publishes is no secret.
            if file.role not in {Role.PUBLIC, Role.TEMPLATE} and file.git_oid not in public:
                words = f"{_WORDS[file.role]} {file.path} of the version at {directory}"
                hidden[file.git_oid] = Hidden(HiddenKind.DEPLOYED, words)
    return hidden


def merge_hidden(*sets: Mapping[str, Hidden]) -> dict[str, Hidden]:
    """One hidden set; where a blob is hidden for several reasons the strictest stays: (a), then (b), then (c)."""
    merged: dict[str, Hidden] = {}
    for one in sets:
        for oid, hidden in one.items():
            earlier = merged.get(oid)
            if earlier is None or hidden.kind < earlier.kind:
                merged[oid] = hidden
    return merged
