"""Reads a stored manifest and believes nothing in it that can be computed again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from courseline.domain import ids
from courseline.domain.library.digest import content_digest
from courseline.domain.library.label import Label
from courseline.domain.library.objects import SCHEMA, Manifest, checked_key, manifest_key
from courseline.domain.library.version import VersionFile
from courseline.errors import InvalidInput, Problem

if TYPE_CHECKING:
    from courseline.domain.library.manifest_model import ManifestDocument


def read_manifest(raw: bytes, key: str) -> Manifest:
    """The manifest stored as `raw` at `key`.

    Args:
        raw: bytes of the object.
        key: where it was found; it must be the key that the manifest's own ids make.

    Raises:
        InvalidInput: it is cut off, malformed, of another schema, or contradicts itself; problems name the key.
    """
    # The models cost a fifth of a job's start, and most jobs read no manifest.
    from pydantic import ValidationError  # noqa: PLC0415 - as said

    from courseline.domain.library.manifest_model import ManifestDocument  # noqa: PLC0415 - as said

    try:
        document = ManifestDocument.model_validate_json(raw)
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


def _files(document: ManifestDocument) -> tuple[VersionFile, ...]:
    return tuple(
        VersionFile(file.path, file.mode, file.size, file.sha256, file.git_oid, file.role)
        for file in document.files
    )


def _contradictions(document: ManifestDocument, label: Label | None) -> Iterator[str]:
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
