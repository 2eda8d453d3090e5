"""The tracking file `.example-library`: what a deploy put at a place, beside the files it put there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courseline.domain.deploying.plain_json import pretty, read_json
from courseline.domain.instant import instant_text, parse_instant
from courseline.domain.library.version import Role

_LARGEST = 1024 * 1024  # bytes; some 5,000 files of dependencies
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TREE = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, order=True)
class TrackedFile:
    """A file that came from a dependency: path in the place, role it has there, sha256 of its bytes."""

    path: str
    role: Role
    sha256: str


@dataclass(frozen=True, slots=True)
class TrackedDependency:
    """A dependency as it was deployed.

    Attributes:
        example_id: the example.
        example_version: label, as shown.
        example_version_id: the version its files came from.
        deployed_path: ltree path at which that example was in this course then; None when it was not.
        files: what it brought, ordered by path.
    """

    example_id: UUID
    example_version: str
    example_version_id: UUID
    deployed_path: str | None
    files: tuple[TrackedFile, ...]


@dataclass(frozen=True, slots=True)
class Tracking:
    """The whole file. It holds no operation and no commit, so the same deploy makes the same bytes.

    Attributes:
        course_content_id: the content whose place it is; in any other place the file does not count.
        example_id: the example deployed.
        example_version: label, as shown.
        example_version_id: the version deployed.
        content_digest: of that version, 64 hex digits.
        original_directory: where the example lay in its repository.
        rendered_tree: tree id of what was rendered, 40 hex digits.
        renderer: rules it was rendered by.
        deployed_at: UTC, whole seconds.
        dependencies: as the version's meta.yaml orders them.
    """

    course_content_id: UUID
    example_id: UUID
    example_version: str
    example_version_id: UUID
    content_digest: str
    original_directory: str
    rendered_tree: str
    renderer: int
    deployed_at: datetime
    dependencies: tuple[TrackedDependency, ...] = ()

    def to_bytes(self) -> bytes:
        """The file: sorted keys, 2 spaces, final newline."""
        return pretty(
            {
                "content_digest": self.content_digest,
                "course_content_id": str(self.course_content_id),
                "dependencies": [_dependency_data(dependency) for dependency in self.dependencies],
                "deployed_at": instant_text(self.deployed_at),
                "example_id": str(self.example_id),
                "example_version": self.example_version,
                "example_version_id": str(self.example_version_id),
                "original_directory": self.original_directory,
                "rendered_tree": self.rendered_tree,
                "renderer": self.renderer,
            }
        )


def parse_tracking(raw: bytes) -> Tracking | None:
    """Read a tracking file; None when it is not one that `Tracking.to_bytes` could have written.

    Keys that are not known are passed over, so that an older courseline reads a newer one's files.
    """
    data = read_json(raw, _LARGEST)
    try:
        return _tracking(_mapping(data))
    except (KeyError, ValueError):
        return None


def _tracking(data: Mapping[str, object]) -> Tracking:
    deployed_at, renderer = parse_instant(data["deployed_at"]), data["renderer"]
    if deployed_at is None or type(renderer) is not int:
        raise ValueError("no time, or no renderer")
    return Tracking(
        course_content_id=_uuid(data["course_content_id"]),
        example_id=_uuid(data["example_id"]),
        example_version=_text(data["example_version"]),
        example_version_id=_uuid(data["example_version_id"]),
        content_digest=_matching(_SHA256, data["content_digest"]),
        original_directory=_text(data["original_directory"]),
        rendered_tree=_matching(_TREE, data["rendered_tree"]),
        renderer=renderer,
        deployed_at=deployed_at,
        dependencies=tuple(_dependency(_mapping(entry)) for entry in _list(data["dependencies"])),
    )


def _dependency(data: Mapping[str, object]) -> TrackedDependency:
    path = data["deployed_path"]
    return TrackedDependency(
        example_id=_uuid(data["example_id"]),
        example_version=_text(data["example_version"]),
        example_version_id=_uuid(data["example_version_id"]),
        deployed_path=None if path is None else _text(path),
        files=tuple(sorted(_file(_mapping(entry)) for entry in _list(data["files"]))),
    )


def _file(data: Mapping[str, object]) -> TrackedFile:
    return TrackedFile(_text(data["path"]), Role(_text(data["role"])), _matching(_SHA256, data["sha256"]))


def _dependency_data(dependency: TrackedDependency) -> dict[str, object]:
    return {
        "deployed_path": dependency.deployed_path,
        "example_id": str(dependency.example_id),
        "example_version": dependency.example_version,
        "example_version_id": str(dependency.example_version_id),
        "files": [
            {"path": file.path, "role": str(file.role), "sha256": file.sha256}
            for file in sorted(dependency.files)
        ],
    }


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("no mapping")  # noqa: TRY004 - one kind of error for all that is not a tracking file
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("no list")  # noqa: TRY004 - same
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004 - same
    return value


def _matching(form: re.Pattern[str], value: object) -> str:
    text = _text(value)
    if not form.fullmatch(text):
        raise ValueError("no digest")
    return text


def _uuid(value: object) -> UUID:
    text = _text(value)
    found = UUID(text)
    if str(found) != text:
        raise ValueError("not the one spelling of a UUID")
    return found
