"""Content types and contents of a course; they are never deleted, only marked removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import Connection, Row

from courseline.domain.course.course import Content, ContentKind, ContentType

_CONTENTS = """
    SELECT content.id, content.path, content.first_path, type.slug, content.title, content.position, content.directory,
        CASE WHEN content.properties::text <> '{}' THEN content.properties END AS properties,
        content.removed_at IS NOT NULL AS removed
    FROM course_content AS content
    JOIN course_content_type AS type ON type.id = content.course_content_type_id
    WHERE content.course_id = %(course_id)s AND (%(removed)s OR content.removed_at IS NULL)
    ORDER BY content.position, content.path, content.id
"""
"""As many rows as the course has contents: nearly all have no properties, and reading `{}` costs as much as a row."""
_TYPES = """
    SELECT id, course_content_kind_id AS kind, slug, title, color, removed_at FROM course_content_type
    WHERE course_id = %(course_id)s ORDER BY position
"""
_PUT_ASIDE = (
    "UPDATE course_content SET removed_at = now(), updated_at = now() WHERE id = ANY(%(ids)s::uuid[])"
)
_GIVEN = """
    unnest(
        %(ids)s::uuid[], %(types)s::uuid[], %(paths)s::text[], %(first_paths)s::text[], %(titles)s::text[],
        %(positions)s::integer[], %(directories)s::text[], %(properties)s::json[], %(removed)s::boolean[]
    ) AS given (id, type, path, first_path, title, position, directory, properties, removed)
"""
_CHANGE = f"""
    UPDATE course_content AS content
    SET course_content_type_id = given.type, path = text2ltree(given.path), title = given.title,
        position = given.position, directory = given.directory, properties = given.properties,
        removed_at = CASE WHEN given.removed THEN now() END, updated_at = now()
    FROM {_GIVEN} WHERE content.id = given.id
"""  # noqa: S608 - all of it is written here
_ADD = f"""
    INSERT INTO course_content (
        id, course_id, course_content_type_id, path, first_path, title, position, directory, properties, removed_at
    )
    SELECT id, %(course_id)s, type, text2ltree(path), text2ltree(first_path), title, position, directory, properties,
        CASE WHEN removed THEN now() END
    FROM {_GIVEN}
"""  # noqa: S608 - all of it is written here
_TYPES_LEAVE = """
    UPDATE course_content_type SET removed_at = now() WHERE course_id = %(course_id)s AND removed_at IS NULL
"""
_SAVE_TYPES = """
    INSERT INTO course_content_type (course_id, slug, course_content_kind_id, title, color, position)
    SELECT %(course_id)s, given.* FROM unnest(
        %(slugs)s::text[], %(kinds)s::text[], %(titles)s::text[], %(colors)s::text[], %(positions)s::integer[]
    ) AS given
    ON CONFLICT (course_id, slug) DO UPDATE SET course_content_kind_id = excluded.course_content_kind_id,
        title = excluded.title, color = excluded.color, position = excluded.position, removed_at = NULL
    RETURNING slug, id
"""


class ContentRows:
    """The part of `usecases.rows.CourseRows` about contents.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contents(self, course_id: UUID, *, removed: bool = False) -> list[Content]:
        """See `usecases.rows.CourseRows`."""
        values = {"course_id": course_id, "removed": removed}
        return [
            Content(key, path, first_path, slug, title, position, directory, properties or {}, gone)
            for key, path, first_path, slug, title, position, directory, properties, gone in (
                self._connection.exec_driver_sql(_CONTENTS, values)
            )
        ]

    def types(self, course_id: UUID) -> list[ContentType]:
        """See `usecases.rows.CourseRows`; in the order of the course file."""
        return [_type(row) for row in self._types(course_id) if row.removed_at is None]

    def save_contents(
        self, course_id: UUID, types: Sequence[ContentType], contents: Sequence[Content]
    ) -> bool:
        """See `usecases.rows.CourseRows`; `first_path` of a known content stays as it is."""
        type_ids, changed = self._save_types(course_id, types)
        before = {content.id: content for content in self.contents(course_id, removed=True)}
        wanted = {content.id: content for content in contents}
        leaving = [one.id for one in before.values() if not one.removed and one.id not in wanted]
        changing = [one for one in wanted.values() if one.id in before and not _is_same(one, before[one.id])]
        # Live paths are unique and a partial index cannot be checked late: whatever changes first leaves the index,
        # so that two contents can change places.
        aside = leaving + [one.id for one in changing if not before[one.id].removed]
        if aside:
            self._connection.exec_driver_sql(_PUT_ASIDE, {"ids": aside})
        if changing:
            self._connection.exec_driver_sql(_CHANGE, _columns(changing, type_ids))
        added = [one for one in wanted.values() if one.id not in before]
        if added:
            self._connection.exec_driver_sql(_ADD, {"course_id": course_id} | _columns(added, type_ids))
        return changed or bool(leaving or changing or added)

    def _types(self, course_id: UUID) -> Sequence[Row[Any]]:
        return self._connection.exec_driver_sql(_TYPES, {"course_id": course_id}).all()

    def _save_types(self, course_id: UUID, types: Sequence[ContentType]) -> tuple[dict[str, UUID], bool]:
        """Ids by slug, of types that left too, and whether anything changed."""
        rows = self._types(course_id)
        ids = {row.slug: row.id for row in rows}
        if list(types) == [_type(row) for row in rows if row.removed_at is None]:
            return ids, False
        self._connection.exec_driver_sql(_TYPES_LEAVE, {"course_id": course_id})
        values = {
            "course_id": course_id,
            "slugs": [one.slug for one in types],
            "kinds": [str(one.kind) for one in types],
            "titles": [one.title for one in types],
            "colors": [one.color for one in types],
            "positions": list(range(len(types))),
        }
        saved = self._connection.exec_driver_sql(_SAVE_TYPES, values)
        return ids | {row.slug: row.id for row in saved}, True


def _is_same(content: Content, before: Content) -> bool:
    """Whether nothing of it is to be written; `first_path` never is."""
    if content.first_path != before.first_path:
        before = replace(before, first_path=content.first_path)
    return content == before


def _type(row: Row[Any]) -> ContentType:
    return ContentType(ContentKind(row.kind), row.slug, row.title, row.color)


def _columns(contents: Sequence[Content], type_ids: dict[str, UUID]) -> dict[str, object]:
    return {
        "ids": [one.id for one in contents],
        "types": [type_ids[one.type_slug] for one in contents],
        "paths": [one.path for one in contents],
        "first_paths": [one.first_path for one in contents],
        "titles": [one.title for one in contents],
        "positions": [one.position for one in contents],
        "directories": [one.directory for one in contents],
        "properties": [Json(dict(one.properties)) for one in contents],
        "removed": [one.removed for one in contents],
    }
