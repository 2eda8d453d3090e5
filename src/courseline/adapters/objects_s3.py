"""An object store that is a bucket of an S3 server, by the client `minio`.

Nothing but plain put, get, list and delete is asked of the server: no conditional put, no versions, no tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from functools import cached_property
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, TypeVar

from courseline.adapters.objects_url import S3Location
from courseline.adapters.parallel import in_parallel
from courseline.domain.library.objects import checked_key
from courseline.domain.paths import printable
from courseline.errors import NeighbourFailed
from courseline.usecases.object_store import StoredObject

if TYPE_CHECKING:
    from minio import Minio

Answer = TypeVar("Answer")

PART = 16 * 1024 * 1024
"""Bytes of a request at most: a larger object goes in parts, so that what is sent again stays small."""

LARGE_AT_ONCE = 4
"""Objects in parts that travel at the same time; each holds a copy of one part."""

_ABSENT = ("NoSuchKey", "NoSuchObject")


class S3Store:
    """Implements `usecases.object_store.ObjectStore`.

    Args:
        location: see `objects_url`.
        access_key: of the bucket's user; empty for none.
        secret_key: belongs to it; never in a message.
        may_create: whether `check` makes a missing bucket.
        connect_seconds: to reach the server.
        read_seconds: of silence while it answers.
        retries: of a request that was answered 5xx; fewer when nobody answers.
    """

    def __init__(
        self,
        location: S3Location,
        access_key: str,
        secret_key: str,
        *,
        may_create: bool = True,
        connect_seconds: float = 5.0,
        read_seconds: float = 60.0,
        retries: int = 8,
    ) -> None:
        self._location = location
        self._access_key = access_key
        self._secret_key = secret_key
        self._may_create = may_create
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._retries = retries
        self._large = BoundedSemaphore(LARGE_AT_ONCE)
        self._checked = False

    def __repr__(self) -> str:
        return f"S3Store(bucket={self._location.bucket!r}, endpoint={self._location.endpoint!r})"

    def put(self, key: str, data: bytes) -> None:
        """Write one object; it appears when its last part has arrived."""
        name = self._name(key)
        with self._doing(f"Writing {printable(key)}"):
            if len(data) <= PART:
                self._insist(lambda: self._send(name, data))
            else:
                with self._large:
                    self._insist(lambda: self._send_parts(name, data))

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Write several in parallel; returns when all are there."""
        in_parallel(lambda item: self.put(*item), objects.items())

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is no such key."""
        name = self._name(key)
        with self._doing(f"Reading {printable(key)}"):
            return _unless_absent(lambda: self._insist(lambda: self._read(name)))

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Several objects in parallel; missing keys are left out."""
        wanted = list(dict.fromkeys(keys))
        found = zip(wanted, in_parallel(self.get, wanted), strict=True)
        return {key: data for key, data in found if data is not None}

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, ordered by key."""
        with self._doing(f"Listing {printable(prefix) or 'everything'}"):
            found = self._insist(lambda: self._pages(prefix))
        return iter(sorted(found.values(), key=lambda entry: entry.key))

    def delete(self, key: str) -> None:
        """Remove one object; a missing key is no error."""
        name = self._name(key)
        with self._doing(f"Deleting {printable(key)}"):
            _unless_absent(lambda: self._client.remove_object(self._location.bucket, name))

    def check(self) -> None:
        """Reach the bucket; make it when it is missing and that is allowed. Asks the server once."""
        if self._checked:
            return
        with self._doing("Opening it"):
            if not self._bucket_exists():
                self._client.make_bucket(self._location.bucket, location=self._location.region)
        self._checked = True

    def _bucket_exists(self) -> bool:
        """Whether it is there; asked by a listing, because the answer to a HEAD cannot say what is wrong."""
        from minio.error import S3Error  # noqa: PLC0415 - see _client

        try:
            next(self._client.list_objects(self._location.bucket, prefix=self._location.prefix), None)
        except S3Error as problem:
            if problem.code == "NoSuchBucket" and self._may_create:
                return False
            raise
        return True

    @cached_property
    def _client(self) -> Minio:
        from courseline.adapters.objects_client import connect  # noqa: PLC0415 - 300 ms not every command needs

        return connect(
            self._location,
            self._access_key,
            self._secret_key,
            connect_seconds=self._connect_seconds,
            read_seconds=self._read_seconds,
            retries=self._retries,
        )

    def _insist(self, ask: Callable[[], Answer]) -> Answer:
        from courseline.adapters.objects_client import insist  # noqa: PLC0415 - see _client

        return insist(ask, self._retries)

    def _send(self, name: str, data: bytes) -> None:
        self._client.put_object(self._location.bucket, name, BytesIO(data), len(data), part_size=PART)

    def _send_parts(self, name: str, data: bytes) -> None:
        """Parts one after the other: several objects travel at once already, and each part is a copy."""
        from courseline.adapters.objects_client import TransferTorn  # noqa: PLC0415 - see _client

        self._client.put_object(
            self._location.bucket, name, BytesIO(data), len(data), part_size=PART, num_parallel_uploads=1
        )
        # A server may answer 200 to the last request before it has put the parts together, and then fail.
        there = self._client.stat_object(self._location.bucket, name).size
        if there != len(data):
            raise TransferTorn(f"the object has {there} bytes there and {len(data)} here")

    def _read(self, name: str) -> bytes:
        response = self._client.get_object(self._location.bucket, name)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def _pages(self, prefix: str) -> dict[str, StoredObject]:
        """Every page of a listing, by key."""
        own = self._location.prefix
        found: dict[str, StoredObject] = {}
        for entry in self._client.list_objects(self._location.bucket, prefix=own + prefix, recursive=True):
            name = entry.object_name or ""
            key = name.removeprefix(own)
            if entry.is_dir or not name.startswith(own + prefix):
                continue
            if key in found:
                raise ValueError(f"the server lists {printable(key)} twice, so its listing has no end")
            modified = entry.last_modified.astimezone(UTC) if entry.last_modified else None
            found[key] = StoredObject(key, entry.size or 0, modified)
        return found

    def _name(self, key: str) -> str:
        return checked_key(self._location.prefix + key)

    @contextmanager
    def _doing(self, doing: str) -> Iterator[None]:
        """Every way in which client, connection or server end a request becomes one error that names the store."""
        from courseline.adapters.objects_explain import FAULTS, explain  # noqa: PLC0415 - see _client

        try:
            yield
        except FAULTS as problem:
            where = f"the object store {self._location.endpoint}, bucket {self._location.bucket}"
            found = explain(problem, self._location, (self._secret_key, self._access_key))
            raise NeighbourFailed(f"{doing} in {where}: {found}") from None


def _unless_absent(ask: Callable[[], Answer]) -> Answer | None:
    """The answer, None when the server has no such object."""
    from minio.error import S3Error  # noqa: PLC0415 - see S3Store._client

    try:
        return ask()
    except S3Error as problem:
        if problem.code in _ABSENT:
            return None
        raise
