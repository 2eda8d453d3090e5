"""The format of `course-structure.yaml`, entry by entry; also the source of its JSON Schema (`course_schema`).

What one entry can be asked is asked here; what needs several entries is asked by `course_file`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from courseline.domain.course.validation import Entry, Text, invalid
from courseline.domain.library.label import Label
from courseline.domain.paths import printable

SLUG = r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
_COLOR = r"#[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?|[A-Za-z]{3,32}"
_SHA256 = r"[0-9a-f]{64}"
_LTREE = r"^[A-Za-z0-9_]{1,63}(\.[A-Za-z0-9_]{1,63})*$"


def _slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise invalid(
            f"`{printable(text)}` is no slug.", "Write letters, digits, `_` and `-` only, e.g. `week`."
        )
    return text


def _color(text: str) -> str:
    if not re.fullmatch(_COLOR, text):
        raise invalid(f"`{printable(text)}` is no color.", 'Write a color such as "#4CAF50", in quotes.')
    return text


def _label(text: str) -> str:
    if Label.parse(text) is None:
        found = f"`{printable(text)}` is not the label of one version."
        raise invalid(found, "Write an exact label such as `v1.2`; a range belongs to `version`.")
    return text


def _sha256(text: str) -> str:
    if not re.fullmatch(_SHA256, text):
        raise invalid("This is no SHA-256 sum.", "Write the 64 hex digits that `sha256sum FILE` prints.")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise invalid("This is empty.", "Say it: the exception is read again when the content changes.")
    return text


ExactLabel = Annotated[Text, AfterValidator(_label)]
Limit = Annotated[int, Field(ge=0)]
PATH = "labels joined by dots, each of letters, digits and `_`, e.g. `week1.hello_world`"


class ContentTypeEntry(Entry):
    """The course's own name for a kind of content."""

    kind: Literal["unit", "assignment"] = Field(
        description="`unit` for what holds contents, or `assignment` for what students hand in"
    )
    slug: Annotated[Text, AfterValidator(_slug)] = Field(
        description="the name that `type` refers to, e.g. `week`", json_schema_extra={"pattern": f"^{SLUG}$"}
    )
    title: Text | None = Field(default=None, description="the name shown to people; default: the slug")
    color: Annotated[Text, AfterValidator(_color)] | None = Field(
        default=None, description='a color such as "#4CAF50", in quotes because `#` begins a comment'
    )


class PropertiesEntry(Entry):
    """Values of this course that win over those of the example's meta.yaml."""

    model_config = ConfigDict(extra="allow")

    max_submissions: Limit | None = Field(
        default=None, alias="maxSubmissions", description="how often students may submit, a whole number"
    )
    max_test_runs: Limit | None = Field(
        default=None, alias="maxTestRuns", description="how often students may run the tests, a whole number"
    )
    max_group_size: Limit | None = Field(
        default=None, alias="maxGroupSize", description="how many students may work together, a whole number"
    )


class StructureEntry(Entry):
    """A content: a unit, or an assignment with or without an example."""

    path: Text = Field(description=PATH, json_schema_extra={"pattern": _LTREE})
    type: Text = Field(description="the slug of one of the `contentTypes`")
    title: Text | None = Field(
        default=None, description="the name shown to students; default: the last part of the path"
    )
    example: Text | None = Field(
        default=None,
        description="the example as identifier, directory, `REPOSITORY:identifier`, `ORGANIZATION/REPOSITORY:identifier` or"
        " UUID, e.g. `hello-world`",
    )
    example_id: Text | None = Field(
        default=None, description='the same as `example`, also as "{{hello-world-uuid}}" in quotes'
    )
    version: Text | None = Field(
        default=None, description="a label, a range such as `^1.0`, `latest` or a tree id; default: `latest`"
    )
    example_version: Text | None = Field(default=None, description="the same as `version`")
    pin: ExactLabel | None = Field(
        default=None, description="the exact label to keep while `version` admits it"
    )
    properties: PropertiesEntry | None = Field(
        default=None, description="limits of this course, e.g. `{maxSubmissions: 5}`"
    )
    directory: Text | None = Field(
        default=None,
        description="the directory in the assignments repository; default: the path with `/` for its dots",
    )
    moved_from: Text | None = Field(
        default=None, alias="movedFrom", description="the path this content had before"
    )
    visible_from: Text | None = Field(
        default=None,
        alias="visibleFrom",
        description="when students first get it, ISO 8601, e.g. `2026-10-01T08:00`; the course's time zone counts",
    )
    allow_template_change: ExactLabel | None = Field(
        default=None,
        alias="allowTemplateChange",
        description="the exact label whose changes to files that students already have are meant, e.g. `v1.3`",
    )
    content: list[StructureEntry] | None = Field(
        default=None, description="a list of the contents inside this unit"
    )


class RemovedEntry(Entry):
    """How to remove a content that left the structure."""

    path: Text = Field(description=PATH, json_schema_extra={"pattern": _LTREE})
    keep_files: bool = Field(
        default=False, alias="keepFiles", description="`true` to leave its files to you, else `false`"
    )
    allow_template_change: ExactLabel | None = Field(
        default=None,
        alias="allowTemplateChange",
        description="the exact label whose files students may lose, e.g. `v1.3`",
    )


class ExceptionEntry(Entry):
    """A reviewed exception to the leak gate, good for exactly this content."""

    path: Text = Field(description="the path of the file in the student-template repository")
    sha256: Annotated[Text, AfterValidator(_sha256)] = Field(
        description="the 64 hex digits that `sha256sum FILE` prints",
        json_schema_extra={"pattern": f"^{_SHA256}$"},
    )
    reason: Annotated[Text, AfterValidator(_said)] = Field(description="why students may have this file")
    by: Annotated[Text, AfterValidator(_said)] = Field(description="who decided it")


class LeakGateEntry(Entry):
    """From when on the leak gate takes a public file for a copy of a hidden one."""

    shared_percent: int = Field(
        default=80,
        alias="sharedPercent",
        ge=30,
        le=100,
        description="how much of a hidden file a public one may not have, per cent of its passages, 30 to 100",
    )
    shingle_lines: int = Field(
        default=5, alias="shingleLines", ge=2, le=10, description="lines of a passage, 2 to 10"
    )
    from_lines: int = Field(
        default=8,
        alias="fromLines",
        ge=2,
        le=30,
        description="lines from which on a hidden file is compared by passages, 2 to 30",
    )


class CourseStructure(Entry):
    """The whole `course-structure.yaml`."""

    content_types: list[ContentTypeEntry] | None = Field(
        default=None, alias="contentTypes", description="a list of the content types of this course"
    )
    structure: list[StructureEntry] = Field(description="a list of contents; `[]` for a course without any")
    removed: list[RemovedEntry] | None = Field(
        default=None, description="a list that says how contents are removed that left the structure"
    )
    allow_removals: Limit | None = Field(
        default=None, alias="allowRemovals", description="how many places one plan may remove, a whole number"
    )
    exceptions: list[ExceptionEntry] | None = Field(
        default=None, description="a list of files that were reviewed and may pass the leak gate"
    )
    leak_gate: LeakGateEntry | None = Field(
        default=None,
        alias="leakGate",
        description="how like a hidden file a public one may be, e.g. `{sharedPercent: 80, shingleLines: 5, fromLines: 8}`",
    )
