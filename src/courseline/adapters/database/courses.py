"""Organizations, course families and courses, and their encrypted secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Column, Connection, Table, and_, func, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.contents import ContentRows
from courseline.adapters.database.credentials import CredentialRows
from courseline.adapters.database.tables_course import (
    COURSE,
    COURSE_EXAMPLE_REPOSITORY,
    COURSE_FAMILY,
    ORGANIZATION,
)
from courseline.domain.course.course import Course
from courseline.errors import Refused

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

_COURSES = """
    SELECT course.*, organization.path AS organization, course_family.path AS family, ARRAY(
        SELECT name FROM course_example_repository WHERE course_id = course.id ORDER BY position
    ) AS example_repositories
    FROM course
    JOIN course_family ON course_family.id = course.course_family_id
    JOIN organization ON organization.id = course_family.organization_id
"""


class PostgresCourses:
    """`usecases.rows.CourseRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        contents = ContentRows(connection)
        credentials = CredentialRows(connection)
        self.credential = credentials.credential
        self.save_credential = credentials.save_credential
        self.drop_credential = credentials.drop_credential
        self.credentials = credentials.credentials
        self.replace_credential = credentials.replace_credential
        self.contents = contents.contents
        self.types = contents.types
        self.save_contents = contents.save_contents

    def by_assignments(self, identity: str) -> Course | None:
        """See `usecases.rows.CourseRows`."""
        return next(iter(self._courses("WHERE assignments_identity = %(it)s", it=identity)), None)

    def by_template(self, identity: str) -> Course | None:
        """See `usecases.rows.CourseRows`."""
        return next(iter(self._courses("WHERE template_identity = %(it)s", it=identity)), None)

    def find(self, reference: str) -> list[Course]:
        """See `usecases.rows.CourseRows`."""
        means = "course.path = %(it)s OR concat_ws('/', organization.path, course_family.path, course.path) = %(it)s"
        if _UUID.fullmatch(reference):
            return self._courses(f"WHERE {means} OR course.id = %(id)s", it=reference, id=UUID(reference))
        return self._courses(f"WHERE {means}", it=reference)

    def all(self) -> list[Course]:
        """See `usecases.rows.CourseRows`."""
        return self._courses()

    def save(self, course: Course, *, names: Mapping[str, tuple[str, str]]) -> bool:
        """See `usecases.rows.CourseRows`."""
        self._check_repositories(course)
        organization, changed = self._named(
            ORGANIZATION, {ORGANIZATION.c.path: course.organization}, names.get("organization")
        )
        family, family_changed = self._named(
            COURSE_FAMILY,
            {COURSE_FAMILY.c.organization_id: organization, COURSE_FAMILY.c.path: course.family},
            names.get("family"),
        )
        changed |= family_changed
        before = next(iter(self._courses("WHERE course.id = %(it)s", it=course.id)), None)
        if before == course:
            return changed
        values = {
            "course_family_id": family,
            "path": course.path,
            "name": course.name,
            "description": course.description,
            "assignments_url": course.assignments_url,
            "assignments_identity": course.assignments_identity,
            "template_url": course.template_url,
            "template_identity": course.template_identity,
            "template_project_id": course.template_project_id,
            "template_visibility": course.template_visibility,
            "execution_backends": [dict(backend) for backend in course.execution_backends],
            "timezone": course.timezone,
        }
        self._connection.execute(
            insert(COURSE)
            .values(id=course.id, **values)
            .on_conflict_do_update(index_elements=["id"], set_={**values, "updated_at": func.now()})
        )
        listed = COURSE_EXAMPLE_REPOSITORY
        self._connection.execute(listed.delete().where(listed.c.course_id == course.id))
        if course.example_repositories:
            self._connection.execute(
                listed.insert(),
                [
                    {"course_id": course.id, "name": name, "position": position}
                    for position, name in enumerate(dict.fromkeys(course.example_repositories))
                ],
            )
        return True

    def _check_repositories(self, course: Course) -> None:
        mine = [course.assignments_identity, course.template_identity]
        if mine[0] == mine[1]:
            raise Refused(
                f"Saving course {course.title}: its assignments and its student-template repository are the same,"
                f" {course.assignments_url}. Students would fork the solutions; give the template its own repository."
            )
        used = "assignments_identity = ANY(%(mine)s) OR template_identity = ANY(%(mine)s)"
        for other in self._courses(f"WHERE ({used}) AND course.id <> %(it)s", it=course.id, mine=mine):
            both = sorted(set(mine) & {other.assignments_identity, other.template_identity})
            raise Refused(
                f"Saving course {course.title}: {' and '.join(both)} already belongs to course {other.title}."
                " Give each course repositories of its own."
            )

    def _named(
        self, table: Table, key: Mapping[Column[object], object], named: tuple[str, str] | None
    ) -> tuple[UUID, bool]:
        """Id of the organization or family with this key, made or renamed as asked; whether that changed anything."""
        condition = and_(*(column == value for column, value in key.items()))
        row = self._connection.execute(select(table).where(condition)).first()
        values = {} if named is None else {"name": named[0], "description": named[1]}
        if row is None:
            path = key[table.c.path]
            made = (
                {column.name: value for column, value in key.items()}
                | {"name": path, "description": ""}
                | values
            )
            answer = self._connection.execute(table.insert().values(made).returning(table.c.id))
            return answer.scalar_one(), True
        if all(row._mapping[name] == value for name, value in values.items()):  # noqa: SLF001 - SQLAlchemy's public name
            return row.id, False
        self._connection.execute(table.update().where(table.c.id == row.id).values(values))
        return row.id, True

    def _courses(self, condition: str = "", **values: object) -> list[Course]:
        rows = self._connection.exec_driver_sql(_COURSES + condition, values)
        courses = [
            Course(
                id=row.id,
                organization=row.organization,
                family=row.family,
                path=row.path,
                name=row.name,
                description=row.description,
                assignments_url=row.assignments_url,
                assignments_identity=row.assignments_identity,
                template_url=row.template_url,
                template_identity=row.template_identity,
                template_project_id=row.template_project_id,
                template_visibility=row.template_visibility,
                example_repositories=tuple(row.example_repositories),
                execution_backends=tuple(row.execution_backends),
                timezone=row.timezone,
            )
            for row in rows
        ]
        return sorted(courses, key=lambda course: course.title)
