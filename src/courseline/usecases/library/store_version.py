"""Write versions into the object store: files, then meta.yaml, then the manifests that make them exist."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.library.objects import (
    META_FILE,
    Manifest,
    file_key,
    manifest_key,
    meta_key,
)
from courseline.domain.library.read_manifest import read_manifest
from courseline.errors import InvalidInput, Problem, Refused
from courseline.usecases.library.read_version import read_damage
from courseline.usecases.object_store import ObjectStore


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version with its bytes.

    Attributes:
        manifest: of the version.
        contents: bytes of exactly the manifest's files, by path.
    """

    manifest: Manifest
    contents: Mapping[str, bytes]


def store_version(store: ObjectStore, manifest: Manifest, contents: Mapping[str, bytes]) -> bool:
    """Store one version; see `store_versions`. Whether anything was written."""
    return store_versions(store, [NewVersion(manifest, contents)]) == 1


def store_versions(store: ObjectStore, versions: Sequence[NewVersion]) -> int:
    """Store versions, each once; killed at any point, the next call completes it, and mends what is damaged.

    A manifest that is already there stays, with the label and commit it was first published with; so does every
    object that has the right bytes. A store may be far away, so its answers are waited for together: first the files
    of all, then their meta.yaml, then the manifests that make them exist.

    Args:
        store: the object store.
        versions: as many as may travel at once.

    Returns:
        For how many of them something was written; those that were there with all their objects do not count.

    Raises:
        InvalidInput: the contents of one are not its manifest's files.
        Refused: other content is published under the same key.
        NeighbourFailed: the store does not answer.
    """
    for version in versions:
        _demand_listed(version)
    store.check()
    there = store.get_many([manifest_key(version.manifest) for version in versions])
    published = [_published(there, version.manifest) for version in versions]
    pairs = list(zip(versions, published, strict=True))
    mended = [_mend(store, version) for version, known in pairs if known]
    new = [version for version, known in pairs if not known]
    store.put_many({key: data for version in new for key, data in _files(version).items()})
    store.put_many({meta_key(version.manifest): version.contents[META_FILE] for version in new})
    store.put_many({manifest_key(version.manifest): version.manifest.to_bytes() for version in new})
    return len(new) + sum(mended)


def _files(version: NewVersion) -> dict[str, bytes]:
    return {file_key(version.manifest, path): data for path, data in version.contents.items()}


def _mend(store: ObjectStore, version: NewVersion) -> bool:
    """Write again what of a published version is damaged; whether anything was."""
    # Its rows are missing, or somebody repairs it: rare enough to read it all, and sizes alone would hide a flip.
    damaged = {damage.key for damage in read_damage(store, version.manifest)}
    objects = _files(version) | {meta_key(version.manifest): version.contents[META_FILE]}
    store.put_many({key: data for key, data in objects.items() if key in damaged})
    return bool(damaged)


def _demand_listed(version: NewVersion) -> None:
    problems = list(_differences(version.manifest, version.contents))
    if problems:
        name = f"{version.manifest.identifier} {version.manifest.first_label}"
        msg = f"Storing {name}: its files are not those of its manifest."
        raise InvalidInput(msg, problems)


def _published(found: Mapping[str, bytes], manifest: Manifest) -> bool:
    """Whether a sound manifest of the same content is there; a torn one does not count."""
    key = manifest_key(manifest)
    raw = found.get(key)
    if raw is None:
        return False
    try:
        there = read_manifest(raw, key)
    except InvalidInput:
        return False
    if there.content_digest != manifest.content_digest:
        msg = f"Storing {manifest.identifier} {manifest.first_label}: {key} holds other content, and versions never change."
        raise Refused(msg)
    return True


def _differences(manifest: Manifest, contents: Mapping[str, bytes]) -> Iterator[Problem]:
    listed = {file.path: file for file in manifest.files}
    for path in sorted(listed.keys() | contents.keys() | {META_FILE}):
        if path not in contents or path not in listed:
            side = (
                "not listed" if path in contents else "listed and not given" if path in listed else "missing"
            )
            yield Problem(path, None, f"The file is {side}.")
        elif hashlib.sha256(contents[path]).hexdigest() != listed[path].sha256:
            yield Problem(path, None, "The bytes do not have the listed SHA-256.")
        elif len(contents[path]) != listed[path].size:
            yield Problem(
                path, None, f"{len(contents[path])} bytes are given and {listed[path].size} listed."
            )
