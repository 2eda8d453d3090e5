"""Render: the exact tree a version makes at a place, pure and deterministic.

The version's files, copies of dependency files at their own paths, and meta.yaml with only its plain dependency
references rewritten; no tracking files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from courseline.domain.library.version import VersionFile
from courseline.domain.tree import Tree, TreeFile, blob_oid
from courseline.errors import Problem

RENDERER = 1
"""Changes whenever the same inputs would make another tree; part of every step's digest."""

META_FILE = "meta.yaml"
_PLAIN_SAFE = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*(?<![./-])")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file of a render.

    Attributes:
        path: relative to the place.
        mode: git mode.
        oid: git blob id.
        origin: version whose stored bytes these are; None when `content` holds them.
        content: bytes made here.
        sha256: of the bytes.
    """

    path: str
    mode: str
    oid: str
    origin: UUID | None
    content: bytes | None
    sha256: str


@dataclass(frozen=True)
class Render:
    """The tree at a place, ordered by path."""

    files: tuple[RenderedFile, ...]

    @cached_property
    def tree(self) -> Tree:
        """The same as a git tree."""
        return Tree(TreeFile(file.path, file.mode, file.oid) for file in self.files)


@dataclass(frozen=True, slots=True)
class Copies:
    """Files that one dependency brings.

    Attributes:
        as_written: the reference that asks for them.
        name: `REPO:identifier` of the dependency, for messages.
        version_id: the version they come from.
        files: the files, with their roles there.
    """

    as_written: str
    name: str
    version_id: UUID
    files: tuple[VersionFile, ...]


@dataclass(frozen=True, slots=True)
class PlainReference:
    """A dependency written as bare text, at these character offsets of the meta.yaml's text."""

    as_written: str
    start: int
    end: int


def render(
    version_id: UUID,
    files: Iterable[VersionFile],
    copies: Sequence[Copies] = (),
    meta: bytes | None = None,
    references: Sequence[PlainReference] = (),
) -> tuple[Render, list[Problem]]:
    """Make the tree of a version at a place.

    Args:
        version_id: the version.
        files: its files.
        copies: what its dependencies bring, in the order of its meta.yaml.
        meta: the version's meta.yaml as published; needed only when there are `references`.
        references: its plain references, each answered by the entry of `copies` with the same `as_written`.

    Returns:
        The render, and a problem for each copy whose path is taken by other bytes (that copy is left out).
    """
    made = {
        file.path: RenderedFile(file.path, file.mode, file.git_oid, version_id, None, file.sha256)
        for file in files
    }
    owner = dict.fromkeys(made, "the example itself")
    inside = {directory: path for path in made for directory in _directories(path)}
    problems: list[Problem] = []
    for source in copies:
        for file in source.files:
            taken = made.get(file.path)
            blocked = next((name for name in _directories(file.path) if name in made), inside.get(file.path))
            if taken is None and blocked is None:
                inside |= dict.fromkeys(_directories(file.path), file.path)
                made[file.path] = RenderedFile(
                    file.path, file.mode, file.git_oid, source.version_id, None, file.sha256
                )
                owner[file.path] = source.name
            elif taken is None or taken.oid != file.git_oid:
                other = file.path if taken is not None else blocked or file.path
                problems.append(_taken(source.name, file.path, other, owner[other]))
    if meta is not None and references and META_FILE in made:
        content = rewrite_references(meta, references, copies)
        kept = made[META_FILE]
        digest = hashlib.sha256(content).hexdigest()
        made[META_FILE] = RenderedFile(META_FILE, kept.mode, blob_oid(content), None, content, digest)
    return Render(tuple(made[path] for path in sorted(made))), problems


def rewrite_references(meta: bytes, references: Sequence[PlainReference], copies: Sequence[Copies]) -> bytes:
    """meta.yaml with each plain reference as `{example: AS_WRITTEN, files: [sorted paths]}`, other bytes kept."""
    text = meta.decode()
    brought = {source.as_written: sorted(file.path for file in source.files) for source in copies}
    for reference in sorted(references, key=lambda reference: reference.start, reverse=True):
        paths = ", ".join(_scalar(path) for path in brought.get(reference.as_written, []))
        mapping = f"{{example: {_scalar(reference.as_written)}, files: [{paths}]}}"
        text = text[: reference.start] + mapping + text[reference.end :]
    return text.encode()


def _directories(path: str) -> list[str]:
    """The directories that a file lies in, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:length]) for length in range(1, len(parts))]


def _taken(dependency: str, path: str, other: str, owner: str) -> Problem:
    return Problem(
        path,
        None,
        f"{dependency} brings {path}, and {other} is already there with other content from {owner}.",
        fix=f"Rename one of the two, or list under `files:` of that dependency only what is needed without {path}.",
    )


def _scalar(text: str) -> str:
    """Plain where YAML reads it back as the same text inside a flow mapping, else double-quoted as in JSON."""
    if _PLAIN_SAFE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
