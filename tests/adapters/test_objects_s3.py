"""The S3 store on servers that are slow, break off, are killed, or refuse."""

from __future__ import annotations

import itertools
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests.builders import radosgw
from tests.builders.canned import serve_answer
from tests.builders.fault_proxy import CUT, DEAF, INTERNAL_ERROR, RESET, SLOW_DOWN, serve_faults
from tests.builders.radosgw import Gateway, serve_radosgw
from tests.builders.rclone import ACCESS_KEY, SECRET_KEY, Rclone, serve_rclone
from tests.builders.s3 import serve_s3
from tests.builders.versions import CONTENTS, build_manifest

from courseline.adapters.objects_client import CONNECTION_TRIES
from courseline.adapters.objects_s3 import LARGE_AT_ONCE, PART, S3Store
from courseline.adapters.objects_url import S3Location
from courseline.domain.library.objects import manifest_key
from courseline.errors import CorruptObject, NeighbourFailed
from courseline.usecases.library.read_version import read_files, verify_version
from courseline.usecases.library.store_version import store_version

MEGABYTE = 1_000_000
MANY = {**CONTENTS, **{f"data/{number:02}.bin": os.urandom(3 * MEGABYTE) for number in range(40)}}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serve_s3() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with serve_radosgw() as running:
        yield running


@pytest.fixture
def nasty(tmp_path: Path) -> Iterator[Rclone]:
    with serve_rclone(tmp_path / "served") as running:
        yield running


def store_at(
    endpoint: str,
    *,
    bucket: str = "",
    keys: tuple[str, str] = (ACCESS_KEY, SECRET_KEY),
    may_create: bool = True,
    retries: int = 8,
) -> S3Store:
    location = S3Location(bucket or f"b-{uuid4()}", "", endpoint, "us-east-1", endpoint)
    return S3Store(location, *keys, may_create=may_create, retries=retries)


def gateway_keys(gateway: Gateway) -> tuple[str, str]:
    del gateway
    return radosgw.ACCESS_KEY, radosgw.SECRET_KEY


@pytest.mark.parametrize(
    "faults",
    [[SLOW_DOWN], [INTERNAL_ERROR, RESET], [CUT], [DEAF]],
    ids=" and ".join,
)
def test_all_objects_arrive_though_three_in_ten_requests_go_wrong(endpoint: str, faults: list[str]) -> None:
    bucket = f"b-{uuid4()}"
    objects = {f"o/{number}": os.urandom(500 + number) for number in range(60)}
    objects["o/large"] = os.urandom(PART + 5)
    direct = store_at(endpoint, bucket=bucket)
    direct.check()
    with serve_faults(endpoint, share=0.3, faults=faults, most=CONNECTION_TRIES) as (address, proxy):
        store = store_at(address, bucket=bucket)
        store.put_many(objects)
        assert store.get_many(objects) == objects
        assert [entry.key for entry in store.list("o/")] == sorted(objects)
    assert all(proxy.counts[fault] > 10 for fault in faults)
    assert direct.get_many(objects) == objects


def test_a_server_that_stays_busy_is_named_so(endpoint: str) -> None:
    with serve_faults(endpoint, share=1, faults=[SLOW_DOWN], most=100) as (address, proxy):
        store = store_at(address, retries=2)
        with pytest.raises(
            NeighbourFailed, match=r"stays overloaded\. Run the same command again later.*SlowDown"
        ):
            store.put("k", b"x")
    assert proxy.counts[SLOW_DOWN] == 3


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])
def test_a_large_object_comes_back_whole(endpoint: str, size: int) -> None:
    round_trip(store_at(endpoint), size)


@pytest.mark.needs_radosgw
@pytest.mark.parametrize("size", [PART, PART + 1, 3 * PART + 7])
def test_a_large_object_comes_back_whole_from_a_gateway(gateway: Gateway, size: int) -> None:
    round_trip(store_at(gateway.endpoint, keys=gateway_keys(gateway)), size)


@pytest.mark.needs_rclone
@pytest.mark.parametrize("size", [PART, PART + 1, 3 * PART + 7])
def test_a_large_object_comes_back_whole_from_the_least_of_servers(nasty: Rclone, size: int) -> None:
    round_trip(store_at(nasty.endpoint), size)


