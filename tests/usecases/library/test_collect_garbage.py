from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.library import NOW, Library, example_files
from tests.builders.repositories import Repository, build_repository
from tests.builders.versions import CONTENTS, build_manifest

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.library.objects import file_key, version_prefix
from courseline.errors import NeighbourFailed
from courseline.usecases.library.collect_garbage import Collected, CollectGarbage, collect_garbage
from courseline.usecases.library.store_version import store_version

TREE = "ab" * 20
DAY = 24 * 3600


@pytest.fixture
def source(tmp_path: Path) -> Repository:
    commits = [example_files("hello"), example_files("hello", body="print(2)\n")]
    return build_repository(tmp_path / "examples.git", commits, tags={"v1.0": 0, "v2.0": 1})


@pytest.fixture
def library(database: PostgresDatabase, tmp_path: Path, source: Repository) -> Library:
    made = Library(tmp_path, database)
    made.sync(source, "v1.0", name="examples")
    age(made, 100)
    return made


def age(library: Library, days: float, prefix: str = "") -> None:
    """Let everything in the store be as old as this."""
    at = NOW.timestamp() - days * DAY
    for key in [entry.key for entry in library.store.list(prefix)]:
        os.utime(library.directory / "objects" / key, (at, at))


def collect(library: Library, *, dry_run: bool = False, days: int = 7, wait: float = 1) -> Collected:
    return collect_garbage(CollectGarbage(timedelta(days=days), dry_run, wait), library.neighbours)


def killed_sync(library: Library, source: Repository, days: float) -> dict[str, bytes]:
    """What a sync leaves that dies before its last object; answers that."""
    before = library.objects()

    def watch(name: str, args: tuple[Any, ...]) -> None:
        if name == "store.put" and str(args[0]).endswith("metadata.json"):
            raise NeighbourFailed("killed")

    library.watch = watch
    with pytest.raises(NeighbourFailed):
        library.sync(source, "v2.0")
    library.watch = None
    left = {key: data for key, data in library.objects().items() if key not in before}
    for key in left:
        age(library, days, key)
    assert left
    return left


def test_what_a_killed_sync_left_is_deleted_when_it_is_old(library: Library, source: Repository) -> None:
    before = library.objects()
    left = killed_sync(library, source, days=8)
    collected = collect(library)
    assert sorted(key for leftover in collected.garbage for key in leftover.keys) == sorted(left)
    assert library.objects() == before


def test_a_dry_run_deletes_nothing_and_says_the_same(library: Library, source: Repository) -> None:
    killed_sync(library, source, days=8)
    before = library.objects()
    dry = collect(library, dry_run=True)
    assert library.objects() == before
    assert collect(library) == dry


def test_what_is_young_is_left_alone(library: Library, source: Repository) -> None:
    left = killed_sync(library, source, days=6)
    collected = collect(library)
    assert collected.garbage == ()
    assert sorted(key for leftover in collected.young for key in leftover.keys) == sorted(left)
    assert left.keys() <= library.objects().keys()


def test_a_version_with_a_row_keeps_everything_even_what_does_not_belong(library: Library) -> None:
    (key,) = [key for key in library.objects() if key.endswith("/files/main.py")]
    library.store.put(key.replace("main.py", "intruder.py"), b"x")
    library.store.delete(key.replace("files/main.py", "metadata.json"))
    age(library, 100)
    before = library.objects()
    assert collect(library, days=0) == Collected((), (), ())
    assert library.objects() == before


def test_a_finished_version_without_a_row_is_kept_and_named(library: Library) -> None:
    manifest = build_manifest(label="v3.0")
    store_version(library.store, manifest, CONTENTS)
    age(library, 100)
    before = library.objects()
    collected = collect(library, days=0)
    (unrecorded,) = collected.unrecorded
    assert (unrecorded.name, unrecorded.repository) == ("hello-world@v3.0", manifest.repository_identity)
    assert unrecorded.leftover.prefix == version_prefix(manifest)
    assert library.objects() == before


def test_a_finished_version_with_a_torn_manifest_is_kept_too(library: Library) -> None:
    prefix = f"repositories/{uuid4()}/{uuid4()}/{TREE}/"
    library.store.put(f"{prefix}metadata.json", b"{")
    age(library, 100)
    (unrecorded,) = collect(library, days=0).unrecorded
    assert (unrecorded.leftover.prefix, unrecorded.name) == (prefix, None)


def test_strays_and_unknown_repositories_are_deleted_and_other_keys_are_not_ours(library: Library) -> None:
    strays = ["repositories/stray", f"repositories/{uuid4()}/{uuid4()}/{TREE}/files/a"]
    for key in (*strays, "elsewhere/kept"):
        library.store.put(key, b"x")
    age(library, 100)
    assert sorted(key for leftover in collect(library).garbage for key in leftover.keys) == sorted(strays)
    assert library.store.get("elsewhere/kept") == b"x"


def test_a_running_sync_of_the_repository_is_waited_for(library: Library, source: Repository) -> None:
    left = killed_sync(library, source, days=8)
    identity = library.repository(source).identity
    with (
        library.database.lease(identity, wait=0, holder="a sync"),
        pytest.raises(NeighbourFailed, match="a sync"),
    ):
        collect(library, wait=0)
    assert left.keys() <= library.objects().keys()


def test_what_was_taken_up_again_since_the_first_look_is_not_deleted(
    library: Library, source: Repository
) -> None:
    killed_sync(library, source, days=8)
    again: list[str] = []

    def watch(name: str, args: tuple[Any, ...]) -> None:
        if name == "database.lease" and not again:
            again.append("synced")
            Library(library.directory, library.database).sync(source, "v2.0")

    library.watch = watch
    assert collect(library).garbage == ()
    library.watch = None
    assert again
    assert collect(library, days=0) == Collected((), (), ())
    assert library.sync(source, "v2.0").examples[0].status == "unchanged"


def test_syncing_after_a_collection_publishes_what_was_left(library: Library, source: Repository) -> None:
    killed_sync(library, source, days=8)
    collect(library)
    assert [entry.status for entry in library.sync(source, "v2.0").examples] == ["published"]
    assert collect(library, days=0) == Collected((), (), ())


def test_the_command_only_looks_unless_told_to_delete(library: Library) -> None:
    key = file_key(build_manifest(), "main.py")
    library.store.put(key, b"12345")
    os.utime(library.directory / "objects" / key, (0, 0))
    settings = {
        "COURSELINE_DATABASE_URL": library.database.url,
        "COURSELINE_OBJECT_STORE": f"file://{library.directory}/objects",
    }
    shown = courseline("store", "gc", settings=settings)
    assert shown.returncode == 0
    assert f"would be deleted: {version_prefix(build_manifest())} (1 object, 5 bytes)" in shown.stdout
    assert (
        shown.stdout.splitlines()[-1] == "1 object, 5 bytes would be deleted. Delete them with --no-dry-run."
    )
    assert library.store.get(key) is not None
    document = answer("store", "gc", settings=settings)
    assert (document["dry_run"], document["deleted"], len(document["garbage"])) == (True, 0, 1)
    document = answer("store", "gc", "--no-dry-run", "--older-than", "1", settings=settings)
    assert (document["dry_run"], document["deleted"], document["freed_bytes"]) == (False, 1, 5)
    assert library.store.get(key) is None
    assert courseline("store", "gc", settings=settings).stdout == "Nothing to delete.\n"
