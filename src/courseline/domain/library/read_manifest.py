"""Reads a stored manifest and believes nothing in it that can be computed again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, ValidationError

from courseline.domain import ids
from courseline.domain.library.digest import content_digest
from courseline.domain.library.label import Label
from courseline.domain.library.objects import SCHEMA, Manifest, checked_key, manifest_key
from courseline.domain.library.version import Role, VersionFile
from courseline.errors import InvalidInput, Problem

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


class _Document(_Part):
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


def read_manifest(raw: bytes, key: str) -> Manifest:
    """The manifest stored as `raw` at `key`.

    Args:
        raw: bytes of the object.
        key: where it was found; it must be the key that the manifest's own ids make.

    Raises:
        InvalidInput: it is cut off, malformed, of another schema, or contradicts itself; problems name the key.
    """
    try:
        document = _Document.model_validate_json(raw)
    except ValidationError as found:
        problems = [
            Problem(
                key, None, f"{'.'.join(str(part) for part in error['loc']) or 'The whole'}: {error['msg']}."
            )
            for error in found.errors(include_url=False, include_input=False)
        ]
        msg = f"Reading {key}: it is not a manifest of schema {SCHEMA}."
        raise InvalidInput(msg, problems) from None
    label = Label.parse(document.first_label.shown)
    faults = list(_contradictions(document, label))
    if faults or label is None:
        msg = f"Reading {key}: the manifest contradicts itself."
        raise InvalidInput(msg, [Problem(key, None, fault) for fault in faults])
    manifest = Manifest(
        repository_id=document.repository.id,
        repository_identity=document.repository.identity,
        example_id=document.example.id,
        identifier=document.example.identifier,
        version_id=document.version.id,
        version_identifier=document.version.version_identifier,
        content_digest=document.version.content_digest,
        directory=document.directory,
        first_label=label,
        commit=document.commit,
        files=_files(document),
        meta=document.meta,
    )
    if manifest_key(manifest) != key:
        msg = f"Reading {key}: it holds the manifest of {manifest_key(manifest)}."
        raise InvalidInput(msg, [Problem(key, None, f"It belongs at {manifest_key(manifest)}.")])
    if manifest.to_bytes() != raw:
        msg = f"Reading {key}: the manifest was changed after it was written."
        raise InvalidInput(msg, [Problem(key, None, "Its bytes are not those its own checksum is about.")])
    return manifest


def _files(document: _Document) -> tuple[VersionFile, ...]:
    return tuple(
        VersionFile(file.path, file.mode, file.size, file.sha256, file.git_oid, file.role)
        for file in document.files
    )


def _contradictions(document: _Document, label: Label | None) -> Iterator[str]:
    repository, example, version = document.repository, document.example, document.version
    if repository.id != ids.repository_id(repository.identity):
        yield f"The repository id is not that of {repository.identity!a}."
    if example.id != ids.example_id(repository.id, example.identifier):
        yield f"The example id is not that of {example.identifier!a} in this repository."
    if version.id != ids.version_id(example.id, version.content_digest):
        yield "The version id is not that of this example and content."
    if label is None or label.canonical != document.first_label.canonical:
        yield f"The label {document.first_label.shown!a} is not {document.first_label.canonical!a}."
    paths = [file.path for file in document.files]
    if paths != sorted(set(paths)):
        yield "The files are not in order, each once."
    for path in paths:
        try:
            checked_key(path)
        except InvalidInput as fault:
            yield fault.message
    if version.content_digest != content_digest(_files(document)):
        yield "The content digest is not that of the listed files."
