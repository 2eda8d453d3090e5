"""The form of a stored manifest; `read_manifest` is the way in."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from courseline.domain.library.version import Role

_Oid = Annotated[str, Field(pattern=r"\A[0-9a-f]{40}\z")]
_Sha256 = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]
_Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Repository(_Part):
    id: UUID
    identity: _Text


class _Example(_Part):
    id: UUID
    identifier: _Text


class _Version(_Part):
    id: UUID
    version_identifier: _Oid
    content_digest: _Sha256


class _Label(_Part):
    canonical: _Text
    shown: _Text


class _File(_Part):
    path: _Text
    mode: Literal["100644", "100755"]
    size: NonNegativeInt
    sha256: _Sha256
    git_oid: _Oid
    role: Role


class ManifestDocument(_Part):
    """A manifest as `Manifest.to_bytes` writes it."""

    schema_number: Literal[1] = Field(alias="schema")
    repository: _Repository
    example: _Example
    version: _Version
    directory: _Text
    first_label: _Label
    commit: _Oid
    files: list[_File]
    meta: dict[str, Any]
    sha256: _Sha256
