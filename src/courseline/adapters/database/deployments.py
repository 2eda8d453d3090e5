"""The one record of what is at each place, and names of people."""

from __future__ import annotations

from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables_ledger import ACTOR
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus

_COLUMNS = {
    "course_content_id": "uuid",
    "deployment_status": "text",
    "example_version_id": "uuid",
    "deployed_version_id": "uuid",
    "deployed_commit": "text",
    "rendered_tree": "text",
    "deployed_tree": "text",
    "deployed_at": "timestamptz",
    "deployment_path": "text",
    "deployment_metadata": "json",
    "workflow_id": "uuid",
    "example_identifier": "text",
    "version_tag": "text",
    "is_customized": "boolean",
    "last_customized_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_DEPLOYMENTS = f"""
    SELECT {", ".join(f"deployment.{name}" for name in _COLUMNS)}
    FROM course_content_deployment AS deployment
    JOIN course_content ON course_content.id = deployment.course_content_id
    WHERE course_content.course_id = %(course_id)s
"""  # noqa: S608 - the names are written above
# Not INSERT ... ON CONFLICT: its insert triggers run for a known row too, and would refuse to mark a place as unassigned
# once its content has become a unit.
_SAVE = f"""
    WITH given ({_NAMES}) AS (
        SELECT * FROM unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())})
    ), known AS (
        UPDATE course_content_deployment AS deployment
        SET {", ".join(f"{name} = given.{name}" for name in _COLUMNS)}, updated_at = now()
        FROM given WHERE deployment.course_content_id = given.course_content_id
        RETURNING deployment.course_content_id
    )
    INSERT INTO course_content_deployment ({_NAMES})
    SELECT {_NAMES} FROM given WHERE course_content_id NOT IN (SELECT course_content_id FROM known)
"""  # noqa: S608 - the names are written above


class DeploymentRows:
    """The part of `usecases.rows.LedgerRows` about deployments.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deployments(self, course_id: UUID) -> dict[UUID, Deployment]:
        """See `usecases.rows.LedgerRows`."""
        rows = self._connection.exec_driver_sql(_DEPLOYMENTS, {"course_id": course_id})
        return {
            row.course_content_id: Deployment(
                content_id=row.course_content_id,
                status=DeploymentStatus(row.deployment_status),
                assigned_version_id=row.example_version_id,
                deployed_version_id=row.deployed_version_id,
                deployed_commit=row.deployed_commit,
                rendered_tree=row.rendered_tree,
                deployed_tree=row.deployed_tree,
                deployed_at=row.deployed_at,
                directory=row.deployment_path,
                metadata=row.deployment_metadata,
                operation_id=row.workflow_id,
                identifier=row.example_identifier,
                label=row.version_tag,
                is_customized=row.is_customized,
                last_customized_at=row.last_customized_at,
            )
            for row in rows
        }

    def save_deployments(self, *deployments: Deployment) -> None:
        """See `usecases.rows.LedgerRows`."""
        if deployments:
            columns = map(list, zip(*map(_values, deployments), strict=True))
            self._connection.exec_driver_sql(_SAVE, dict(zip(_COLUMNS, columns, strict=True)))

    def name_actor(self, actor: str, name: str) -> None:
        """See `usecases.rows.LedgerRows`."""
        self._connection.execute(
            insert(ACTOR)
            .values(actor=actor, name=name)
            .on_conflict_do_update(index_elements=["actor"], set_={"name": name, "updated_at": func.now()})
        )


def _values(deployment: Deployment) -> tuple[object, ...]:
    """A record in the order of the columns."""
    return (
        deployment.content_id,
        str(deployment.status),
        deployment.assigned_version_id,
        deployment.deployed_version_id,
        deployment.deployed_commit,
        deployment.rendered_tree,
        deployment.deployed_tree,
        deployment.deployed_at,
        deployment.directory,
        Json(dict(deployment.metadata)),
        deployment.operation_id,
        deployment.identifier,
        deployment.label,
        deployment.is_customized,
        deployment.last_customized_at,
    )
