from __future__ import annotations

import pytest
from tests.builders.versions import CONTENTS, build_manifest

from courseline.domain.library.damage import Fault, byte_damage, expected_files, size_damage
from courseline.domain.library.objects import file_key, manifest_key, meta_key, version_prefix
from courseline.errors import Severity

VERSION = build_manifest()
MAIN, META, COPY, MANIFEST = (
    file_key(VERSION, "main.py"),
    file_key(VERSION, "meta.yaml"),
    meta_key(VERSION),
    manifest_key(VERSION),
)
OBJECTS = {
    **{file_key(VERSION, path): data for path, data in CONTENTS.items()},
    COPY: CONTENTS["meta.yaml"],
    MANIFEST: VERSION.to_bytes(),
}
SIZES = {key: len(data) for key, data in OBJECTS.items()}


def test_a_version_has_its_files_meta_yaml_twice_and_a_manifest() -> None:
    assert {*expected_files(VERSION), MANIFEST} == set(OBJECTS)


def test_a_whole_version_is_undamaged() -> None:
    assert size_damage(VERSION, SIZES) == []
    assert byte_damage(VERSION, list(OBJECTS), OBJECTS) == []


@pytest.mark.parametrize("key", OBJECTS)
def test_each_object_that_is_missing_is_named_by_both(key: str) -> None:
    for found in (
        size_damage(VERSION, {name: size for name, size in SIZES.items() if name != key}),
        byte_damage(VERSION, list(OBJECTS), {name: data for name, data in OBJECTS.items() if name != key}),
    ):
        assert [(damage.key, damage.fault) for damage in found] == [(key, Fault.MISSING)]


@pytest.mark.parametrize("key", [key for key in OBJECTS if key != MANIFEST])
@pytest.mark.parametrize("more", [-1, 1])
def test_each_object_of_another_length_is_named_by_both(key: str, more: int) -> None:
    data = OBJECTS[key] + b"#" if more > 0 or not OBJECTS[key] else OBJECTS[key][:-1]
    for found in (
        size_damage(VERSION, SIZES | {key: len(data)}),
        byte_damage(VERSION, list(OBJECTS), OBJECTS | {key: data}),
    ):
        assert [(damage.key, damage.fault) for damage in found] == [(key, Fault.CUT)]


@pytest.mark.parametrize("key", [key for key, data in OBJECTS.items() if data])
def test_a_flipped_bit_is_told_from_the_bytes_only(key: str) -> None:
    flipped = OBJECTS[key][:-1] + bytes([OBJECTS[key][-1] ^ 1])
    assert size_damage(VERSION, SIZES) == []
    found = byte_damage(VERSION, [key], OBJECTS | {key: flipped})
    assert [(damage.key, damage.fault) for damage in found] == [(key, Fault.CHANGED)]


def test_only_what_does_not_belong_is_a_warning() -> None:
    extra = version_prefix(VERSION) + "files/intruder.py"
    (found,) = size_damage(VERSION, SIZES | {extra: 1})
    assert (found.key, found.fault, found.problem.severity) == (extra, Fault.EXTRA, Severity.WARNING)
    (found,) = size_damage(VERSION, SIZES | {MAIN: 1})
    assert found.problem.severity is Severity.ERROR
    assert "publish its tag again" in found.problem.fix
