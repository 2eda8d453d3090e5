"""Storing, reading and verifying versions, with every way a store can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.builders.versions import CONTENTS, build_manifest

from courseline.adapters.objects_folder import FolderStore
from courseline.domain.library.objects import Manifest, file_key, manifest_key, meta_key, version_prefix
from courseline.domain.library.read_manifest import read_manifest
from courseline.errors import CorruptObject, InvalidInput, NeighbourFailed, NotFound, Refused, Severity
from courseline.usecases.library.read_version import read_files, verify_version
from courseline.usecases.library.store_version import store_version
from courseline.usecases.object_store import ObjectStore, StoredObject

MANIFEST = build_manifest()
MAIN = file_key(MANIFEST, "main.py")


class CountingStore:
    """A folder store that remembers what was written, and may die before a write, lose a disk, or go away."""

    def __init__(self, root: Path) -> None:
        self._folder = FolderStore(root)
        self.written: list[str] = []
        self.dies_at: int | None = None
        self.unreadable: set[str] = set()
        self.away = False

    def put(self, key: str, data: bytes) -> None:
        if self.dies_at == len(self.written):
            raise KeyboardInterrupt
        self._folder.put(key, data)
        self.written.append(key)
        self.unreadable.discard(key)

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        for key, data in objects.items():
            self.put(key, data)

    def get(self, key: str) -> bytes | None:
        if key in self.unreadable:
            raise NeighbourFailed("The disk is broken.")
        return self._folder.get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, bytes]:
        return {key: data for key in keys if (data := self.get(key)) is not None}

    def list(self, prefix: str) -> Iterator[StoredObject]:
        if self.away:
            raise NeighbourFailed("Nobody answers.")
        return self._folder.list(prefix)

    def delete(self, key: str) -> None:
        self._folder.delete(key)

    def check(self) -> None:
        self._folder.check()


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path / "objects")


@pytest.fixture
def stored(store: CountingStore) -> CountingStore:
    store_version(store, MANIFEST, CONTENTS)
    store.written.clear()
    return store


class TestStore:
    def test_files_come_first_and_the_manifest_last(self, store: CountingStore) -> None:
        assert store_version(store, MANIFEST, CONTENTS) is True
        files = {file_key(MANIFEST, path) for path in CONTENTS}
        assert set(store.written[:-2]) == files
        assert store.written[-2:] == [meta_key(MANIFEST), manifest_key(MANIFEST)]
        assert verify_version(store, MANIFEST) == []

    def test_a_stored_version_is_not_written_again(self, stored: CountingStore) -> None:
        assert store_version(stored, MANIFEST, CONTENTS) is False
        assert stored.written == []

    def test_the_first_label_stays(self, stored: CountingStore) -> None:
        assert store_version(stored, build_manifest(label="v2.0"), CONTENTS) is False
        raw = stored.get(manifest_key(MANIFEST))
        assert raw is not None
        assert read_manifest(raw, manifest_key(MANIFEST)).first_label.shown == "v1.0"

    @pytest.mark.parametrize("writes", range(len(CONTENTS) + 2))
    def test_killed_at_any_write_the_next_run_completes_it(self, store: CountingStore, writes: int) -> None:
        store.dies_at = writes
        with pytest.raises(KeyboardInterrupt):
            store_version(store, MANIFEST, CONTENTS)
        assert store.get(manifest_key(MANIFEST)) is None
        with pytest.raises(CorruptObject):
            read_files(store, MANIFEST, ["main.py"])
        store.dies_at = None
        assert store_version(store, MANIFEST, CONTENTS) is True
        assert verify_version(store, MANIFEST) == []

    def test_a_torn_manifest_is_written_anew(self, stored: CountingStore) -> None:
        stored.put(manifest_key(MANIFEST), MANIFEST.to_bytes()[:100])
        assert store_version(stored, MANIFEST, CONTENTS) is True
        assert verify_version(stored, MANIFEST) == []

    @pytest.mark.parametrize("key", [MAIN, meta_key(MANIFEST)])
    def test_a_lost_or_torn_object_is_written_anew(self, stored: CountingStore, key: str) -> None:
        for damage in (stored.delete, lambda name: stored.put(name, b"p"), lambda name: flip(stored, name)):
            damage(key)
            stored.written.clear()
            assert store_version(stored, MANIFEST, CONTENTS) is True
            assert stored.written == [key], "what is sound stays as it is"
            assert verify_version(stored, MANIFEST) == []

    def test_other_content_under_the_same_tree_id_is_refused(self, stored: CountingStore) -> None:
        contents = {**CONTENTS, "main.py": b"other"}
        other = build_manifest(contents)
        forged = Manifest(
            **{name: getattr(other, name) for name in Manifest.__slots__}
            | {"version_identifier": MANIFEST.version_identifier}
        )
        with pytest.raises(Refused, match="versions never change"):
            store_version(stored, forged, contents)
        assert stored.written == []

    @pytest.mark.parametrize(
        ("contents", "path"),
        [
            ({**CONTENTS, "main.py": b"other"}, "main.py"),
            ({**CONTENTS, "more.py": b""}, "more.py"),
            ({path: data for path, data in CONTENTS.items() if path != "main.py"}, "main.py"),
        ],
    )
    def test_bytes_that_are_not_the_manifests_are_refused(
        self, store: CountingStore, contents: Mapping[str, bytes], path: str
    ) -> None:
        with pytest.raises(InvalidInput) as caught:
            store_version(store, MANIFEST, contents)
        assert [problem.path for problem in caught.value.problems] == [path]
        assert store.written == []

    def test_a_version_needs_a_meta_yaml(self, store: CountingStore) -> None:
        with pytest.raises(InvalidInput) as caught:
            store_version(store, build_manifest({"a": b"1"}), {"a": b"1"})
        assert [problem.path for problem in caught.value.problems] == ["meta.yaml"]


class TestRead:
    def test_files_come_back(self, stored: CountingStore) -> None:
        assert read_files(stored, MANIFEST, CONTENTS) == CONTENTS
        assert read_files(stored, MANIFEST, ["main.py", "main.py"]) == {"main.py": CONTENTS["main.py"]}
        assert read_files(stored, MANIFEST, []) == {}

    def test_a_file_the_version_does_not_have_is_not_found(self, stored: CountingStore) -> None:
        with pytest.raises(NotFound, match=r"solution\.py"):
            read_files(stored, MANIFEST, ["main.py", "solution.py"])

    def test_damage_elsewhere_does_not_matter(self, stored: CountingStore) -> None:
        stored.delete(file_key(MANIFEST, "tests/test_main.py"))
        assert read_files(stored, MANIFEST, ["main.py"]) == {"main.py": CONTENTS["main.py"]}


def flip(store: ObjectStore, key: str) -> None:
    data = store.get(key)
    assert data
    store.put(key, data[:-1] + bytes([data[-1] ^ 1]))


Damage = Callable[[ObjectStore], None]

FAULTS: dict[str, tuple[Damage, str, str]] = {
    "a flipped byte": (lambda store: flip(store, MAIN), MAIN, "SHA-256"),
    "a missing file": (lambda store: store.delete(MAIN), MAIN, "missing"),
    "a torn file": (lambda store: store.put(MAIN, b"pri"), MAIN, "3 bytes instead of 15"),
    "a longer file": (lambda store: store.put(MAIN, CONTENTS["main.py"] + b"#"), MAIN, "16 bytes"),
    "no manifest": (
        lambda store: store.delete(manifest_key(MANIFEST)),
        manifest_key(MANIFEST),
        "never completely written",
    ),
    "a torn manifest": (
        lambda store: store.put(manifest_key(MANIFEST), MANIFEST.to_bytes()[:-5]),
        manifest_key(MANIFEST),
        "damaged",
    ),
    "an empty manifest": (
        lambda store: store.put(manifest_key(MANIFEST), b""),
        manifest_key(MANIFEST),
        "damaged",
    ),
}


@pytest.mark.parametrize(("damage", "key", "word"), FAULTS.values(), ids=FAULTS)
def test_damage_is_found_by_reading_and_verifying_and_names_the_key(
    stored: CountingStore, damage: Damage, key: str, word: str
) -> None:
    damage(stored)
    with pytest.raises(CorruptObject) as caught:
        read_files(stored, MANIFEST, ["main.py", "meta.yaml"])
    (problem,) = caught.value.problems
    assert problem.path == key
    assert word in problem.message
    assert problem.fix
    assert key in caught.value.message
    assert verify_version(stored, MANIFEST) == [problem]


def test_an_object_that_the_store_cannot_read_is_named_and_mended(stored: CountingStore) -> None:
    flip(stored, file_key(MANIFEST, "meta.yaml"))
    stored.unreadable = {MAIN}
    problems = verify_version(stored, MANIFEST)
    assert [problem.path for problem in problems] == [MAIN, file_key(MANIFEST, "meta.yaml")]
    assert "cannot read it. The disk is broken." in problems[0].message
    assert store_version(stored, MANIFEST, CONTENTS) is True
    assert verify_version(stored, MANIFEST) == []


def test_a_store_that_went_away_while_reading_is_no_damage(stored: CountingStore) -> None:
    stored.unreadable = {MAIN}
    stored.away = True
    with pytest.raises(NeighbourFailed, match="Nobody answers"):
        store_version(stored, MANIFEST, CONTENTS)


def test_every_damaged_object_is_named(stored: CountingStore) -> None:
    keys = [manifest_key(MANIFEST), *(file_key(MANIFEST, path) for path, data in CONTENTS.items() if data)]
    for key in keys:
        flip(stored, key)
    with pytest.raises(CorruptObject) as caught:
        read_files(stored, MANIFEST, CONTENTS)
    assert sorted(problem.path for problem in caught.value.problems) == sorted(keys)


@pytest.mark.parametrize(
    "damage", [lambda store: store.delete(meta_key(MANIFEST)), lambda store: flip(store, meta_key(MANIFEST))]
)
def test_a_copy_of_meta_yaml_that_is_none_is_found(stored: CountingStore, damage: Damage) -> None:
    damage(stored)
    assert [problem.path for problem in verify_version(stored, MANIFEST)] == [meta_key(MANIFEST)]


def test_an_object_that_does_not_belong_is_a_warning(stored: CountingStore) -> None:
    stored.put(f"{version_prefix(MANIFEST)}files/intruder.py", b"x")
    (problem,) = verify_version(stored, MANIFEST)
    assert problem.severity is Severity.WARNING
    assert problem.path.endswith("files/intruder.py")
