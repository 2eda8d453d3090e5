"""An example version: the immutable content of an example, and the labels that name it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from courseline.domain.library.label import Label


class Role(StrEnum):
    """What a file of a version is for; decides what students may see.

    PUBLIC files reach students as they are, TEMPLATE files become submission files, SUBMISSION files are the
    solution's own sources, TEST files stay hidden, OTHER files stay hidden too.
    """

    PUBLIC = "public"
    TEMPLATE = "template"
    SUBMISSION = "submission"
    TEST = "test"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One file of a version.

    Attributes:
        path: relative to the example's directory.
        mode: "100644" or "100755".
        size: bytes.
        sha256: 64 hex digits.
        git_oid: git blob id, 40 hex digits.
        role: see `Role`.
    """

    path: str
    mode: str
    size: int
    sha256: str
    git_oid: str
    role: Role


@dataclass(frozen=True, slots=True)
class Dependency:
    """What a version needs from another example.

    Attributes:
        as_written: the reference as the author wrote it (`variables-basics`, `REPO:identifier`, `../variables`).
        range: admitted versions as written, None for any.
        files: exactly these files of the dependency are copied; None copies its `additionalFiles`.
        depends_id: the example meant, None until one was found.
    """

    as_written: str
    range: str | None = None
    files: tuple[str, ...] | None = None
    depends_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What an example version is, without the list of its files.

    Attributes:
        id: see `domain.ids.version_id`.
        example_id: the example it belongs to.
        repository_id: the example's repository.
        version_identifier: git tree id of the directory at its first tag, 40 hex digits.
        content_digest: see `domain.library.digest`, 64 hex digits.
        dependencies: as the version's meta.yaml names them, in its order.
        published_at: when it entered the library, UTC.
    """

    id: UUID
    example_id: UUID
    repository_id: UUID
    version_identifier: str
    content_digest: str
    dependencies: tuple[Dependency, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ExampleVersion(VersionFacts):
    """The content of an example.

    Attributes:
        files: all files ordered by path.
    """

    files: tuple[VersionFile, ...]


@dataclass(frozen=True, slots=True)
class LabelledVersion:
    """A label of an example and the version it names.

    Attributes:
        label: canonical and as first written.
        version_id: the version.
        version_identifier: its git tree id.
        directory: where the example lay at that tag (the directory belongs to the label).
        withdrawn: ranges and `latest` skip it.
        withdrawn_reason: why, in the words of who withdrew it; "" while it stands.
    """

    label: Label
    version_id: UUID
    version_identifier: str
    directory: str
    withdrawn: bool = False
    withdrawn_reason: str = ""
