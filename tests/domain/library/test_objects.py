from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from tests.builders.versions import build_manifest

from courseline.domain.library.objects import (
    Manifest,
    checked_key,
    checksum_holds,
    file_key,
    manifest_key,
    meta_key,
    version_prefix,
)
from courseline.errors import InvalidInput


def test_a_version_lies_below_its_repository_example_and_tree_id() -> None:
    manifest = build_manifest()
    prefix = f"repositories/{manifest.repository_id}/{manifest.example_id}/{manifest.version_identifier}/"
    assert version_prefix(manifest) == prefix
    assert manifest_key(manifest) == f"{prefix}metadata.json"
    assert meta_key(manifest) == f"{prefix}meta.yaml"
    assert file_key(manifest, "tests/test_main.py") == f"{prefix}files/tests/test_main.py"


def test_a_manifest_is_sorted_json_with_two_spaces_and_a_final_newline() -> None:
    raw = build_manifest().to_bytes()
    assert raw == (json.dumps(json.loads(raw), sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()
    assert list(json.loads(raw)) == [
        "commit",
        "directory",
        "example",
        "files",
        "first_label",
        "meta",
        "repository",
        "schema",
        "sha256",
        "version",
    ]


def test_a_manifest_s_checksum_is_that_of_the_rest_whatever_a_meta_yaml_is_made_of() -> None:
    lines = '\n  "version": {\n  "sha256": "'
    raw = replace(build_manifest(), meta={"version": {"version": {lines: lines}}, lines: 1}).to_bytes()
    document = json.loads(raw)
    told = document.pop("sha256")
    rest = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert hashlib.sha256(rest.encode()).hexdigest() == told
    whole = json.dumps({**document, "sha256": told}, sort_keys=True, indent=2, ensure_ascii=False) + "\n"
    assert (raw, checksum_holds(raw)) == (whole.encode(), True)


def test_the_order_of_the_files_does_not_change_a_manifest() -> None:
    manifest = build_manifest()
    turned = Manifest(
        **{name: getattr(manifest, name) for name in Manifest.__slots__} | {"files": manifest.files[::-1]}
    )
    assert turned.to_bytes() == manifest.to_bytes()


@pytest.mark.parametrize("key", ["a", "a/b", "a/.gitignore", "a/ b", "k" * 1024, "ü" * 512, "...", "a/..b"])
def test_plain_relative_paths_are_keys(key: str) -> None:
    assert checked_key(key) == key


@pytest.mark.parametrize(
    "key", ["", "/", "/a", "a/", "a//b", ".", "a/..", "../a", "a\nb", "\x1b", "\ud800", "k" * 1025, "ü" * 513]
)
def test_other_texts_are_no_keys(key: str) -> None:
    with pytest.raises(InvalidInput, match="key"):
        checked_key(key)
