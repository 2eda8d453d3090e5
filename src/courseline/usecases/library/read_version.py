"""Read files of a published version, and verify them: the store is trusted with nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from courseline.domain.library.damage import Damage, Fault, byte_damage, expected_files, size_damage
from courseline.domain.library.objects import Stored, checksum_holds, file_key, manifest_key, version_prefix
from courseline.domain.paths import printable
from courseline.errors import CorruptObject, NeighbourFailed, NotFound, Problem
from courseline.usecases.object_store import ObjectStore

BATCH = 64 * 1024 * 1024
"""Bytes that are held at once while versions are verified; a single larger file is read alone."""


def read_files(store: ObjectStore, version: Stored, paths: Iterable[str]) -> dict[str, bytes]:
    """Bytes of files of a version, by path; each has the recorded size and SHA-256.

    Args:
        store: the object store.
        version: an `ExampleVersion` or a `Manifest`.
        paths: of files of the version.

    Raises:
        NotFound: the version has no such file.
        CorruptObject: the version has no sound manifest, or a file is missing or changed; problems name each key.
        NeighbourFailed: the store does not answer.
    """
    listed = {file.path: file for file in version.files}
    wanted = list(dict.fromkeys(paths))
    unknown = [path for path in wanted if path not in listed]
    if unknown:
        msg = f"Reading version {version.version_identifier}: it has no file {printable(unknown[0])}."
        raise NotFound(msg)
    keys = {file_key(version, path): path for path in wanted}
    manifest = manifest_key(version)
    found = store.get_many([manifest, *keys])
    # A manifest is taken apart only to say what is wrong with it: nothing that it says is used here.
    is_sound = _is_manifest_of(version, found.get(manifest))
    damages = byte_damage(version, [*keys] if is_sound else [manifest, *keys], found)
    problems = [damage.problem for damage in damages]
    if problems:
        msg = (
            f"Reading version {version.version_identifier}: {len(problems)} of its objects are not as published, "
            f"the first is {printable(problems[0].path)}. {problems[0].sentence}"
        )
        raise CorruptObject(msg, problems)
    return {path: found[key] for key, path in keys.items()}


def _is_manifest_of(version: Stored, raw: bytes | None) -> bool:
    """Whether it is whole, as its checksum tells, and speaks of this content."""
    told = f'    "content_digest": "{version.content_digest}",\n'
    return raw is not None and told.encode() in raw and checksum_holds(raw)


def verify_version(store: ObjectStore, version: Stored) -> list[Problem]:
    """Compare every object of a version with what was published.

    Returns:
        One problem an object that is missing, changed or (a warning) not part of the version; empty when it is whole.

    Raises:
        NeighbourFailed: the store does not answer.
    """
    sizes = {there.key: there.size for there in store.list(version_prefix(version))}
    damages = size_damage(version, sizes)
    damages += read_damage(store, version, {damage.key for damage in damages})
    return [damage.problem for damage in sorted(damages, key=lambda damage: damage.key)]


def read_damage(store: ObjectStore, version: Stored, known: Collection[str] = ()) -> list[Damage]:
    """Read the objects of a version, not too many bytes at once, and say which are not as published.

    Args:
        store: the object store.
        version: an `ExampleVersion` or a `Manifest`.
        known: keys not to read, because what is wrong with them was said already.

    Raises:
        NeighbourFailed: the store does not answer.
    """
    sizes = {key: file.size for key, file in expected_files(version).items()} | {manifest_key(version): 0}
    wanted = {key: size for key, size in sizes.items() if key not in known}
    damages: list[Damage] = []
    for keys in batches(wanted, BATCH):
        try:
            damages += byte_damage(version, keys, store.get_many(keys))
        except NeighbourFailed:
            damages += _damage_one_by_one(store, version, keys)
    return damages


def _damage_one_by_one(store: ObjectStore, version: Stored, keys: Sequence[str]) -> Iterator[Damage]:
    """The same when the store fails: an object that it cannot read while it can list is damaged, and named so.

    Raises:
        NeighbourFailed: the store cannot list either, so it is away.
    """
    for key in keys:
        try:
            data = store.get(key)
        except NeighbourFailed as failed:
            if not any(entry.key == key for entry in store.list(key)):
                raise
            yield Damage(
                key, Fault.UNREADABLE, f"The store lists the object and cannot read it. {failed.message}"
            )
        else:
            yield from byte_damage(version, [key], {} if data is None else {key: data})


def batches(sizes: Mapping[str, int], limit: int) -> Iterator[list[str]]:
    """Keys in their order, so many at a time that their sizes stay within `limit`; a larger one comes alone."""
    batch: list[str] = []
    held = 0
    for key, size in sizes.items():
        if batch and held + size > limit:
            yield batch
            batch, held = [], 0
        batch.append(key)
        held += size
    if batch:
        yield batch
