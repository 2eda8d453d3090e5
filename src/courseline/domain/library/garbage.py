"""What lies in the object store and belongs to no version of the database, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from courseline.domain.library.objects import MANIFEST_FILE, ROOT

_VERSION = re.compile(
    rf"{re.escape(ROOT)}(?P<repository>[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}})/[0-9a-f-]{{36}}/[0-9a-f]{{40}}/(?=.)"
)


class Listed(Protocol):
    """An object as a listing shows it; see `usecases.object_store.StoredObject`."""

    @property
    def key(self) -> str:
        """Its key."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def modified(self) -> datetime | None:
        """When it was last written."""
        ...


class Fate(StrEnum):
    """What becomes of a leftover.

    GARBAGE is old and was never finished: it can be deleted. YOUNG may be a sync that is running: it stays. UNRECORDED
    was finished, and the database does not know it: it stays, syncing its tag again records it.
    """

    GARBAGE = "garbage"
    YOUNG = "young"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class Leftover:
    """The objects of a version that is not in the database, or one stray object.

    Attributes:
        prefix: what their keys start with; the whole key for a stray.
        repository_id: taken from the key, None for a stray.
        fate: see `Fate`.
        keys: of the objects.
        size: bytes of them all.
        newest: when the last of them was written; None when the store does not say it of each.
    """

    prefix: str
    repository_id: UUID | None
    fate: Fate
    keys: tuple[str, ...]
    size: int
    newest: datetime | None


def find_leftovers(listed: Iterable[Listed], known: Collection[str], before: datetime) -> list[Leftover]:
    """Sort what belongs to no version.

    Args:
        listed: every object under `repositories/`.
        known: prefixes of the versions in the database; nothing under them is a leftover.
        before: what was last written earlier is old.

    Returns:
        Leftovers ordered by prefix. The objects of a version share one fate, so that its youngest protects them all.
    """
    groups: dict[str, list[Listed]] = {}
    for entry in listed:
        match = _VERSION.match(entry.key)
        prefix = match.group() if match else entry.key
        if prefix not in known:
            groups.setdefault(prefix, []).append(entry)
    return [_leftover(prefix, groups[prefix], before) for prefix in sorted(groups)]


def _leftover(prefix: str, entries: list[Listed], before: datetime) -> Leftover:
    match = _VERSION.match(prefix + "-")
    times = [entry.modified for entry in entries if entry.modified is not None]
    newest = max(times) if len(times) == len(entries) else None
    if match and any(entry.key == prefix + MANIFEST_FILE for entry in entries):
        fate = Fate.UNRECORDED
    elif newest is not None and newest < before:
        fate = Fate.GARBAGE
    else:
        fate = Fate.YOUNG
    return Leftover(
        prefix=prefix,
        repository_id=UUID(match["repository"]) if match else None,
        fate=fate,
        keys=tuple(entry.key for entry in entries),
        size=sum(entry.size for entry in entries),
        newest=newest,
    )
