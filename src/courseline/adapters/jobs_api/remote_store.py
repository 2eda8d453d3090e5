"""The object store behind the receiver: what it offers is read and written there, or where it says."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from courseline.adapters.jobs_api.client import Client
from courseline.adapters.jobs_api.order import Order
from courseline.adapters.parallel import in_parallel
from courseline.errors import NeighbourFailed, Refused
from courseline.usecases.object_store import StoredObject

AT_ONCE = 500
"""Keys of one question."""
AGAIN_SECONDS = 60.0
"""How long the receiver is asked again when it cannot answer, because its store is away."""
PATIENCE_SECONDS = 900.0
"""The same when it is away itself: a job that holds its order waits, half as long as the templates give a job."""


@dataclass(frozen=True)
class RemoteStore:
    """Implements `usecases.object_store.ObjectStore`.

    Attributes:
        client: of the receiver.
        order: whose objects these are.
    """

    client: Client
    order: Order

    def put(self, key: str, data: bytes) -> None:
        """Write one object."""
        self.put_many({key: data})

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Write those that are not there; returns when all are."""
        keys = list(objects)
        for start in range(0, len(keys), AT_ONCE):
            wanted = [
                {"key": key, "sha256": _digest(objects[key]), "size": len(objects[key])}
                for key in keys[start : start + AT_ONCE]
            ]
            missing = self._ask("uploads", {"objects": wanted})["objects"]
            in_parallel(lambda one: self._upload(one["key"], one.get("url"), objects), missing)

    def get(self, key: str) -> bytes | None:
        """The object's bytes, None when there is no such key."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Several objects; missing keys are left out."""
        waiting = list(dict.fromkeys(keys))
        found: dict[str, bytes] = {}
        while waiting:
            answered = self._ask("downloads", {"keys": waiting[:AT_ONCE]})["objects"]
            links = {str(one["key"]): str(one["url"]) for one in answered if one.get("url")}
            fetched = zip(links, in_parallel(self.client.fetch, links.values()), strict=True)
            given = {str(one["key"]): _content(one.get("content")) for one in answered if "content" in one}
            given |= dict(fetched)
            if not given.keys() & set(waiting):
                raise NeighbourFailed(
                    f"Reading objects of {self.client.server}: it answered none that was asked for."
                )
            found |= {key: data for key, data in given.items() if data is not None}
            waiting = [key for key in waiting if key not in given]
        return found

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, ordered by key."""
        for one in self._ask("listings", {"prefix": prefix})["objects"]:
            yield StoredObject(str(one["key"]), int(one["size"]))

    def delete(self, key: str) -> None:
        """A job removes nothing."""
        raise Refused(f"Deleting {key}: a job that works through the receiver removes no object.")

    def check(self) -> None:
        """The receiver looks after its store itself."""

    def _upload(self, key: str, url: object, objects: Mapping[str, bytes]) -> None:
        data = objects[key]
        if isinstance(url, str) and url:
            self.client.store(url, data)
            return
        self._tell("PUT", f"objects/{_digest(data)}?key={quote(key, safe='')}", data=data)

    def _ask(self, what: str, question: Mapping[str, object]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        found: Mapping[str, Sequence[Mapping[str, Any]]] = self._tell("POST", what, json=question)
        return found

    def _tell(self, method: str, rest: str, **content: Any) -> Any:
        """What the receiver answers about this work order; patient where nobody answers."""
        path = f"/api/v1/operations/{self.order.id}/{rest}"
        return self.client.ask(
            method, path, self.order.key, seconds=AGAIN_SECONDS, patience=PATIENCE_SECONDS, **content
        )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _content(text: object) -> bytes | None:
    return base64.b64decode(text) if isinstance(text, str) else None
