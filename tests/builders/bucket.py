"""Examples in a bucket of a real S3 server, and a library that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from minio import Minio
from tests.builders.library import Library

from courseline.adapters.objects_s3 import S3Store
from courseline.adapters.objects_url import parse_source_url
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import Synced, SyncRelease, sync
from courseline.usecases.object_store import ObjectStore
from courseline.usecases.ports import Credential
from courseline.wiring import resolve_url


class Told:
    """A store that notes what is read of it."""

    def __init__(self, store: ObjectStore, read: list[str]) -> None:
        self._store, self._read = store, read

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def get_many(self, keys: list[str]) -> dict[str, bytes]:
        wanted = list(keys)
        self._read.extend(wanted)
        return self._store.get_many(wanted)


@dataclass
class Bucket:
    """The bucket `name` at `endpoint`; what it is given lies below `examples/`.

    Attributes:
        endpoint: `http://127.0.0.1:PORT`.
        name: of the bucket, new.
        read: paths that the last sync read, in order.
    """

    endpoint: str
    name: str
    read: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        address = self.endpoint.removeprefix("http://")
        self.client = Minio(address, access_key="k", secret_key="s", secure=False, region="eu-1")
        self.client.make_bucket(self.name)

    @property
    def url(self) -> str:
        return f"s3://{self.name}/examples?endpoint={self.endpoint}&region=eu-1"

    def put(self, files: Mapping[str, str | bytes], prefix: str = "examples/") -> None:
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            self.client.put_object(self.name, prefix + path, BytesIO(data), len(data))

    def delete(self, path: str) -> None:
        self.client.remove_object(self.name, f"examples/{path}")

    def sync(
        self,
        library: Library,
        tag: str,
        *,
        url: str | None = None,
        dry_run: bool = False,
        **options: Any,
    ) -> Synced:
        """Sync with `options` for `Registration`."""
        library.calls.clear()
        self.read.clear()
        source = url or self.url
        registration = Registration(**{"url": resolve_url(source), **options})
        neighbours = replace(library.neighbours, bucket=self.open)
        return sync(SyncRelease(source, tag, registration, dry_run=dry_run), neighbours)

    def open(self, url: str, credential: Credential | None) -> ObjectStore:
        assert credential is None
        return Told(S3Store(parse_source_url(url), "k", "s", may_create=False, retries=0), self.read)  # type: ignore[return-value]
