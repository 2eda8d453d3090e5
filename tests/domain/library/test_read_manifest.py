from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from tests.builders.versions import build_manifest

from courseline.domain.library.objects import manifest_key
from courseline.domain.library.read_manifest import read_manifest
from courseline.errors import InvalidInput

MANIFEST = build_manifest()
KEY = manifest_key(MANIFEST)

Change = Callable[[dict[str, Any]], object]


def test_a_manifest_comes_back_as_it_was_written() -> None:
    assert read_manifest(MANIFEST.to_bytes(), KEY) == MANIFEST


CHANGES: dict[str, Change] = {
    "another schema": lambda it: it.update(schema=2),
    "a schema as text": lambda it: it.update(schema="1"),
    "no schema": lambda it: it.pop("schema"),
    "an unknown field": lambda it: it.update(extra=1),
    "no files": lambda it: it.pop("files"),
    "files in a mapping": lambda it: it.update(files={}),
    "files in another order": lambda it: it["files"].reverse(),
    "a file twice": lambda it: it["files"].insert(0, it["files"][0]),
    "a file less": lambda it: it["files"].pop(),
    "a size as text": lambda it: it["files"][0].update(size="1"),
    "a negative size": lambda it: it["files"][0].update(size=-1),
    "another size": lambda it: it["files"][0].update(size=7),
    "a symbolic link": lambda it: it["files"][0].update(mode="120000"),
    "an unknown role": lambda it: it["files"][0].update(role="secret"),
    "a short digest": lambda it: it["files"][0].update(sha256="abc"),
    "a path that leaves": lambda it: it["files"][0].update(path="../x"),
    "another repository": lambda it: it["repository"].update(id=str(uuid4())),
    "another identity": lambda it: it["repository"].update(identity="https://elsewhere"),
    "an id that is none": lambda it: it["repository"].update(id="1"),
    "another identifier": lambda it: it["example"].update(identifier="other"),
    "another version id": lambda it: it["version"].update(id=str(uuid4())),
    "another content": lambda it: it["version"].update(content_digest="0" * 64),
    "another tree": lambda it: it["version"].update(version_identifier="0" * 40),
    "two labels": lambda it: it["first_label"].update(shown="v2"),
    "no label": lambda it: it["first_label"].update(shown="draft", canonical="draft"),
    "no commit": lambda it: it.update(commit="main"),
    "an empty directory": lambda it: it.update(directory=""),
    "meta in a list": lambda it: it.update(meta=[]),
    "other meta": lambda it: it["meta"].update(title="Other"),
    "another commit": lambda it: it.update(commit="d" * 40),
    "another directory": lambda it: it.update(directory="elsewhere"),
    "another label": lambda it: it["first_label"].update(shown="v3.0", canonical="3.0.0"),
    "another role": lambda it: it["files"][0].update(role="other"),
    "another checksum": lambda it: it.update(sha256="0" * 64),
    "no checksum": lambda it: it.pop("sha256"),
    "nothing but its layout": lambda it: None,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_manifest_is_refused_naming_its_key(change: Change) -> None:
    document = json.loads(MANIFEST.to_bytes())
    change(document)
    with pytest.raises(InvalidInput) as caught:
        read_manifest(json.dumps(document).encode(), KEY)
    assert KEY in caught.value.message
    assert {problem.path for problem in caught.value.problems} == {KEY}


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b"<Error/>", MANIFEST.to_bytes()[:-30], b"[" * 5000],
    ids=["empty", "null", "list", "open", "bytes", "xml", "torn", "deep"],
)
def test_what_is_no_manifest_is_refused_naming_its_key(raw: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"metadata\.json"):
        read_manifest(raw, KEY)


def test_no_flipped_bit_of_a_manifest_goes_unseen() -> None:
    raw = MANIFEST.to_bytes()
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(InvalidInput, match=r"metadata\.json"):
            read_manifest(bytes(changed), KEY)


def test_a_manifest_at_another_versions_key_is_refused() -> None:
    other = manifest_key(build_manifest({"meta.yaml": b"x"}))
    with pytest.raises(InvalidInput, match="holds the manifest of"):
        read_manifest(MANIFEST.to_bytes(), other)
