"""The one record of what is at each place, and names of people."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import COURSE_CONTENT
from courseline.adapters.database.tables_ledger import ACTOR
from courseline.adapters.database.tables_ledger import COURSE_CONTENT_DEPLOYMENT as DEPLOYMENT
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus


class DeploymentRows:
    """The part of `usecases.rows.LedgerRows` about deployments.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deployments(self, course_id: UUID) -> dict[UUID, Deployment]:
        """See `usecases.rows.LedgerRows`."""
        query = (
            select(DEPLOYMENT)
            .join(COURSE_CONTENT, COURSE_CONTENT.c.id == DEPLOYMENT.c.course_content_id)
            .where(COURSE_CONTENT.c.course_id == course_id)
        )
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
            for row in self._connection.execute(query)
        }

    def save_deployments(self, *deployments: Deployment) -> None:
        """See `usecases.rows.LedgerRows`."""
        # Not INSERT ... ON CONFLICT: its insert triggers run for a known row too, and would refuse to mark a place
        # as unassigned once its content has become a unit.
        contents = [deployment.content_id for deployment in deployments]
        query = select(DEPLOYMENT.c.course_content_id).where(among(DEPLOYMENT.c.course_content_id, contents))
        known = set(self._connection.scalars(query.with_for_update()))
        old = [_values(deployment) for deployment in deployments if deployment.content_id in known]
        new = [_values(deployment) for deployment in deployments if deployment.content_id not in known]
        if old:
            update = DEPLOYMENT.update().where(DEPLOYMENT.c.course_content_id == bindparam("course_content"))
            self._connection.execute(update.values(updated_at=func.now()), old)
        if new:
            self._connection.execute(DEPLOYMENT.insert(), new)

    def name_actor(self, actor: str, name: str) -> None:
        """See `usecases.rows.LedgerRows`."""
        self._connection.execute(
            insert(ACTOR)
            .values(actor=actor, name=name)
            .on_conflict_do_update(index_elements=["actor"], set_={"name": name, "updated_at": func.now()})
        )


def _values(deployment: Deployment) -> dict[str, object]:
    """Columns of a record, and its key under a name of its own for statements that compare with it."""
    return {
        "course_content": deployment.content_id,
        "course_content_id": deployment.content_id,
        "deployment_status": str(deployment.status),
        "example_version_id": deployment.assigned_version_id,
        "deployed_version_id": deployment.deployed_version_id,
        "deployed_commit": deployment.deployed_commit,
        "rendered_tree": deployment.rendered_tree,
        "deployed_tree": deployment.deployed_tree,
        "deployed_at": deployment.deployed_at,
        "deployment_path": deployment.directory,
        "deployment_metadata": dict(deployment.metadata),
        "workflow_id": deployment.operation_id,
        "example_identifier": deployment.identifier,
        "version_tag": deployment.label,
        "is_customized": deployment.is_customized,
        "last_customized_at": deployment.last_customized_at,
    }
