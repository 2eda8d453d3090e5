"""How versions lie in the object store, and the manifest that makes one exist.

repositories/{repository_id}/{example_id}/{version_identifier}/meta.yaml      copy of files/meta.yaml
repositories/{repository_id}/{example_id}/{version_identifier}/files/<path>
repositories/{repository_id}/{example_id}/{version_identifier}/metadata.json  the manifest, written last
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from courseline.domain.library.label import Label
from courseline.domain.library.version import VersionFile
from courseline.errors import InvalidInput

SCHEMA = 1
ROOT = "repositories/"
META_FILE = "meta.yaml"
MANIFEST_FILE = "metadata.json"
LONGEST_KEY = 1024
"""Bytes of a key in UTF-8; the limit of S3."""


class Placed(Protocol):
    """What tells where a version lies in the store."""

    @property
    def repository_id(self) -> UUID:
        """The repository."""
        ...

    @property
    def example_id(self) -> UUID:
        """The example."""
        ...

    @property
    def version_identifier(self) -> str:
        """Its git tree id."""
        ...


class Stored(Placed, Protocol):
    """What names a version and its content; `Manifest` and `ExampleVersion` both do."""

    @property
    def content_digest(self) -> str:
        """See `domain.library.digest`."""
        ...

    @property
    def files(self) -> tuple[VersionFile, ...]:
        """Its files."""
        ...


def version_prefix(version: Placed) -> str:
    """What all keys of a version start with; ends with a slash."""
    return f"{ROOT}{version.repository_id}/{version.example_id}/{version.version_identifier}/"


def manifest_key(version: Placed) -> str:
    """Key of the manifest."""
    return f"{version_prefix(version)}{MANIFEST_FILE}"


def meta_key(version: Placed) -> str:
    """Key of the copy of meta.yaml."""
    return f"{version_prefix(version)}{META_FILE}"


def file_key(version: Placed, path: str) -> str:
    """Key of one file of the version."""
    return f"{version_prefix(version)}files/{path}"


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def checked_key(key: str) -> str:
    """`key` when every store can hold it: relative, without empty, `.` and `..` parts and control characters.

    Raises:
        InvalidInput: it is not.
    """
    parts = key.split("/")
    if _CONTROL.search(key) or any(part in {"", ".", ".."} for part in parts):
        msg = f"{key!a} cannot be a key of the object store: keys are plain relative paths. Rename the file it is made from."
        raise InvalidInput(msg)
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        msg = (
            f"{key!a} cannot be a key of the object store: it is not UTF-8. Rename the file it is made from."
        )
        raise InvalidInput(msg) from None
    if size > LONGEST_KEY:
        msg = f"{key!a} has {size} bytes, and a key of the object store at most {LONGEST_KEY}. Shorten the path."
        raise InvalidInput(msg)
    return key


# Two spaces deep stand only the manifest's own keys, and JSON writes a line break inside of a text as two characters.
_CHECKSUM, _DIGITS, _END = b'\n  "sha256": "', 64, b'",\n'


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a version that cannot be computed from its files; enough to rebuild the database's rows.

    Attributes:
        repository_id: see `domain.ids`.
        repository_identity: as fixed at registration.
        example_id: see `domain.ids`.
        identifier: of the example.
        version_id: see `domain.ids`.
        version_identifier: git tree id, 40 hex digits.
        content_digest: 64 hex digits.
        directory: where the example lay at its first tag.
        first_label: it was published with.
        commit: that tag's commit, 40 hex digits.
        files: all files.
        meta: the parsed meta.yaml as plain data.
    """

    repository_id: UUID
    repository_identity: str
    example_id: UUID
    identifier: str
    version_id: UUID
    version_identifier: str
    content_digest: str
    directory: str
    first_label: Label
    commit: str
    files: tuple[VersionFile, ...]
    meta: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The manifest as stored: JSON with sorted keys, two spaces and a final newline.

        `sha256` is that of the same text without it: what no other checksum covers (labels, commit, parsed meta.yaml)
        is told apart from damage too.
        """
        document: dict[str, object] = {
            "schema": SCHEMA,
            "repository": {"id": str(self.repository_id), "identity": self.repository_identity},
            "example": {"id": str(self.example_id), "identifier": self.identifier},
            "version": {
                "id": str(self.version_id),
                "version_identifier": self.version_identifier,
                "content_digest": self.content_digest,
            },
            "directory": self.directory,
            "first_label": {"canonical": self.first_label.canonical, "shown": self.first_label.shown},
            "commit": self.commit,
            "files": [
                {
                    "path": file.path,
                    "mode": file.mode,
                    "size": file.size,
                    "sha256": file.sha256,
                    "git_oid": file.git_oid,
                    "role": file.role.value,
                }
                for file in sorted(self.files, key=lambda file: file.path)
            ],
            "meta": dict(self.meta),
        }
        without = _json(document)
        line = f'\n  "sha256": "{hashlib.sha256(without).hexdigest()}",'.encode()
        # Where sorted keys put it; after a line break only the manifest's own keys stand two spaces deep.
        before, version, after = without.partition(b'\n  "version": {')
        return before + line + version + after


def checksum_holds(raw: bytes) -> bool:
    """Whether the bytes of a manifest are those its own checksum is about; a hundred times faster than reading it."""
    before, mark, rest = raw.partition(_CHECKSUM)
    told, end, after = rest[:_DIGITS], rest[_DIGITS : _DIGITS + len(_END)], rest[_DIGITS + len(_END) :]
    if not mark or end != _END or _CHECKSUM in after:
        return False
    return hashlib.sha256(b"%s\n%s" % (before, after)).hexdigest().encode() == told


def _json(document: Mapping[str, object]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