def round_trip(store: S3Store, size: int) -> None:
    data = os.urandom(1000) * (size // 1000) + os.urandom(size % 1000)
    store.check()
    store.put("large", data)
    assert [entry.size for entry in store.list("large")] == [size]
    assert store.get("large") == data


def test_large_files_are_not_copied_at_once(endpoint: str) -> None:
    store = store_at(endpoint)
    data = os.urandom(MEGABYTE) * 20
    store.check()
    store.put("warm", b"up")
    tracemalloc.start()
    try:
        store.put_many({f"large/{number}": data for number in range(6)})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LARGE_AT_ONCE * PART + 10 * MEGABYTE
    assert {entry.size for entry in store.list("large/")} == {len(data)}


@pytest.mark.needs_radosgw
class TestRefused:
    """What a strict server refuses, and what people are told to do."""

    def refusal(self, store: S3Store, use: Callable[[S3Store], object]) -> str:
        with pytest.raises(NeighbourFailed) as caught:
            use(store)
        for secret in (radosgw.SECRET_KEY, radosgw.READER_SECRET_KEY, "wrong-secret", radosgw.ACCESS_KEY):
            assert secret not in caught.value.message
        return caught.value.message

    def test_an_unknown_access_key(self, gateway: Gateway) -> None:
        store = store_at(gateway.endpoint, keys=("NOBODY", "wrong-secret"))
        assert "Correct COURSELINE_S3_ACCESS_KEY." in self.refusal(store, S3Store.check)

    def test_a_wrong_secret(self, gateway: Gateway) -> None:
        store = store_at(gateway.endpoint, keys=(radosgw.ACCESS_KEY, "wrong-secret"))
        assert "Correct COURSELINE_S3_SECRET_KEY." in self.refusal(store, S3Store.check)
        assert "Correct COURSELINE_S3_SECRET_KEY." in self.refusal(store, lambda it: it.put("k", b"x"))

    def test_a_user_who_may_not(self, gateway: Gateway) -> None:
        bucket = f"b-{uuid4()}"
        store_at(gateway.endpoint, bucket=bucket, keys=gateway_keys(gateway)).check()
        reader = store_at(
            gateway.endpoint, bucket=bucket, keys=(radosgw.READER_ACCESS_KEY, radosgw.READER_SECRET_KEY)
        )
        for use in (
            S3Store.check,
            lambda it: it.put("k", b"x"),
            lambda it: it.get("k"),
            lambda it: list(it.list("")),
        ):
            said = self.refusal(reader, use)
            assert "may not do this. Allow it s3:ListBucket" in said
            assert bucket in said

    def test_a_missing_bucket(self, gateway: Gateway) -> None:
        store = store_at(gateway.endpoint, bucket="nowhere", keys=gateway_keys(gateway), may_create=False)
        for use in (S3Store.check, lambda it: it.put("k", b"x"), lambda it: it.get("k")):
            assert (
                "The bucket nowhere does not exist there. Make it, or correct COURSELINE_OBJECT_STORE."
                in (self.refusal(store, use))
            )


class KilledWhileWriting(S3Store):
    """A store whose server is killed when the fifth object is about to be sent, while others are under way."""

    def __init__(self, server: Rclone | Gateway, location: S3Location, *keys: str) -> None:
        super().__init__(location, *keys, retries=1)
        self.server = server
        self.sent = itertools.count(1)

    def put(self, key: str, data: bytes) -> None:
        if next(self.sent) == 5:
            self.server.kill()
        super().put(key, data)


class TestKilled:
    """A server that dies while a version is written: found out, and mended by publishing it again."""

    def published_again(
        self, server: Rclone | Gateway, restart: Callable[[], None], keys: tuple[str, str]
    ) -> None:
        manifest = build_manifest(MANY)
        bucket = f"b-{uuid4()}"
        location = S3Location(bucket, "", server.endpoint, "us-east-1", server.endpoint)
        store = store_at(server.endpoint, bucket=bucket, keys=keys)
        store.check()
        with pytest.raises(NeighbourFailed):
            store_version(KilledWhileWriting(server, location, *keys), manifest, MANY)
        restart()
        assert store.get(manifest_key(manifest)) is None
        assert verify_version(store, manifest) != []
        with pytest.raises(CorruptObject):
            read_files(store, manifest, ["main.py"])
        assert store_version(store, manifest, MANY) is True
        assert verify_version(store, manifest) == []
        assert store_version(store, manifest, MANY) is False

    @pytest.mark.needs_rclone
    def test_rclone_killed_while_writing(self, nasty: Rclone) -> None:
        self.published_again(nasty, nasty.start, (ACCESS_KEY, SECRET_KEY))

    @pytest.mark.needs_radosgw
    def test_a_gateway_killed_while_writing(self, gateway: Gateway) -> None:
        self.published_again(gateway, gateway.restart, gateway_keys(gateway))

    @pytest.mark.needs_rclone
    @pytest.mark.parametrize("path", ["files/data/ü mlaut.bin", "meta.yaml", "metadata.json"])
    def test_an_object_torn_behind_a_manifest_is_mended(self, nasty: Rclone, path: str) -> None:
        contents = {**CONTENTS, "data/ü mlaut.bin": os.urandom(100_000)}
        manifest = build_manifest(contents)
        store = store_at(nasty.endpoint)
        store_version(store, manifest, contents)
        (torn,) = [
            found
            for found in nasty.directory.rglob("*")
            if str(found).endswith(f"/{path}") and "files/meta" not in str(found)
        ]
        os.truncate(torn, torn.stat().st_size // 2)
        nasty.kill()
        nasty.start()
        assert [problem.path.endswith(path) for problem in verify_version(store, manifest)] == [True]
        assert store_version(store, manifest, contents) is True
        assert verify_version(store, manifest) == []


def xml(code: str) -> bytes:
    return (
        f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No, access-key.</Message></Error>".encode()
    )


@pytest.mark.parametrize(
    "kind", ["application/xml", "text/xml", "text/xml; charset=utf-8", "Application/XML"]
)
@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "RequestTimeTooSkewed", "Set this machine's clock"),
        (403, "AccessDenied", "s3:PutObject"),
        (403, "InvalidAccessKeyId", "COURSELINE_S3_ACCESS_KEY"),
        (403, "SignatureDoesNotMatch", "COURSELINE_S3_SECRET_KEY"),
        (400, "AuthorizationHeaderMalformed", "Correct `region=` in COURSELINE_OBJECT_STORE"),
        (403, "QuotaExceeded", "Make room"),
        (404, "NoSuchBucket", "Make it"),
        (418, "Teapot", "Check the server and its credentials"),
    ],
)
def test_an_error_of_the_server_says_what_to_do(kind: str, status: int, code: str, said: str) -> None:
    with serve_answer(status, kind, xml(code)) as address:
        store = store_at(address, retries=0, may_create=False)
        for use in (
            lambda: store.put("k", b"x"),
            lambda: store.get("k"),
            lambda: list(store.list("k")),
            store.check,
        ):
            with pytest.raises(NeighbourFailed) as caught:
                use()
            assert said in caught.value.message
            assert "access-key" not in caught.value.message


