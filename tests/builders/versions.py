"""Manifests of made-up example versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from courseline.domain import ids
from courseline.domain.library.digest import content_digest
from courseline.domain.library.label import Label
from courseline.domain.library.objects import Manifest
from courseline.domain.library.version import Role, VersionFile
from courseline.domain.tree import blob_oid, tree_oid

CONTENTS: Mapping[str, bytes] = {
    "meta.yaml": b"title: Hello\n",
    "main.py": b"print('hello')\n",
    "tests/test_main.py": b"def test_main(): ...\n",
    "data/ü mlaut.csv": b"",
}


def version_files(contents: Mapping[str, bytes]) -> tuple[VersionFile, ...]:
    """Plain files, all of role public."""
    return tuple(
        VersionFile(path, "100644", len(data), hashlib.sha256(data).hexdigest(), blob_oid(data), Role.PUBLIC)
        for path, data in sorted(contents.items())
    )


def build_manifest(
    contents: Mapping[str, bytes] = CONTENTS,
    *,
    identity: str = "https://gitlab.example.org/group/examples",
    identifier: str = "hello-world",
    label: str = "v1.0",
    meta: Mapping[str, object] | None = None,
) -> Manifest:
    """A sound manifest of these files."""
    first_label = Label.parse(label)
    assert first_label is not None
    files = version_files(contents)
    digest = content_digest(files)
    repository = ids.repository_id(identity)
    example = ids.example_id(repository, identifier)
    return Manifest(
        repository_id=repository,
        repository_identity=identity,
        example_id=example,
        identifier=identifier,
        version_id=ids.version_id(example, digest),
        version_identifier=tree_oid((file.path, file.mode, file.git_oid) for file in files),
        content_digest=digest,
        directory="hello-world",
        first_label=first_label,
        commit="c" * 40,
        files=files,
        meta=meta
        if meta is not None
        else {"title": "Hello", "properties": {"maxTestRuns": 3, "tags": [None, True, "ü"]}},
    )
