"""On what published templates were judged, and what a template run asks beside it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.exposure import DIGEST, JUDGED
from courseline.domain.ledger.history import Action
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.library.version import Role, VersionFacts, VersionFile
from courseline.usecases.students.rows import MadeCommit, StoredJudgement, StoredView

COMMITS = """
    SELECT id, kind, state, checkpoint ->> 'commit' FROM operation
    WHERE target = %(target)s
    ORDER BY started_at DESC, attempt DESC, id
"""

JUDGEMENT = f"""
    SELECT event.facts, history.details ->> '{JUDGED}', ({DIGEST})
    FROM operation_event AS event
    JOIN operation ON operation.id = event.operation_id
    LEFT JOIN deployment_history AS history
        ON history.workflow_id = operation.id
        AND history.chain = %(course_id)s
        AND history.action = '{Action.TEMPLATE_PUBLISHED}'
    WHERE operation.target = %(target)s
        AND operation.state = '{OperationState.DONE}'
        AND operation.checkpoint ->> 'commit' = %(commit)s
        AND event.name = '{JUDGED}'
    ORDER BY history.seq DESC
    LIMIT 1
"""  # noqa: S608 - our own words

WITHHELD = """
    SELECT file.example_version_id, file.path, file.mode, file.size, file.sha256, file.git_oid, file.role
    FROM example_version_file AS file
    WHERE file.example_version_id = ANY (%(versions)s::uuid[])
        AND file.git_oid IN (SELECT unnest(string_to_array(%(oids)s, ' ')))
        AND file.role NOT IN ('public', 'template')
        AND NOT EXISTS (
            SELECT FROM example_version_file AS twin
            WHERE twin.example_version_id = file.example_version_id
                AND twin.git_oid = file.git_oid
                AND twin.role = 'public'
        )
    ORDER BY file.example_version_id, file.path
"""

# The history is looked up version by version (`OFFSET 0`): its other condition, the repository, led a server that has no
# statistics of a new library yet to join every example with every version.
SETTLED = """
    SELECT deployment.course_content_id, version.id, version.example_id, example.example_repository_id,
        version.version_identifier, version.content_digest, version.published_at,
        deployment.deployment_metadata ->> 'tracking' AS tracking, version.view, history.seal
    FROM course_content_deployment AS deployment
    JOIN example_version AS version ON version.id = deployment.deployed_version_id
    JOIN example ON example.id = version.example_id
    CROSS JOIN LATERAL (
        SELECT details ->> 'view' AS seal FROM deployment_history
        WHERE example_version_id = version.id
            AND chain = example.example_repository_id
            AND action = 'published'
        OFFSET 0
    ) AS history
    WHERE deployment.course_content_id = ANY (%(contents)s::uuid[])
        AND version.view_rules = %(rules)s
        AND NOT EXISTS (SELECT FROM example_dependency WHERE example_version_id = version.id)
"""

DIGESTS = "SELECT id, content_digest FROM example_version WHERE id = ANY (%(versions)s::uuid[])"


class JudgementRows:
    """The part of `usecases.rows.LedgerRows` that `usecases.students.rows` describes.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def operation_commits(self, target: str) -> list[MadeCommit]:
        """See `usecases.students.rows.TemplateRows`."""
        return [
            MadeCommit(operation_id, OperationKind(kind), OperationState(state), commit)
            for operation_id, kind, state, commit in self._connection.exec_driver_sql(
                COMMITS, {"target": target}
            )
        ]

    def judgement(self, course_id: UUID, target: str, commit: str) -> StoredJudgement | None:
        """See `usecases.students.rows.TemplateRows`."""
        given = {"course_id": course_id, "target": target, "commit": commit}
        row = self._connection.exec_driver_sql(JUDGEMENT, given).first()
        return None if row is None else StoredJudgement(*row)

    def settled_views(self, contents: Collection[UUID], rules: str) -> list[StoredView]:
        """See `usecases.students.rows.TemplateRows`."""
        found = self._connection.exec_driver_sql(SETTLED, {"contents": list(contents), "rules": rules})
        return [
            StoredView(
                content_id,
                VersionFacts(version_id, example_id, repository_id, tree, digest, (), published_at),
                tracking,
                text,
                seal,
            )
            for (
                content_id, version_id, example_id, repository_id, tree, digest, published_at, tracking, text, seal,
            ) in found
        ]  # fmt: skip

    def content_digests(self, version_ids: Collection[UUID]) -> dict[UUID, str]:
        """See `usecases.students.rows.TemplateRows`."""
        found = self._connection.exec_driver_sql(DIGESTS, {"versions": list(version_ids)})
        return {version_id: digest for version_id, digest in found}  # noqa: C416 - a row is no pair to mypy

    def withheld_among(
        self, version_ids: Collection[UUID], oids: Collection[str]
    ) -> dict[UUID, list[VersionFile]]:
        """See `usecases.students.rows.TemplateRows`."""
        given = {"versions": list(version_ids), "oids": " ".join(oids)}
        files: dict[UUID, list[VersionFile]] = {}
        for row in self._connection.exec_driver_sql(WITHHELD, given):
            files.setdefault(row.example_version_id, []).append(
                VersionFile(row.path, row.mode, row.size, row.sha256, row.git_oid, Role(row.role))
            )
        return files
