"""A job's store behind a receiver whose own store is a folder, or a bucket that jobs reach themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.builders.both_ways import EXAMPLES_PROJECT
from tests.builders.issuer import Issuer, id_token_issuer
from tests.builders.postgres import PostgresServer
from tests.builders.receiving import receiving
from tests.builders.rows import a_repository
from tests.builders.s3 import serve_s3

from courseline.adapters.database.revision import REVISION
from courseline.adapters.jobs_api.client import Client
from courseline.adapters.jobs_api.order import Order
from courseline.adapters.jobs_api.remote_store import RemoteStore
from courseline.domain.ids import example_id
from courseline.errors import CourselineError, Refused
from courseline.usecases.object_store import ObjectStore


@dataclass
class Stores:
    """Both ends: `prefix` is of a version of the job's own repository that is not published."""

    remote: RemoteStore
    real: ObjectStore
    prefix: str


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with id_token_issuer() as made:
        yield made


@pytest.fixture(params=["folder", "bucket"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer, issuer: Issuer
) -> Iterator[Stores]:
    with serve_s3() as endpoint, postgres.fresh() as url:
        settings = {}
        if request.param == "bucket":
            public = endpoint.replace("127.0.0.1", "localhost")
            settings = {
                "COURSELINE_OBJECT_STORE": f"s3://library?endpoint={endpoint}&public_endpoint={public}",
                "COURSELINE_S3_ACCESS_KEY": "courseline",
                "COURSELINE_S3_SECRET_KEY": "sesame-for-tests",
            }
        with receiving(tmp_path, url, tmp_path, issuer, settings) as receiver:
            address = f"127.0.0.1:{issuer.port}/uni/examples"
            repository = a_repository(urls=[address], project_id=EXAMPLES_PROJECT)
            with receiver.wiring.database.transaction() as rows:
                rows.library.add_repository(repository)
            claims = {"project_id": str(EXAMPLES_PROJECT), "project_path": "uni/examples"}
            token = receiver.token("courseline-sync", tag="v1.0", **claims)
            client = Client(receiver.url)
            asked = {"kind": "sync", "inputs": {"tag": "v1.0"}, "revision": REVISION}
            order = Order.model_validate(client.ask("POST", "/api/v1/operations", token, json=asked))
            prefix = f"repositories/{repository.id}/{example_id(repository.id, 'new')}/{'a' * 40}/"
            yield Stores(RemoteStore(client, order), receiver.wiring.store, prefix)


def test_what_is_put_is_there_and_comes_back(stores: Stores) -> None:
    objects = {
        f"{stores.prefix}files/{name}": data
        for name, data in {
            "main.py": b"print()\n",
            "empty": b"",
            "über öß.txt": b"\x00\xff" * 10,
            "deep/er/a b+c%.txt": b"text",
            "large.bin": bytes(range(256)) * 100_000,
        }.items()
    }
    stores.remote.put_many(objects)
    assert stores.remote.get_many([*objects, f"{stores.prefix}files/none"]) == objects
    assert {key: stores.real.get(key) for key in objects} == objects
    listed = {one.key: one.size for one in stores.remote.list(stores.prefix)}
    assert listed == {key: len(data) for key, data in objects.items()}


def test_what_is_not_there_is_none(stores: Stores) -> None:
    assert stores.remote.get(f"{stores.prefix}metadata.json") is None
    assert list(stores.remote.list(stores.prefix)) == []


def test_a_manifest_that_is_none_is_not_taken(stores: Stores) -> None:
    with pytest.raises(CourselineError, match="no manifest"):
        stores.remote.put(f"{stores.prefix}metadata.json", b"{}\n")
    assert stores.real.get(f"{stores.prefix}metadata.json") is None


def test_nothing_else_is_read_written_or_removed(stores: Stores) -> None:
    other = stores.prefix.replace(stores.prefix.split("/")[1], "0" * 8 + "-0000-0000-0000-" + "0" * 12)
    stores.real.put(f"{other}files/exam.py", b"secret")
    with pytest.raises(Refused):
        stores.remote.get(f"{other}files/exam.py")
    with pytest.raises(Refused):
        stores.remote.put(f"{other}files/exam.py", b"mine")
    with pytest.raises(Refused):
        list(stores.remote.list(other))
    with pytest.raises(Refused):
        stores.remote.delete(f"{stores.prefix}files/main.py")
    assert stores.real.get(f"{other}files/exam.py") == b"secret"


def test_digests_are_of_the_bytes(stores: Stores) -> None:
    key, data = f"{stores.prefix}files/main.py", b"print(1)\n"
    stores.remote.put(key, data)
    found = stores.remote.get(key)
    assert found is not None
    assert hashlib.sha256(found).digest() == hashlib.sha256(data).digest()
