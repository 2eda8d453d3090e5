"""One contract for every object store."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import pytest
from tests.builders import radosgw, rclone
from tests.builders.radosgw import Gateway, serve_radosgw
from tests.builders.rclone import Rclone, serve_rclone
from tests.builders.s3 import closed_port, serve_s3

from courseline.adapters.objects_folder import FolderStore
from courseline.adapters.objects_s3 import S3Store
from courseline.adapters.objects_url import S3Location
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.usecases.object_store import ObjectStore, StoredObject

ODD_KEYS = [
    "a/with space",
    "a/käse-日本.txt",
    "a/100%25+&=#?;@!$'()*,[]~`^{}|<>",
    'a/"quoted"',
    "a/.hidden",
    "a/..b",
    "a/back\\slash",
    "a/emoji-🎓",
    "a/-x",
    "a/" + "n" * 240,
    "a/" + "/".join(["deep"] * 60),
]
BAD_KEYS = [
    "",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "../a",
    "a/../b",
    "a/./b",
    "a\nb",
    "a\0b",
    "a\x7f",
    "\udcff",
    "k" * 1025,
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with serve_s3() as running:
        yield running


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with serve_radosgw() as running:
        yield running


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rclone]:
    with serve_rclone(tmp_path_factory.mktemp("rclone")) as running:
        yield running


@pytest.fixture(
    params=[
        "folder",
        "s3",
        "s3-prefix",
        pytest.param("radosgw", marks=pytest.mark.needs_radosgw),
        pytest.param("rclone", marks=pytest.mark.needs_rclone),
    ]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    made: ObjectStore
    if request.param == "folder":
        made = FolderStore(tmp_path / "objects")
    elif request.param == "radosgw":
        made = gateway_store(request.getfixturevalue("gateway"))
    elif request.param == "rclone":
        made = s3_store(request.getfixturevalue("nasty").endpoint)
    else:
        prefix = "some/where/" if request.param == "s3-prefix" else ""
        made = s3_store(request.getfixturevalue("endpoint"), prefix=prefix)
    made.check()
    return made


def s3_store(endpoint: str, *, bucket: str = "", prefix: str = "", **options: float) -> S3Store:
    location = S3Location(bucket or f"b-{uuid4()}", prefix, endpoint, "eu-1", endpoint)
    return S3Store(location, rclone.ACCESS_KEY, rclone.SECRET_KEY, **options)  # type: ignore[arg-type]


def gateway_store(
    gateway: Gateway,
    *,
    access_key: str = radosgw.ACCESS_KEY,
    secret_key: str = radosgw.SECRET_KEY,
    bucket: str = "",
    may_create: bool = True,
) -> S3Store:
    location = S3Location(bucket or f"b-{uuid4()}", "", gateway.endpoint, "us-east-1", gateway.endpoint)
    return S3Store(location, access_key, secret_key, may_create=may_create)


@pytest.fixture(params=["folder", "s3-nobody-listens", "s3-no-bucket", "s3-hangs", "s3-speaks-otherwise"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    if request.param == "folder":
        (tmp_path / "objects").write_text("a file")
        yield FolderStore(tmp_path / "objects" / "below")
    elif request.param == "s3-nobody-listens":
        with closed_port() as port:
            yield s3_store(f"http://127.0.0.1:{port}", retries=1)
    elif request.param == "s3-no-bucket":
        yield s3_store(request.getfixturevalue("endpoint"), bucket="no-such-bucket", may_create=False)
    else:
        with OddServer(hangs=request.param == "s3-hangs") as odd:
            yield s3_store(odd, retries=0, read_seconds=0.3)


def test_what_was_put_is_got(store: ObjectStore) -> None:
    store.put("a/b", b"\0\r\nbytes\xff")
    store.put("empty", b"")
    assert store.get("a/b") == b"\0\r\nbytes\xff"
    assert store.get("empty") == b""


@pytest.mark.parametrize("key", ["absent", "a", "a/b/c", "a/bb"])
def test_a_missing_key_is_none(store: ObjectStore, key: str) -> None:
    store.put("a/b", b"x")
    assert store.get(key) is None


def test_the_last_bytes_put_are_got(store: ObjectStore) -> None:
    for data in (b"same", b"same", b"other, longer", b"o"):
        store.put("k", data)
        assert store.get("k") == data
    assert list(store.list("k")) == [StoredObject("k", 1)]


def test_many_are_put_and_got_at_once(store: ObjectStore) -> None:
    objects = {f"many/{number:03}": os.urandom(number) for number in range(100)}
    store.put_many(objects)
    assert store.get_many([*objects, "many/absent", "many/000"]) == objects
    store.put_many({})
    assert store.get_many([]) == {}


def test_a_list_holds_what_starts_with_the_prefix_in_order(store: ObjectStore) -> None:
    keys = ["a/b/c", "a.txt", "a/b-", "a/b", "ab", "b", "a/b.d/e", "a/ü", "a/b0/x", "a/bé"]
    keys.remove("a/b")  # a name cannot be both a file and a directory in a folder
    store.put_many({key: key.encode() for key in keys})
    assert [found.key for found in store.list("")] == sorted(keys)
    assert [found.key for found in store.list("a/b")] == sorted(key for key in keys if key.startswith("a/b"))
    assert [found.key for found in store.list("a/b/")] == ["a/b/c"]
    assert [(found.key, found.size) for found in store.list("ab")] == [("ab", 2)]
    assert list(store.list("nothing/here")) == []


def test_a_list_says_when_objects_were_written(store: ObjectStore) -> None:
    store.put("old/new", b"x")
    (found,) = store.list("old/")
    assert found.modified is not None
    assert abs(found.modified - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_list_is_complete_beyond_one_page(store: ObjectStore) -> None:
    keys = [f"page/{number:04}" for number in range(1100)]
    if isinstance(store, S3Store):
        store.put_many(dict.fromkeys(keys, b""))
    else:
        keys = keys[:50]
        store.put_many(dict.fromkeys(keys, b""))
    assert [found.key for found in store.list("page/")] == keys


def test_a_deleted_key_is_gone_and_deleting_again_is_harmless(store: ObjectStore) -> None:
    store.put("d/e", b"x")
    store.delete("d/e")
    store.delete("d/e")
    store.delete("d")
    assert store.get("d/e") is None
    assert list(store.list("")) == []


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys_are_kept_as_they_are(store: ObjectStore, key: str) -> None:
    store.put(key, key.encode())
    assert store.get(key) == key.encode()
    assert store.get_many([key]) == {key: key.encode()}
    assert [found.key for found in store.list("a/")] == [key]
    store.delete(key)
    assert store.get(key) is None


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_is_no_plain_path_is_refused(store: ObjectStore, key: str) -> None:
    for use in (
        store.get,
        store.delete,
        lambda name: store.put(name, b"x"),
        lambda name: store.get_many([name]),
    ):
        with pytest.raises(InvalidInput, match="key"):
            use(key)


def test_twenty_megabytes_come_back(store: ObjectStore) -> None:
    data = os.urandom(1024) * 20_000
    store.put("large", data)
    assert store.get("large") == data
    assert list(store.list("large")) == [StoredObject("large", len(data))]


def test_writers_of_the_same_key_leave_one_of_their_values(store: ObjectStore) -> None:
    values = [bytes([number]) * 50_000 for number in range(8)]
    threads = [threading.Thread(target=store.put, args=("same/key", value)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("same/key") in values


def test_checking_again_changes_nothing(store: ObjectStore) -> None:
    store.put("k", b"x")
    store.check()
    assert store.get("k") == b"x"


def test_a_store_that_does_not_do_its_part_is_named(broken: ObjectStore) -> None:
    place = "below" if isinstance(broken, FolderStore) else "http://127.0.0.1"
    uses = [
        broken.check,
        lambda: broken.put("a", b"x"),
        lambda: broken.put_many({"a": b"x", "b": b"y"}),
    ]
    if not isinstance(broken, FolderStore):  # for a folder, what is not there is only missing
        uses += [
            lambda: broken.get("a"),
            lambda: broken.get_many(["a", "b"]),
            lambda: list(broken.list("a")),
            lambda: broken.delete("a"),
        ]
    for use in uses:
        with pytest.raises(NeighbourFailed) as caught:
            use()
        assert place in caught.value.message
        assert "s3cret" not in caught.value.message
        assert "access-key" not in caught.value.message


class TestFolder:
    def test_only_the_owner_reads_the_files(self, tmp_path: Path) -> None:
        FolderStore(tmp_path / "o").put("a/b", b"x")
        assert (tmp_path / "o" / "a" / "b").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("is_slow", [False, True])
    def test_bytes_reach_the_disk_before_their_name_and_so_does_each_new_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_slow: bool
    ) -> None:
        root = tmp_path / "o"
        store = FolderStore(root)
        store.check()
        monkeypatch.setattr(store, "_is_slow", is_slow)
        synced: dict[str, list[str]] = {}
        sync, one = os.fsync, threading.Lock()

        def noted(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_dir():
                with one:
                    names = sorted(entry.name for entry in path.iterdir())
                    synced[path.relative_to(tmp_path).as_posix()] = names
            else:
                assert path.parent.name == ".partial"
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", noted)
        store.put_many({"a/b/one": b"1", "a/b/two": b"2", "a/c/d/three": b"3"})
        assert synced == {
            "o": [".partial", "a"],
            "o/a": ["b", "c"],
            "o/a/b": ["one", "two"],
            "o/a/c": ["d"],
            "o/a/c/d": ["three"],
        }
        synced.clear()
        store.put("a/b/one", b"4")
        assert synced == {"o/a/b": ["one", "two"]}

    def test_a_directory_where_a_file_should_be_is_named(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path / "o")
        store.put_many({"a": b"x", "b/c": b"x"})
        for key in ("a/below", "a/far/below", "b"):
            with pytest.raises(NeighbourFailed, match=f"Writing {key} in the object store"):
                store.put(key, b"y")
        assert list((tmp_path / "o" / ".partial").iterdir()) == []
        assert [found.key for found in store.list("")] == ["a", "b/c"]

    def test_a_killed_writer_leaves_no_key_and_the_rest_is_cleared_away(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path / "o")
        store.check()
        code = (
            "import os, pathlib, sys\n"
            "from courseline.adapters import objects_folder\n"
            "os.fsync = lambda descriptor: os.kill(os.getpid(), 9)\n"
            "objects_folder.FolderStore(pathlib.Path(sys.argv[1])).put('a/b', b'half')\n"
        )
        killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "o")], check=False)
        assert killed.returncode == -9
        assert store.get("a/b") is None
        assert list(store.list("")) == []
        (left,) = (tmp_path / "o" / ".partial").iterdir()
        store.check()
        assert left.exists(), "a writer may still be at it"
        os.utime(left, (0, 0))
        store.check()
        assert not left.exists()

    def test_unfinished_files_cannot_be_reached_by_a_key(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="unfinished"):
            FolderStore(tmp_path).put(".partial/x", b"x")

    def test_a_link_in_the_folder_is_not_listed(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path / "o")
        store.put("a", b"x")
        (tmp_path / "o" / "link").symlink_to("/etc")
        (tmp_path / "o" / "file").symlink_to("/etc/hostname")
        assert [found.key for found in store.list("")] == ["a"]


class TestS3:
    def test_a_missing_bucket_is_made_only_when_allowed(self, endpoint: str) -> None:
        with pytest.raises(NeighbourFailed, match="does not exist"):
            s3_store(endpoint, bucket="made-later", may_create=False).check()
        s3_store(endpoint, bucket="made-later").check()
        s3_store(endpoint, bucket="made-later", may_create=False).check()

    def test_two_prefixes_of_a_bucket_do_not_see_each_other(self, endpoint: str) -> None:
        one, two = (s3_store(endpoint, bucket="shared", prefix=prefix) for prefix in ("one/", "two/"))
        one.check()
        one.put("k", b"1")
        two.put("k", b"2")
        assert (one.get("k"), two.get("k")) == (b"1", b"2")
        assert [found.key for found in one.list("")] == ["k"]

    def test_the_client_is_loaded_only_when_it_is_used(self) -> None:
        code = (
            "import sys, courseline.adapters.objects_s3; assert not {'minio', 'urllib3'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class OddServer:
    """Answers every request with plain text, or with nothing as long as it runs."""

    def __init__(self, *, hangs: bool) -> None:
        self._over = over = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                if hangs:
                    over.wait()
                    return
                self.send_response(418)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", "9")
                self.end_headers()
                self.wfile.write(b"I'm a tea")

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815 - names of http.server

            def log_message(self, *arguments: object) -> None:
                """Say nothing on standard error."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
