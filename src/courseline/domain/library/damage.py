"""How the objects of a version can differ from what was published, told from sizes alone or from the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from courseline.domain.library.objects import META_FILE, Stored, file_key, manifest_key, meta_key
from courseline.domain.library.read_manifest import read_manifest
from courseline.domain.library.version import VersionFile
from courseline.errors import InvalidInput, Problem, Severity

FIX = "Restore the object from a backup of the store, or delete the version's metadata.json and publish its tag again."
EXTRA_FIX = "It can be deleted."


class Fault(StrEnum):
    """What is wrong with an object: it is not there, of another length, of other bytes, not to be read, of no version."""

    MISSING = "missing"
    CUT = "cut"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class Damage:
    """One object that is not as published.

    Attributes:
        key: of the object.
        fault: see `Fault`.
        message: the same as a sentence.
    """

    key: str
    fault: Fault
    message: str

    @property
    def problem(self) -> Problem:
        """For people; what does not belong is a warning, since nothing that was published is hurt by it."""
        if self.fault is Fault.EXTRA:
            return Problem(self.key, None, self.message, Severity.WARNING, EXTRA_FIX)
        return Problem(self.key, None, self.message, fix=FIX)


def expected_files(version: Stored) -> dict[str, VersionFile]:
    """Key -> the file it holds, for every object of a version but its manifest; meta.yaml is there twice."""
    expected = {file_key(version, file.path): file for file in version.files}
    meta = expected.get(file_key(version, META_FILE))
    return expected if meta is None else expected | {meta_key(version): meta}


def size_damage(version: Stored, sizes: Mapping[str, int]) -> list[Damage]:
    """What a listing tells: missing objects, other lengths, and objects that are not the version's.

    Args:
        version: as published.
        sizes: key -> bytes of every object under the version's prefix.
    """
    files, manifest = expected_files(version), manifest_key(version)
    found = [_size_damage(key, file, sizes.get(key)) for key, file in files.items()]
    if manifest not in sizes:
        found.append(_manifest_missing(manifest))
    found += [
        Damage(key, Fault.EXTRA, "The object is not part of the version.")
        for key in sizes
        if key not in files and key != manifest
    ]
    return _in_order(found)


def byte_damage(version: Stored, keys: Sequence[str], found: Mapping[str, bytes]) -> list[Damage]:
    """What the bytes tell.

    Args:
        version: as published.
        keys: of its objects to judge, the manifest among them or not.
        found: their bytes; what the store does not have is left out.
    """
    files, manifest = expected_files(version), manifest_key(version)
    damages: list[Damage | None] = []
    for key in keys:
        data = found.get(key)
        if key == manifest:
            damages.extend(_manifest_damage(version, key, data))
            continue
        damage = _size_damage(key, files[key], None if data is None else len(data))
        if damage is None and data is not None and hashlib.sha256(data).hexdigest() != files[key].sha256:
            message = "The object's bytes are not those published (SHA-256 differs)."
            damage = Damage(key, Fault.CHANGED, message)
        damages.append(damage)
    return _in_order(damages)


def _size_damage(key: str, file: VersionFile, size: int | None) -> Damage | None:
    if size is None:
        return Damage(key, Fault.MISSING, "The object is missing.")
    if size != file.size:
        return Damage(key, Fault.CUT, f"The object has {size} bytes instead of {file.size}.")
    return None


def _manifest_missing(key: str) -> Damage:
    return Damage(key, Fault.MISSING, "The manifest is missing, so the version was never completely written.")


def _manifest_damage(version: Stored, key: str, raw: bytes | None) -> Iterator[Damage]:
    if raw is None:
        yield _manifest_missing(key)
        return
    try:
        manifest = read_manifest(raw, key)
    except InvalidInput as fault:
        detail = " ".join(problem.message for problem in fault.problems)
        yield Damage(key, Fault.CHANGED, f"The manifest is damaged. {detail}".strip())
        return
    if manifest.content_digest != version.content_digest:
        yield Damage(key, Fault.CHANGED, "The manifest describes other content than was published.")


def _in_order(damages: Sequence[Damage | None]) -> list[Damage]:
    return sorted((damage for damage in damages if damage is not None), key=lambda damage: damage.key)
