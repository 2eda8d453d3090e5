"""On what published templates were judged, and what a template run asks beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection, Text, Uuid, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from courseline.adapters.database.tables import UtcTime, among
from courseline.adapters.database.tables_course import COURSE_CONTENT
from courseline.adapters.database.tables_ledger import (
    DEPLOYMENT_HISTORY,
    OPERATION,
    OPERATION_EVENT,
    TEMPLATE_EXPOSURE,
)
from courseline.adapters.database.tables_library import EXAMPLE_VERSION
from courseline.domain.ledger.history import Action
from courseline.domain.ledger.operation import OperationState
from courseline.domain.library.version import Role, VersionFacts, VersionFile
from courseline.usecases.students.rows import StoredJudgement, StoredView

JUDGED = "judged"
"""Name of the event that keeps a judgement; an operation has at most one."""

EXPOSED = text(
    """
    SELECT encode(sha256(convert_to(coalesce(string_agg(
        concat_ws(' ', course_content_id, git_oid, rule, example_version_id, path), E'\\n'
        ORDER BY course_content_id, path COLLATE "C", git_oid COLLATE "C"
    ), ''), 'UTF8')), 'hex')
    FROM template_exposure
    WHERE course_content_id IN (SELECT id FROM course_content WHERE course_id = :course_id)
    """
).bindparams(bindparam("course_id", type_=Uuid))

# One text is made a parameter twenty times as fast as a list of thousands.
WITHHELD = text(
    """
    SELECT file.example_version_id, file.path, file.mode, file.size, file.sha256, file.git_oid, file.role
    FROM example_version_file AS file
    WHERE file.example_version_id = ANY (:versions)
        AND file.git_oid = ANY (string_to_array(:oids, ' '))
        AND file.role NOT IN ('public', 'template')
        AND NOT EXISTS (
            SELECT FROM example_version_file AS twin
            WHERE twin.example_version_id = file.example_version_id
                AND twin.git_oid = file.git_oid
                AND twin.role = 'public'
        )
    ORDER BY file.example_version_id, file.path
    """
).bindparams(bindparam("versions", type_=ARRAY(Uuid)), bindparam("oids", type_=Text))

SETTLED = (
    text(
        """
    SELECT deployment.course_content_id, version.id, version.example_id, example.example_repository_id,
        version.version_identifier, version.content_digest, version.published_at,
        deployment.deployment_metadata ->> 'tracking' AS tracking, version.view, history.details ->> 'view' AS seal
    FROM course_content_deployment AS deployment
    JOIN example_version AS version ON version.id = deployment.deployed_version_id
    JOIN example ON example.id = version.example_id
    JOIN deployment_history AS history
        ON history.example_version_id = version.id
        AND history.chain = example.example_repository_id
        AND history.action = 'published'
    WHERE deployment.course_content_id = ANY (:contents)
        AND version.view_rules = :rules
        AND NOT EXISTS (SELECT FROM example_dependency WHERE example_version_id = version.id)
    """
    )
    .bindparams(bindparam("contents", type_=ARRAY(Uuid)), bindparam("rules", type_=Text))
    .columns(
        course_content_id=Uuid, id=Uuid, example_id=Uuid, example_repository_id=Uuid, published_at=UtcTime
    )
)


class JudgementRows:
    """The part of `usecases.rows.LedgerRows` that `usecases.students.rows` describes.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def operation_commits(self, target: str) -> dict[UUID, str | None]:
        """See `usecases.students.rows.TemplateRows`."""
        query = select(OPERATION.c.id, OPERATION.c.checkpoint["commit"].as_string()).where(
            OPERATION.c.target == target
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def exposed_contents(self, course_id: UUID) -> set[UUID]:
        """See `usecases.students.rows.TemplateRows`."""
        given = select(TEMPLATE_EXPOSURE.c.path).where(
            TEMPLATE_EXPOSURE.c.course_content_id == COURSE_CONTENT.c.id
        )
        query = select(COURSE_CONTENT.c.id).where(COURSE_CONTENT.c.course_id == course_id, given.exists())
        return set(self._connection.scalars(query))

    def exposure_digest(self, course_id: UUID) -> str:
        """See `usecases.students.rows.TemplateRows`."""
        return str(self._connection.scalar(EXPOSED, {"course_id": course_id}))

    def keep_judgement(self, operation_id: UUID, facts: Mapping[str, object]) -> None:
        """See `usecases.students.rows.TemplateRows`."""
        event = OPERATION_EVENT
        of_it = event.c.operation_id == operation_id
        self._connection.execute(event.delete().where(of_it, event.c.name == JUDGED))
        last = self._connection.scalar(select(func.max(event.c.seq)).where(of_it))
        self._connection.execute(
            event.insert().values(
                operation_id=operation_id, seq=(last or 0) + 1, name=JUDGED, facts=dict(facts)
            )
        )

    def forget_judgements(self, target: str, but: UUID) -> None:
        """See `usecases.students.rows.TemplateRows`."""
        earlier = select(OPERATION.c.id).where(OPERATION.c.target == target, OPERATION.c.id != but)
        event = OPERATION_EVENT
        self._connection.execute(
            event.delete().where(event.c.operation_id.in_(earlier), event.c.name == JUDGED)
        )

    def judgement(self, course_id: UUID, target: str, commit: str) -> StoredJudgement | None:
        """See `usecases.students.rows.TemplateRows`."""
        history = DEPLOYMENT_HISTORY
        query = (
            select(OPERATION_EVENT.c.facts, history.c.details[JUDGED].as_string().label("seal"))
            .join(OPERATION, OPERATION.c.id == OPERATION_EVENT.c.operation_id)
            .outerjoin(
                history,
                (history.c.workflow_id == OPERATION.c.id)
                & (history.c.chain == course_id)
                & (history.c.action == str(Action.TEMPLATE_PUBLISHED)),
            )
            .where(
                OPERATION.c.target == target,
                OPERATION.c.state == str(OperationState.DONE),
                OPERATION.c.checkpoint["commit"].as_string() == commit,
                OPERATION_EVENT.c.name == JUDGED,
            )
            .order_by(history.c.seq.desc())
        )
        row = self._connection.execute(query.limit(1)).first()
        if row is None:
            return None
        return StoredJudgement(row.facts, row.seal, self.exposure_digest(course_id))

    def settled_views(self, contents: Collection[UUID], rules: str) -> list[StoredView]:
        """See `usecases.students.rows.TemplateRows`."""
        given = {"contents": list(contents), "rules": rules}
        return [
            StoredView(
                row.course_content_id,
                VersionFacts(
                    row.id,
                    row.example_id,
                    row.example_repository_id,
                    row.version_identifier,
                    row.content_digest,
                    (),
                    row.published_at,
                ),
                row.tracking,
                row.view,
                row.seal,
            )
            for row in self._connection.execute(SETTLED, given)
        ]

    def content_digests(self, version_ids: Collection[UUID]) -> dict[UUID, str]:
        """See `usecases.students.rows.TemplateRows`."""
        query = select(EXAMPLE_VERSION.c.id, EXAMPLE_VERSION.c.content_digest).where(
            among(EXAMPLE_VERSION.c.id, version_ids)
        )
        return {row.id: row.content_digest for row in self._connection.execute(query)}

    def withheld_among(
        self, version_ids: Collection[UUID], oids: Collection[str]
    ) -> dict[UUID, list[VersionFile]]:
        """See `usecases.students.rows.TemplateRows`."""
        files: dict[UUID, list[VersionFile]] = {}
        for row in self._connection.execute(
            WITHHELD, {"versions": list(version_ids), "oids": " ".join(oids)}
        ):
            files.setdefault(row.example_version_id, []).append(
                VersionFile(row.path, row.mode, row.size, row.sha256, row.git_oid, Role(row.role))
            )
        return files
