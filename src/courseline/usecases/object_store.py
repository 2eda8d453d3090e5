"""The object store as use cases see it, as a protocol; `wiring` brings the real one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a listing tells of an object.

    Attributes:
        key: its key.
        size: bytes.
        modified: when it was last written, UTC, by the store's clock; None when the store does not say.
    """

    key: str
    size: int
    modified: datetime | None = field(default=None, compare=False)


class ObjectStore(Protocol):
    """Bytes by key. Keys are `/`-separated, relative, made by `domain.library.objects` only.

    All methods raise `NeighbourFailed` naming the store when it does not answer.
    """

    def put(self, key: str, data: bytes) -> None:
        """Write one object; writing the same bytes again is harmless; readers never see a part of it."""
        ...

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Write several, possibly in parallel; returns when all are there."""
        ...

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is no such key."""
        ...

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Several objects, possibly in parallel; missing keys are left out."""
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, ordered by key."""
        ...

    def delete(self, key: str) -> None:
        """Remove one object; a missing key is no error."""
        ...

    def check(self) -> None:
        """Reach the store and, when it has none yet, make the place to write to."""
        ...


class ObjectLinks(Protocol):
    """Addresses at which somebody else may read or write one object of the store for a few minutes."""

    def upload(self, key: str) -> str:
        """Address to put its bytes to."""
        ...

    def download(self, key: str) -> str:
        """Address to get its bytes from."""
        ...
