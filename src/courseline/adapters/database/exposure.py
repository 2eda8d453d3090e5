"""What students have been given, and which blobs they must never get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import Connection

from courseline.domain.library.version import Role
from courseline.usecases.ledger.rows import HiddenBlob
from courseline.usecases.students.rows import Exposure

JUDGED = "judged"
"""Name of the event that keeps a judgement; an operation has at most one."""

GIVEN = "given"
"""Name of the event that keeps what a template is about to give; it goes when that is recorded."""

# Which of these blobs any version hides at all, hardly ever one. One text is made a parameter twenty times as fast as a
# list of thousands, and unlike `= ANY` it is not weighed against statistics word by word.
CANDIDATES = """
    SELECT DISTINCT git_oid FROM example_version_file
    WHERE git_oid IN (SELECT unnest(string_to_array(%(oids)s, ' '))) AND role IN ('test', 'submission')
"""

# "This course's examples" are those at its places and those that its history says were there; from them on, whatever
# any of their versions depends on. A version that publishes a blob and tests with it too is no exception: what is
# named as a test stays hidden under every name. One row per blob, example and path, named by the first label that had
# it.
HIDDEN = """
    WITH RECURSIVE course_version AS (
        SELECT unnest(ARRAY[deployment.example_version_id, deployment.deployed_version_id]) AS id
            FROM course_content_deployment AS deployment
            JOIN course_content ON course_content.id = deployment.course_content_id
            WHERE course_content.course_id = %(course_id)s
        UNION
        SELECT unnest(ARRAY[example_version_id, previous_example_version_id])
            FROM deployment_history WHERE chain = %(course_id)s
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
    WHERE file.git_oid = ANY (%(oids)s)
        AND file.role IN ('test', 'submission')
        AND (
            example.id IN (SELECT id FROM course_example)
            OR repository.organization_id = (
                SELECT course_family.organization_id
                FROM course JOIN course_family ON course_family.id = course.course_family_id
                WHERE course.id = %(course_id)s
            )
        )
    ORDER BY file.git_oid, example.id, file.path, version.published_at, tag.tagged_at, tag.canonical
"""

EXPOSURES = """
    SELECT exposure.course_content_id, exposure.example_version_id, exposure.files
    FROM template_exposure AS exposure
    JOIN course_content AS content ON content.id = exposure.course_content_id
    WHERE content.course_id = %(course_id)s
        AND (%(contents)s::uuid[] IS NULL OR content.id = ANY (%(contents)s::uuid[]))
    ORDER BY exposure.exposed_at, exposure.operation_id, exposure.course_content_id
"""

EXPOSED_CONTENTS = """
    SELECT id FROM course_content AS content
    WHERE course_id = %(course_id)s
        AND EXISTS (SELECT FROM template_exposure WHERE course_content_id = content.id)
"""

DIGEST = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        concat_ws(' ', course_content_id, operation_id, example_version_id, files), E'\\n'
        ORDER BY course_content_id, exposed_at, operation_id
    ), ''), 'UTF8')), 'hex')
    FROM template_exposure
    WHERE course_content_id IN (SELECT id FROM course_content WHERE course_id = %(course_id)s)
"""

# What is deleted still counts in the same statement, so that the new numbers are free.
KEEP = """
    WITH earlier AS (
        DELETE FROM operation_event WHERE operation_id = %(id)s AND name = ANY (%(names)s)
    ), last AS (
        SELECT coalesce(max(seq), 0) AS seq FROM operation_event WHERE operation_id = %(id)s
    )
    INSERT INTO operation_event (operation_id, seq, name, facts)
        SELECT %(id)s, last.seq + kept.number, kept.name, kept.facts
        FROM last, (VALUES (1, %(judged)s, %(judgement)s::json), (2, %(given)s, %(exposures)s::json))
            AS kept (number, name, facts)
"""

EXPOSE = """
    WITH kept AS (
        SELECT facts FROM operation_event WHERE operation_id = %(id)s AND name = %(given)s
    ), forgotten AS (
        DELETE FROM operation_event AS event USING operation
        WHERE operation.id = event.operation_id
            AND operation.target = (SELECT target FROM operation WHERE id = %(id)s)
            AND (event.name = %(given)s OR event.name = %(judged)s AND operation.id <> %(id)s)
    )
    INSERT INTO template_exposure (course_content_id, operation_id, example_version_id, exposed_at, files)
        SELECT (one ->> 0)::uuid, %(id)s, (one ->> 1)::uuid, %(at)s, one -> 2
        FROM kept, json_array_elements(kept.facts) AS one
        ON CONFLICT DO NOTHING
"""


class ExposureRows:
    """The part of `usecases.rows.LedgerRows` about what students have and must not have.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hidden(self, course_id: UUID, oids: Collection[str]) -> list[HiddenBlob]:
        """See `usecases.rows.LedgerRows`; `label` is "" for a version without one."""
        candidates = self._connection.exec_driver_sql(CANDIDATES, {"oids": " ".join(oids)}).scalars().all()
        if not candidates:
            return []
        given = {"course_id": course_id, "oids": list(candidates)}
        return [
            HiddenBlob(row.git_oid, row.example, row.label or "", row.path, Role(row.role))
            for row in self._connection.exec_driver_sql(HIDDEN, given)
        ]

    def exposures(self, course_id: UUID, contents: Collection[UUID] | None = None) -> list[Exposure]:
        """See `usecases.students.rows.TemplateRows`."""
        given = {"course_id": course_id, "contents": None if contents is None else list(contents)}
        return [
            Exposure(content_id, version_id, tuple((path, oid, rule) for path, oid, rule in files))
            for content_id, version_id, files in self._connection.exec_driver_sql(EXPOSURES, given)
        ]

    def exposed_contents(self, course_id: UUID) -> set[UUID]:
        """See `usecases.students.rows.TemplateRows`."""
        found = self._connection.exec_driver_sql(EXPOSED_CONTENTS, {"course_id": course_id})
        return {content_id for (content_id,) in found}

    def exposure_digest(self, course_id: UUID) -> str:
        """See `usecases.students.rows.TemplateRows`."""
        return str(self._connection.exec_driver_sql(DIGEST, {"course_id": course_id}).scalar_one())

    def keep_given(
        self, operation_id: UUID, exposures: Sequence[Exposure], judgement: Mapping[str, object]
    ) -> None:
        """See `usecases.students.rows.TemplateRows`."""
        kept = [[str(one.content_id), one.version_id and str(one.version_id), one.files] for one in exposures]
        given = {
            "id": operation_id,
            "names": [JUDGED, GIVEN],
            "judged": JUDGED,
            "given": GIVEN,
            "judgement": Json(judgement),
            "exposures": Json(kept),
        }
        self._connection.exec_driver_sql(KEEP, given)

    def expose(self, operation_id: UUID, at: datetime) -> None:
        """See `usecases.students.rows.TemplateRows`."""
        given = {"id": operation_id, "at": at, "given": GIVEN, "judged": JUDGED}
        self._connection.exec_driver_sql(EXPOSE, given)
