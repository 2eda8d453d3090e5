"""What students have been given, and which blobs they must never get."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Text, Uuid, bindparam, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import UtcTime, among, table_of
from courseline.adapters.database.tables_course import COURSE_CONTENT
from courseline.adapters.database.tables_ledger import TEMPLATE_EXPOSURE as EXPOSURE
from courseline.domain.library.version import Role
from courseline.usecases.rows import Exposure, HiddenBlob

# "This course's examples" are those at its places and those that its history says were there; from them on, whatever
# any of their versions depends on. A version that publishes a blob and tests with it too is no exception: what is
# named as a test stays hidden under every name. One row per blob, example and path, named by the first label that had
# it.
HIDDEN = text(
    """
    WITH RECURSIVE course_version AS (
        SELECT unnest(ARRAY[deployment.example_version_id, deployment.deployed_version_id]) AS id
            FROM course_content_deployment AS deployment
            JOIN course_content ON course_content.id = deployment.course_content_id
            WHERE course_content.course_id = :course_id
        UNION
        SELECT unnest(ARRAY[example_version_id, previous_example_version_id])
            FROM deployment_history WHERE chain = :course_id
    ), course_example AS (
        SELECT example_version.example_id AS id
            FROM example_version JOIN course_version ON course_version.id = example_version.id
        UNION
        SELECT example_dependency.depends_id
            FROM course_example
            JOIN example_version ON example_version.example_id = course_example.id
            JOIN example_dependency ON example_dependency.example_version_id = example_version.id
            WHERE example_dependency.depends_id IS NOT NULL
    )
    SELECT DISTINCT ON (file.git_oid, example.id, file.path)
        file.git_oid, repository.name || ':' || example.identifier AS example, tag.shown AS label, file.path, file.role
    FROM example_version_file AS file
    JOIN example_version AS version ON version.id = file.example_version_id
    JOIN example ON example.id = version.example_id
    JOIN example_repository AS repository ON repository.id = example.example_repository_id
    LEFT JOIN example_version_tag AS tag
        ON tag.example_version_id = version.id AND tag.example_id = version.example_id
    WHERE file.git_oid = ANY (string_to_array(:oids, ' '))
        AND file.role IN ('test', 'submission')
        AND (
            example.id IN (SELECT id FROM course_example)
            OR repository.organization_id = (
                SELECT course_family.organization_id
                FROM course JOIN course_family ON course_family.id = course.course_family_id
                WHERE course.id = :course_id
            )
        )
    ORDER BY file.git_oid, example.id, file.path, version.published_at, tag.tagged_at, tag.canonical
    """
).bindparams(bindparam("course_id", type_=Uuid), bindparam("oids", type_=Text))


class ExposureRows:
    """The part of `usecases.rows.LedgerRows` about what students have and must not have.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hidden(self, course_id: UUID, oids: Collection[str]) -> list[HiddenBlob]:
        """See `usecases.rows.LedgerRows`; `label` is "" for a version without one."""
        rows = self._connection.execute(HIDDEN, {"course_id": course_id, "oids": " ".join(oids)})
        return [
            HiddenBlob(row.git_oid, row.example, row.label or "", row.path, Role(row.role)) for row in rows
        ]

    def exposures(self, course_id: UUID, contents: Collection[UUID] | None = None) -> list[Exposure]:
        """See `usecases.rows.LedgerRows`; ordered by path."""
        query = (
            select(EXPOSURE)
            .join(COURSE_CONTENT, COURSE_CONTENT.c.id == EXPOSURE.c.course_content_id)
            .where(COURSE_CONTENT.c.course_id == course_id)
            .order_by(EXPOSURE.c.path, EXPOSURE.c.exposed_at, EXPOSURE.c.git_oid)
        )
        if contents is not None:
            query = query.where(among(EXPOSURE.c.course_content_id, contents))
        return [
            Exposure(row.course_content_id, row.path, row.git_oid, row.rule, row.example_version_id)
            for row in self._connection.execute(query)
        ]

    def expose(
        self, course_id: UUID, operation_id: UUID, at: datetime, exposures: Sequence[Exposure]
    ) -> None:
        """See `usecases.rows.LedgerRows`."""
        del course_id  # each content knows its course
        if not exposures:
            return
        given = table_of(
            course_content_id=(Uuid(), [one.content_id for one in exposures]),
            path=(Text(), [one.path for one in exposures]),
            git_oid=(Text(), [one.git_oid for one in exposures]),
            rule=(Text(), [one.rule for one in exposures]),
            example_version_id=(Uuid(), [one.version_id for one in exposures]),
        )
        self._connection.execute(
            insert(EXPOSURE)
            .from_select(
                [*(column.name for column in given.c), "operation_id", "exposed_at"],
                select(*given.c, literal(operation_id, Uuid()), literal(at, UtcTime())),
            )
            .on_conflict_do_nothing()
        )