@pytest.mark.parametrize("kind", ["application/xml", "text/xml"])
def test_a_missing_key_is_none_whatever_the_server_calls_xml(kind: str) -> None:
    with serve_answer(404, kind, xml("NoSuchKey")) as address:
        assert store_at(address, retries=0).get("k") is None


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "application/xml", b"<cut"),
        (200, "application/xml", b""),
        (200, "text/html", b"<html><body>Welcome to your router</body></html>"),
        (403, "application/xml", b"<cut"),
        (502, "text/html", b"<html>Bad gateway</html>"),
        (301, "text/html", b"Moved"),
        (307, "application/xml", b""),
    ],
)
def test_what_speaks_no_s3_is_named(status: int, kind: str, body: bytes) -> None:
    with serve_answer(status, kind, body, {"Location": "http://127.0.0.1:1/elsewhere"}) as address:
        store = store_at(address, retries=0)
        with pytest.raises(NeighbourFailed) as caught:
            list(store.list("k"))
        assert address in caught.value.message


def test_a_listing_without_end_is_cut_short() -> None:
    page = (
        b"<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
        b"<Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>"
    )
    with (
        serve_answer(200, "application/xml", page) as address,
        pytest.raises(NeighbourFailed, match="lists k twice"),
    ):
        list(store_at(address, retries=0).list(""))
