"""Content types and contents of a course; they are never deleted, only marked removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, func, null, select

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import COURSE_CONTENT, COURSE_CONTENT_TYPE
from courseline.domain.course.course import Content, ContentKind, ContentType


class ContentRows:
    """The part of `usecases.rows.CourseRows` about contents.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contents(self, course_id: UUID, *, removed: bool = False) -> list[Content]:
        """See `usecases.rows.CourseRows`."""
        query = (
            select(COURSE_CONTENT, COURSE_CONTENT_TYPE.c.slug.label("type_slug"))
            .join(COURSE_CONTENT_TYPE, COURSE_CONTENT_TYPE.c.id == COURSE_CONTENT.c.course_content_type_id)
            .where(COURSE_CONTENT.c.course_id == course_id)
            .order_by(COURSE_CONTENT.c.position, COURSE_CONTENT.c.path, COURSE_CONTENT.c.id)
        )
        if not removed:
            query = query.where(COURSE_CONTENT.c.removed_at.is_(None))
        return [
            Content(
                id=row.id,
                path=row.path,
                first_path=row.first_path,
                type_slug=row.type_slug,
                title=row.title,
                position=row.position,
                directory=row.directory,
                properties=row.properties,
                removed=row.removed_at is not None,
            )
            for row in self._connection.execute(query)
        ]

    def types(self, course_id: UUID) -> list[ContentType]:
        """See `usecases.rows.CourseRows`; in the order of the course file."""
        query = (
            select(COURSE_CONTENT_TYPE)
            .where(COURSE_CONTENT_TYPE.c.course_id == course_id, COURSE_CONTENT_TYPE.c.removed_at.is_(None))
            .order_by(COURSE_CONTENT_TYPE.c.position)
        )
        return [
            ContentType(ContentKind(row.course_content_kind_id), row.slug, row.title, row.color)
            for row in self._connection.execute(query)
        ]

    def save_contents(
        self, course_id: UUID, types: Sequence[ContentType], contents: Sequence[Content]
    ) -> bool:
        """See `usecases.rows.CourseRows`; `first_path` of a known content stays as it is."""
        changed = self._save_types(course_id, types)
        type_ids = {
            row.slug: row.id
            for row in self._connection.execute(
                select(COURSE_CONTENT_TYPE.c.slug, COURSE_CONTENT_TYPE.c.id).where(
                    COURSE_CONTENT_TYPE.c.course_id == course_id
                )
            )
        }
        before = {content.id: content for content in self.contents(course_id, removed=True)}
        wanted = {content.id: content for content in contents}
        leaving = [one.id for one in before.values() if not one.removed and one.id not in wanted]
        changing = [
            one
            for one in wanted.values()
            if one.id in before and one != replace(before[one.id], first_path=one.first_path)
        ]
        # Live paths are unique and a partial index cannot be checked late: whatever changes first leaves the index,
        # so that two contents can change places.
        aside = leaving + [one.id for one in changing if not before[one.id].removed]
        self._connection.execute(
            COURSE_CONTENT.update()
            .where(among(COURSE_CONTENT.c.id, aside))
            .values(removed_at=func.now(), updated_at=func.now())
        )
        for one in changing:
            self._connection.execute(
                COURSE_CONTENT.update()
                .where(COURSE_CONTENT.c.id == one.id)
                .values(**self._values(one, type_ids), updated_at=func.now())
            )
        added = [one for one in wanted.values() if one.id not in before]
        for one in added:
            self._connection.execute(
                COURSE_CONTENT.insert().values(
                    id=one.id, course_id=course_id, first_path=one.first_path, **self._values(one, type_ids)
                )
            )
        return changed or bool(leaving or changing or added)

    @staticmethod
    def _values(content: Content, type_ids: dict[str, UUID]) -> dict[str, object]:
        return {
            "course_content_type_id": type_ids[content.type_slug],
            "path": content.path,
            "title": content.title,
            "position": content.position,
            "directory": content.directory,
            "properties": dict(content.properties),
            "removed_at": func.now() if content.removed else null(),
        }

    def _save_types(self, course_id: UUID, types: Sequence[ContentType]) -> bool:
        if list(types) == self.types(course_id):
            return False
        table = COURSE_CONTENT_TYPE
        known = set(self._connection.scalars(select(table.c.slug).where(table.c.course_id == course_id)))
        self._connection.execute(
            table.update()
            .where(table.c.course_id == course_id, table.c.removed_at.is_(None))
            .values(removed_at=func.now())
        )
        for position, one in enumerate(types):
            values = {
                "course_content_kind_id": str(one.kind),
                "title": one.title,
                "color": one.color,
                "position": position,
                "removed_at": null(),
            }
            if one.slug in known:
                statement = table.update().where(table.c.course_id == course_id, table.c.slug == one.slug)
                self._connection.execute(statement.values(values))
            else:
                self._connection.execute(table.insert().values(course_id=course_id, slug=one.slug, **values))
        return True
