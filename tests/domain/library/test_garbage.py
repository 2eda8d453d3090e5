from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders.versions import build_manifest

from courseline.domain.library.garbage import Fate, find_leftovers
from courseline.domain.library.objects import file_key, manifest_key, meta_key, version_prefix
from courseline.usecases.object_store import StoredObject

NOW = datetime(2026, 3, 8, tzinfo=UTC)
WEEK = NOW - timedelta(days=7)
OLD, YOUNG = WEEK - timedelta(seconds=1), WEEK
VERSION = build_manifest()
PREFIX = version_prefix(VERSION)
FILE, META, MANIFEST = file_key(VERSION, "a/b"), meta_key(VERSION), manifest_key(VERSION)


def fates(*objects: StoredObject, known: set[str] | None = None) -> dict[str, Fate]:
    return {leftover.prefix: leftover.fate for leftover in find_leftovers(objects, known or set(), WEEK)}


def test_old_objects_of_a_version_never_finished_are_garbage() -> None:
    (found,) = find_leftovers([StoredObject(FILE, 3, OLD), StoredObject(META, 4, OLD)], set(), WEEK)
    assert (found.prefix, found.fate, found.size) == (PREFIX, Fate.GARBAGE, 7)
    assert found.keys == (FILE, META)
    assert found.repository_id == VERSION.repository_id
    assert found.newest == OLD


@pytest.mark.parametrize("modified", [YOUNG, NOW, None])
def test_one_young_object_protects_all_of_its_version(modified: datetime | None) -> None:
    objects = StoredObject(FILE, 3, OLD), StoredObject(META, 4, modified)
    assert fates(*objects) == {PREFIX: Fate.YOUNG}


def test_nothing_under_a_known_version_is_a_leftover() -> None:
    objects = [StoredObject(key, 1, OLD) for key in (FILE, META, MANIFEST, PREFIX + "intruder")]
    assert fates(*objects, known={PREFIX}) == {}


def test_a_finished_version_that_is_not_recorded_is_kept_at_any_age() -> None:
    assert fates(StoredObject(FILE, 1, OLD), StoredObject(MANIFEST, 1, OLD)) == {PREFIX: Fate.UNRECORDED}


def test_a_file_that_is_called_like_the_manifest_is_none() -> None:
    assert fates(StoredObject(file_key(VERSION, "metadata.json"), 1, OLD)) == {PREFIX: Fate.GARBAGE}


@pytest.mark.parametrize(
    "key",
    [
        "repositories/x",
        "repositories/x/metadata.json",
        PREFIX.removesuffix("/"),
        f"repositories/{'-' * 36}/a/b/c",
    ],
)
def test_strays_stand_alone(key: str) -> None:
    assert fates(StoredObject(key, 1, OLD), StoredObject(key + "y", 1, NOW)) == {
        key: Fate.GARBAGE,
        key + "y": Fate.YOUNG,
    }
