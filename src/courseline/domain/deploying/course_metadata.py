"""The course-wide files `.course-metadata/deployed-examples.json` and `deployment-history.json`.

They tell readers of the repository what is where; courseline itself reads them only to find contents again that the
database has lost. Both are sorted, one entry a line, so that their diffs say what a deploy did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from courseline.domain.deploying.plain_json import line, listed, read_json
from courseline.domain.instant import instant_text, parse_instant

DEPLOYED_FILE = ".course-metadata/deployed-examples.json"
HISTORY_FILE = ".course-metadata/deployment-history.json"
KEPT_PER_PLACE = 20

_DEPLOYED_TEXTS = ("course_content_id", "ltree_path", "filesystem_path", "example_id", "example_version")
_HISTORY_TEXTS = ("path", "action", "operation")
_HISTORY_LABELS = ("from", "to")
_DEPLOYED_KEYS = {*_DEPLOYED_TEXTS, "deployed_at", "is_customized"}
_HISTORY_KEYS = {*_HISTORY_TEXTS, *_HISTORY_LABELS, "at"}
_deployed_texts, _history_texts = itemgetter(*_DEPLOYED_TEXTS), itemgetter(*_HISTORY_TEXTS)
_history_labels = itemgetter(*_HISTORY_LABELS)
_TEXT, _TEXT_OR_NULL = {str}, {str, type(None)}


@dataclass(frozen=True, slots=True)
class DeployedExample:
    """What is at a place.

    Attributes:
        course_content_id: the content.
        ltree_path: its path in the course.
        filesystem_path: its directory in the repository.
        example_id: the example.
        example_version: label, as shown.
        deployed_at: UTC.
        is_customized: somebody changed it since.
    """

    course_content_id: UUID
    ltree_path: str
    filesystem_path: str
    example_id: UUID
    example_version: str
    deployed_at: datetime
    is_customized: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What a deploy did at a place.

    Attributes:
        at: when, UTC.
        path: ltree path of the place.
        action: the step's action (`add`, `update`, `move`, `remove`).
        from_label: label before, None when there was none.
        to_label: label after, None when there is none.
        operation: the operation that did it.
    """

    at: datetime
    path: str
    action: str
    from_label: str | None
    to_label: str | None
    operation: UUID


def merge_deployed(
    existing: bytes | None,
    course_id: UUID,
    batch: Iterable[DeployedExample],
    gone: Collection[UUID],
    at: datetime,
) -> bytes:
    """The new text of `deployed-examples.json`.

    Args:
        existing: the file now, None when there is none. Entries that are not well formed, and a file of another
            course, are left out: the result is built from what is sound and what we know.
        course_id: the course.
        batch: what is at places now; takes the place of what the file says about them.
        gone: contents that hold nothing any more.
        at: when; the file keeps its time when nothing else in it changes.
    """
    data = read_json(existing) if existing is not None else None
    before = data if isinstance(data, dict) and data.get("course_id") == str(course_id) else {}
    kept = [entry for entry in _entries(before.get("deployments")) if _is_deployed(entry)]
    by_content = {str(entry["course_content_id"]): entry for entry in kept}
    for example in batch:
        by_content[str(example.course_content_id)] = _deployed_data(example)
    for content in gone:
        by_content.pop(str(content), None)
    written = sorted(
        ((line(entry), entry) for entry in by_content.values()),
        key=lambda item: (str(item[1]["ltree_path"]), item[0]),
    )
    updated = before.get("last_updated")
    if parse_instant(updated) is None or [entry for _, entry in written] != before.get("deployments"):
        updated = instant_text(at)
    text = (
        f'{{\n  "course_id": "{course_id}",\n  "deployments": {listed((text for text, _ in written), "  ")},\n'
        f'  "last_updated": {line(updated)}\n}}\n'
    )
    return text.encode("utf-8", "replace")


def merge_history(existing: bytes | None, batch: Iterable[HistoryEntry]) -> bytes:
    """The new text of `deployment-history.json`: a list ordered by path and time, the last 20 of each path.

    Args:
        existing: the file now, None when there is none; entries that are not well formed are left out.
        batch: what was done now. An entry that is there already is not added twice, so a resumed run changes nothing.
    """
    before = [
        entry
        for entry in _entries(read_json(existing) if existing is not None else None)
        if _is_history(entry)
    ]
    found = {line(entry): entry for entry in [*before, *map(_history_data, batch)]}
    ordered = sorted(found.items(), key=lambda item: (str(item[1]["path"]), str(item[1]["at"])))
    kept = [
        text
        for _, group in groupby(ordered, key=lambda item: item[1]["path"])
        for text, _ in [*group][-KEPT_PER_PLACE:]
    ]
    return f"{listed(kept, '')}\n".encode("utf-8", "replace")


def read_deployed(raw: bytes, course_id: UUID) -> list[DeployedExample]:
    """The sound entries of `deployed-examples.json`; none when it is another course's."""
    data = read_json(raw)
    if not isinstance(data, dict) or data.get("course_id") != str(course_id):
        return []
    found: list[DeployedExample] = []
    for entry in filter(_is_deployed, _entries(data.get("deployments"))):
        deployed_at = parse_instant(entry["deployed_at"])
        with suppress(ValueError):  # an id that is none
            content, example = UUID(str(entry["course_content_id"])), UUID(str(entry["example_id"]))
            if deployed_at is not None:
                path, directory = str(entry["ltree_path"]), str(entry["filesystem_path"])
                label, customized = str(entry["example_version"]), entry["is_customized"] is True
                found.append(
                    DeployedExample(content, path, directory, example, label, deployed_at, customized)
                )
    return found


def read_history_paths(raw: bytes) -> set[str]:
    """Every ltree path that `deployment-history.json` tells of."""
    return {str(entry["path"]) for entry in _entries(read_json(raw)) if _is_history(entry)}


def _entries(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _is_deployed(entry: dict[str, object]) -> bool:
    return (
        entry.keys() == _DEPLOYED_KEYS
        and set(map(type, _deployed_texts(entry))) == _TEXT
        and isinstance(entry["is_customized"], bool)
        and parse_instant(entry["deployed_at"]) is not None
    )


def _is_history(entry: dict[str, object]) -> bool:
    return (
        entry.keys() == _HISTORY_KEYS
        and set(map(type, _history_texts(entry))) == _TEXT
        and set(map(type, _history_labels(entry))) <= _TEXT_OR_NULL
        and parse_instant(entry["at"]) is not None
    )


def _deployed_data(example: DeployedExample) -> dict[str, object]:
    return {
        "course_content_id": str(example.course_content_id),
        "deployed_at": instant_text(example.deployed_at),
        "example_id": str(example.example_id),
        "example_version": example.example_version,
        "filesystem_path": example.filesystem_path,
        "is_customized": example.is_customized,
        "ltree_path": example.ltree_path,
    }


def _history_data(entry: HistoryEntry) -> dict[str, object]:
    return {
        "action": entry.action,
        "at": instant_text(entry.at),
        "from": entry.from_label,
        "operation": str(entry.operation),
        "path": entry.path,
        "to": entry.to_label,
    }
