"""Examine one example at a tag: read its meta.yaml and files, and name every reason against publishing it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courseline.domain import ids
from courseline.domain.library.check_files import check_meta_against_files
from courseline.domain.library.digest import content_digest
from courseline.domain.library.example import Example
from courseline.domain.library.example_scan import Candidate
from courseline.domain.library.identifier import choose_identifier
from courseline.domain.library.lfs_pointer import is_lfs_pointer
from courseline.domain.library.meta import Meta, parse_meta
from courseline.domain.library.roles import classify
from courseline.domain.library.version import Dependency, ExampleVersion, VersionFile
from courseline.errors import InvalidInput, Problem
from courseline.usecases.ports import ReadYaml

META_FILE = "meta.yaml"


@dataclass(frozen=True, slots=True)
class ReadMeta:
    """A candidate whose meta.yaml was read.

    Attributes:
        candidate: directory and files.
        meta: parsed; None when it is too broken.
        identifier: None when there is no valid one.
        problems: everything found so far, with paths relative to the repository.
        said: what reading meta.yaml alone gave, with paths relative to the example.
    """

    candidate: Candidate
    meta: Meta | None
    identifier: str | None
    problems: tuple[Problem, ...]
    said: tuple[Problem, ...] = ()


def read_meta(candidate: Candidate, raw: bytes, repository_name: str, read_yaml: ReadYaml) -> ReadMeta:
    """Parse the meta.yaml of a candidate; `raw` are its bytes."""
    problems = list(candidate.problems)
    try:
        parsed = parse_meta(read_yaml(raw, META_FILE))
    except InvalidInput as broken:
        problems += [problem.inside(candidate.directory) for problem in broken.problems]
        return ReadMeta(candidate, None, None, tuple(problems))
    found = list(parsed.problems)
    identifier = None
    if parsed.rest is not None:
        identifier, fault = choose_identifier(parsed.rest, candidate.directory, repository_name)
        found += [fault] if fault is not None else []
    if parsed.meta is None and parsed.rest is not None:
        # The files are not read then, but what is said of them is checked, so that everything is named at once.
        found += check_meta_against_files(parsed.rest, candidate.files.paths)
    problems += [problem.inside(candidate.directory) for problem in dict.fromkeys(found)]
    return ReadMeta(candidate, parsed.meta, identifier, tuple(problems), tuple(parsed.problems))


@dataclass(frozen=True, slots=True)
class Examined:
    """A candidate read whole.

    Attributes:
        example: identity, directory and title.
        version: its content.
        contents: path -> bytes.
        problems: what its files add to what its meta.yaml had.
    """

    example: Example
    version: ExampleVersion
    contents: Mapping[str, bytes]
    problems: tuple[Problem, ...]


def examine(
    read: ReadMeta,
    meta: Meta,
    identifier: str,
    blobs: Mapping[str, bytes],
    repository: tuple[UUID, str],
    now: datetime,
) -> Examined:
    """Build the version that a candidate makes.

    Args:
        read: with its candidate.
        meta: its parsed meta.yaml.
        identifier: its valid identifier.
        blobs: bytes of all its files by git blob id.
        repository: id and short name of its repository.
        now: when it enters the library.
    """
    candidate = read.candidate
    repository_id, repository_name = repository
    contents = {file.path: blobs[file.oid] for file in candidate.files}
    problems = [_lfs(path, data) for path, data in contents.items() if is_lfs_pointer(data)]
    problems += check_meta_against_files(meta, contents)
    roles = classify(contents, meta)
    files = tuple(
        VersionFile(
            file.path,
            file.mode,
            len(contents[file.path]),
            hashlib.sha256(contents[file.path]).hexdigest(),
            file.oid,
            roles[file.path],
        )
        for file in candidate.files
    )
    example_id = ids.example_id(repository_id, identifier)
    digest = content_digest(files)
    version = ExampleVersion(
        id=ids.version_id(example_id, digest),
        example_id=example_id,
        repository_id=repository_id,
        version_identifier=candidate.files.oid,
        content_digest=digest,
        files=files,
        dependencies=tuple(
            Dependency(entry.as_written, entry.range, entry.files) for entry in meta.dependencies
        ),
        published_at=now,
    )
    example = Example(
        example_id, repository_id, repository_name, identifier, candidate.directory, meta.title or identifier
    )
    return Examined(
        example, version, contents, tuple(problem.inside(candidate.directory) for problem in problems)
    )


def _lfs(path: str, data: bytes) -> Problem:
    size = next(
        (line[5:] for line in data.decode(errors="replace").splitlines() if line.startswith("size ")), "?"
    )
    return Problem(
        path,
        1,
        f"This is a Git LFS pointer to {size} bytes kept elsewhere, not the file itself.",
        fix="Commit the file itself (`git lfs untrack`, then add it again) and tag anew.",
    )
