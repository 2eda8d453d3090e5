"""Objects for jobs: what a job's order lets it read and write in the object store, and nothing else of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.ledger.work_order import WorkKind, WorkState
from courseline.domain.library.limits import LARGEST_FILE
from courseline.domain.library.objects import ROOT, checksum_holds, file_key, manifest_key, version_prefix
from courseline.domain.library.read_manifest import read_manifest
from courseline.domain.library.stored_key import StoredKey, parse_key
from courseline.domain.paths import printable
from courseline.errors import Conflict, InvalidInput, NotFound, Refused
from courseline.usecases.jobs.open_work import may_read
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.object_store import StoredObject

MOST_KEYS = 1000
"""Keys of one request."""
AT_ONCE = 16 * 1024 * 1024
"""Bytes that one answer carries; what is left is asked for again."""
LARGEST_MANIFEST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class WantedUpload:
    """An object that a job wants to write: key, SHA-256 and size of its bytes."""

    key: str
    sha256: str
    size: int


def missing_uploads(
    order: WorkOrder, wanted: Sequence[WantedUpload], neighbours: Neighbours
) -> dict[str, bool]:
    """Keys that the store does not have; whether each may be written without us in between.

    What is published must not change, so only files of versions that have no manifest yet may, and no manifest.

    Raises:
        InvalidInput: too many, or one that is too large.
        Refused: a key that is not of the order's own repository.
    """
    if len(wanted) > MOST_KEYS:
        raise InvalidInput(f"Offering uploads: at most {MOST_KEYS} objects a request.")
    there: dict[str, int] = {}
    for prefix in sorted({_prefix(_writable(order, one.key)) for one in wanted}):
        there |= {stored.key: stored.size for stored in neighbours.store.list(prefix)}
    for one in wanted:
        if one.size > LARGEST_FILE:
            raise InvalidInput(
                f"Offering uploads: {printable(one.key)} has {one.size:,} bytes, more than any file of a version."
            )
    missing: dict[str, bool] = {}
    for one in wanted:
        if there.get(one.key) != one.size:
            parts = _writable(order, one.key)
            missing[one.key] = not parts.is_manifest and manifest_key(parts) not in there
    return missing


def take_object(order: WorkOrder, key: str, sha256: str, data: bytes, neighbours: Neighbours) -> None:
    """Write one object; what is published never changes.

    A manifest comes last: it is taken when every file that it lists is there. A file of a version that has one is taken
    only when it is the file that the manifest lists, which mends a store that has lost it.

    Raises:
        InvalidInput: the bytes do not have this SHA-256, or a manifest is not one.
        Refused: a key that is not of the order's own repository.
        Conflict: something else is published there.
    """
    parts = _writable(order, key)
    doing = f"Taking {printable(key)}"
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InvalidInput(f"{doing}: the bytes do not have the SHA-256 {sha256}. Send it again.")
    store = neighbours.store
    published = store.get(f"{_prefix(parts)}metadata.json")
    sound = published is not None and checksum_holds(published)
    if parts.is_manifest:
        _demand_manifest(parts, data, doing, neighbours)
        if sound:
            if published != data:
                raise Conflict(f"{doing}: the version is published already, and versions never change.")
            return
    elif sound and published is not None:
        listed = {file.path: file.sha256 for file in read_manifest(published, manifest_key(parts)).files}
        if listed.get(parts.path or "") != sha256:
            raise Conflict(
                f"{doing}: the version is published with another file there, and versions never change."
            )
    store.put(key, data)


def give_objects(order: WorkOrder, keys: Sequence[str], neighbours: Neighbours) -> dict[str, bytes | None]:
    """Bytes of the first of `keys`, None for one that is not there; as many as one answer carries, at least one.

    Raises:
        InvalidInput: too many.
        Refused: a key that the order does not let its job read.
    """
    if len(keys) > MOST_KEYS:
        raise InvalidInput(f"Giving objects: at most {MOST_KEYS} objects a request.")
    allowed = _readable_repositories(order, neighbours)
    for key in keys:
        _demand_readable(key, allowed)
    given: dict[str, bytes | None] = {}
    room = AT_ONCE
    for start in range(0, len(keys), 50):
        batch = keys[start : start + 50]
        found = neighbours.store.get_many(batch)
        for key in batch:
            data = found.get(key)
            room -= len(data or b"")
            if room < 0 and given:
                return given
            given[key] = data
    return given


def readable(order: WorkOrder, keys: Sequence[str], neighbours: Neighbours) -> None:
    """Whether the order lets its job read all of these; raises as `give_objects`."""
    if len(keys) > MOST_KEYS:
        raise InvalidInput(f"Giving objects: at most {MOST_KEYS} objects a request.")
    allowed = _readable_repositories(order, neighbours)
    for key in keys:
        _demand_readable(key, allowed)


def list_objects(order: WorkOrder, prefix: str, neighbours: Neighbours) -> list[StoredObject]:
    """What the store has below a prefix; raises Refused when the order's job may not read all of that."""
    root, _, rest = prefix.removeprefix(ROOT).partition("/")
    allowed = {str(one) for one in _readable_repositories(order, neighbours)}
    if not prefix.startswith(ROOT) or root not in allowed or not rest:
        raise Refused(f"Listing {printable(prefix[:300])}: it is nothing that this job may read.")
    return list(neighbours.store.list(prefix))


def give_object(order: WorkOrder, sha256: str, neighbours: Neighbours) -> bytes:
    """A file by its SHA-256, of any version that the order lets its job read.

    Raises:
        NotFound: there is none, or the store does not have it whole.
    """
    with neighbours.database.transaction() as rows:
        keys = rows.work.keys_of(sha256, may_read(order, rows))
    for key in keys:
        data = neighbours.store.get(key)
        if data is not None and hashlib.sha256(data).hexdigest() == sha256:
            return data
    raise NotFound(
        f"Giving an object: no version that this job may read has a file with the SHA-256 {sha256}."
    )


def _readable_repositories(order: WorkOrder, neighbours: Neighbours) -> Collection[UUID]:
    with neighbours.database.transaction() as rows:
        return may_read(order, rows)


def _demand_readable(key: str, allowed: Collection[UUID]) -> None:
    parts = parse_key(key)
    if parts is None or parts.repository_id not in allowed:
        raise Refused(f"Giving {printable(key[:300])}: it is nothing that this job may read.")


def _writable(order: WorkOrder, key: str) -> StoredKey:
    parts = parse_key(key)
    if (
        order.kind is not WorkKind.SYNC
        or order.state is not WorkState.OPEN
        or parts is None
        or parts.repository_id != order.repository_id
    ):
        raise Refused(f"Taking {printable(key[:300])}: it is nothing that this job may write.")
    return parts


def _prefix(parts: StoredKey) -> str:
    return version_prefix(parts)


def _demand_manifest(parts: StoredKey, data: bytes, doing: str, neighbours: Neighbours) -> None:
    """Raises InvalidInput when it is no manifest of this very version, or lists a file that is not there."""
    if len(data) > LARGEST_MANIFEST or not checksum_holds(data):
        raise InvalidInput(f"{doing}: it is no manifest.")
    manifest = read_manifest(data, manifest_key(parts))
    sizes: Mapping[str, int] = {
        stored.key: stored.size for stored in neighbours.store.list(version_prefix(parts))
    }
    lacking = [file.path for file in manifest.files if sizes.get(file_key(manifest, file.path)) != file.size]
    if lacking:
        raise InvalidInput(
            f"{doing}: {len(lacking)} of its files are not in the store yet, first {printable(lacking[0])}. The manifest"
            " comes last."
        )
