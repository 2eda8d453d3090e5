"""What a course file wishes: the parsed `course-structure.yaml`, without deciding anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from courseline.domain.course.course import ContentType

COURSE_FILE = "course-structure.yaml"


@dataclass(frozen=True, slots=True)
class Wish:
    """Which example, in which version, a content should hold.

    Attributes:
        example: reference as written: identifier, directory, `REPO:identifier`, UUID or `{{hello-world-uuid}}`.
        version: label, range, `latest` or tree id as written; None means `latest`.
        pin: exact label beside a range; None when there is none.
        line: line of `example` in the course file.
        version_line: line of `version`, or `line`.
    """

    example: str
    version: str | None
    pin: str | None
    line: int
    version_line: int


@dataclass(frozen=True, slots=True)
class Node:
    """One content as the course file writes it; parents come before children.

    Attributes:
        path: ltree path.
        type_slug: names one of the content types.
        title: for people; the last label of the path when the file has none.
        position: order in the file, from 0.
        line: line of its `path`.
        wish: None for content without an example.
        properties: as written.
        directory: explicit directory, None for the default (path with `/`).
        moved_from: ltree path the content lived at before.
        visible_from: not in the template before this time (aware).
        allow_template_change: label whose template changes are allowed, as written.
    """

    path: str
    type_slug: str
    title: str
    position: int
    line: int
    wish: Wish | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
    directory: str | None = None
    moved_from: str | None = None
    visible_from: datetime | None = None
    allow_template_change: str | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry of `removed`: how to remove a content that is no longer in the structure."""

    path: str
    line: int
    keep_files: bool = False
    allow_template_change: str | None = None


@dataclass(frozen=True, slots=True)
class GateException:
    """A reviewed exception to the leak gate, good for exactly this content.

    Attributes:
        path: file in the template repository.
        sha256: of the content it is good for, 64 hex digits.
        reason: why.
        by: who decided.
        line: line in the course file.
    """

    path: str
    sha256: str
    reason: str
    by: str
    line: int


@dataclass(frozen=True, slots=True)
class GateLimits:
    """From when on the leak gate takes a public file for a copy of a hidden one.

    Attributes:
        shared_percent: of the hidden file's shingles that a public file must have to be taken for a copy.
        shingle_lines: lines that follow each other in one shingle.
        from_lines: lines that are not blank, from which on shingles are compared; every line of a shorter file must be
            there.
    """

    shared_percent: int = 80
    shingle_lines: int = 5
    from_lines: int = 8


DEFAULT_LIMITS = GateLimits()


@dataclass(frozen=True, slots=True)
class CourseFile:
    """The whole wish.

    Attributes:
        content_types: in file order.
        nodes: all contents, parents before children, in file order.
        removed: see `Removal`.
        allow_removals: how many places a plan may remove at most, None when not said.
        exceptions: see `GateException`.
        limits: see `GateLimits`.
    """

    content_types: tuple[ContentType, ...]
    nodes: tuple[Node, ...]
    removed: tuple[Removal, ...] = ()
    allow_removals: int | None = None
    exceptions: tuple[GateException, ...] = ()
    limits: GateLimits = DEFAULT_LIMITS
