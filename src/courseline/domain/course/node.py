"""Reading one content of a course file: what its own keys say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from difflib import get_close_matches
from typing import NamedTuple

from courseline.domain.course.course import ContentKind
from courseline.domain.course.course_model import PropertiesEntry, StructureEntry
from courseline.domain.course.directories import directory_problem
from courseline.domain.course.validation import nearest
from courseline.domain.course.wish import Node, Wish
from courseline.domain.instant import parse_iso
from courseline.domain.library.version_range import VersionRange
from courseline.domain.located import Key, Located
from courseline.domain.paths import ltree_problem, printable
from courseline.errors import InvalidInput, Problem, Severity

_PROPERTIES = [field.alias or name for name, field in PropertiesEntry.model_fields.items()]


class Item(NamedTuple):
    """One entry of the structure as found.

    Attributes:
        key: where it stands in the file.
        line: line of its `path`.
        data: as written.
        entry: its checked keys without `content`; None when a required one is missing or wrong.
        path: its content path, None when it is none.
        parent: the entry under whose `content` it stands.
    """

    key: Key
    line: int
    data: Mapping[str, object]
    entry: StructureEntry | None
    path: str | None
    parent: Item | None


@dataclass(frozen=True, slots=True)
class NodeReader:
    """Turns items into nodes and reports what they may not say.

    Attributes:
        located: the file.
        kinds: kind of each content type's slug, None where the type itself is wrong.
        zone: for times without an offset.
        problems: what is found is added here.
        versions: those that were read and are right.
    """

    located: Located
    kinds: Mapping[str, ContentKind | None]
    zone: tzinfo
    problems: list[Problem]
    versions: set[str] = field(default_factory=set)

    def report(self, line: int, message: str, fix: str, severity: Severity = Severity.ERROR) -> None:
        """Add a problem of the file."""
        self.problems.append(Problem(self.located.path, line, message, severity, fix))

    def kind(self, item: Item) -> ContentKind | None:
        """The kind of its content type, None when that is not known."""
        return self.kinds.get(item.entry.type) if item.entry is not None else None

    def node(self, item: Item, entry: StructureEntry, path: str, position: int) -> Node:
        """The content at `path`."""
        kind = self.kinds.get(entry.type)
        unread = not entry.type and item.data.get("type") != ""  # reported where the entry was read
        if self.kinds and entry.type not in self.kinds and not unread:
            message = f"The content type `{printable(entry.type)}` of `{path}` is not defined."
            self.report(self.located.line(*item.key, "type"), message, nearest(entry.type, list(self.kinds)))
        return Node(
            path=path,
            type_slug=entry.type,
            title=(entry.title or "").strip() or path.rsplit(".", 1)[-1],
            position=position,
            line=item.line,
            wish=self._wish(item, entry, path, kind),
            properties=self._properties(item),
            directory=self._directory(item, entry),
            moved_from=self._moved_from(item, entry, path),
            visible_from=self._visible_from(item, entry),
            allow_template_change=entry.allow_template_change,
        )

    def _one_of(self, item: Item, name: str, other: str) -> tuple[str | None, int]:
        """The value of a key with two spellings, and its line."""
        first, second = getattr(item.entry, name) or None, getattr(item.entry, other) or None
        if first is None and second is None:
            return None, item.line
        if first is not None and second is not None and second != first:
            line = self.located.line(*item.key, other)
            self.report(line, f"`{name}` and `{other}` say different things.", f"Keep `{name}` alone.")
        return first or second, self.located.line(*item.key, name if first is not None else other)

    def _wish(self, item: Item, entry: StructureEntry, path: str, kind: ContentKind | None) -> Wish | None:
        example, line = self._one_of(item, "example", "example_id")
        version, version_line = self._one_of(item, "version", "example_version")
        if version is not None and version not in self.versions:
            try:
                VersionRange.parse(version, self.located.path, version_line)
                self.versions.add(version)
            except InvalidInput as error:
                self.problems.extend(error.problems)
        if example is None:
            if version is not None or entry.pin is not None:
                message = f"`{path}` says which version, and not of which example."
                self.report(version_line, message, "Add `example:`, or take the version out.")
            return None
        if kind is ContentKind.UNIT:
            message = f"`{path}` has an example, and its type `{entry.type}` is a unit that nobody hands in."
            self.report(
                line, message, "Give it the type of an assignment, or move the example into a content of it."
            )
        return Wish(example, version, entry.pin, line, version_line if version is not None else line)

    def _properties(self, item: Item) -> Mapping[str, object]:
        properties = item.data.get("properties")
        if not isinstance(properties, dict):
            return {}
        for name in properties:
            meant = get_close_matches(name, _PROPERTIES, n=1, cutoff=0.75)
            if meant and name not in _PROPERTIES:
                line = self.located.line(*item.key, "properties", name)
                message = f"Nothing reads the property `{printable(name)}`."
                self.report(line, message, f"Did you mean `{meant[0]}`?", Severity.WARNING)
        return properties

    def _directory(self, item: Item, entry: StructureEntry) -> str | None:
        if entry.directory is None:
            return None
        wrong = directory_problem(
            entry.directory, self.located.path, self.located.line(*item.key, "directory")
        )
        if wrong is not None:
            self.problems.append(wrong)
            return None
        return entry.directory.rstrip("/")

    def _moved_from(self, item: Item, entry: StructureEntry, path: str) -> str | None:
        if entry.moved_from is None:
            return None
        line = self.located.line(*item.key, "movedFrom")
        wrong = ltree_problem(entry.moved_from, self.located.path, line)
        if wrong is not None:
            self.problems.append(wrong)
            return None
        if entry.moved_from == path:
            self.report(line, f"`movedFrom` names the path `{path}` itself.", "Name the path it had before.")
            return None
        return entry.moved_from

    def _visible_from(self, item: Item, entry: StructureEntry) -> datetime | None:
        if entry.visible_from is None:
            return None
        at = parse_iso(entry.visible_from, self.zone)
        if at is None:
            line = self.located.line(*item.key, "visibleFrom")
            message = f"`visibleFrom` is `{printable(entry.visible_from)}`, which is no ISO 8601 time."
            self.report(line, message, "Write a date or a time such as `2026-10-01T08:00`.")
        return at
