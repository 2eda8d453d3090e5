"""The one record of what is at a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class DeploymentStatus(StrEnum):
    """Where a deployment stands; customised and update-available are flags, not statuses."""

    PENDING = "pending"
    DEPLOYING = "deploying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is at a place, and what was asked for. A failed attempt never touches the five `deployed` facts.

    Attributes:
        content_id: the content whose place this is.
        status: see `DeploymentStatus`.
        assigned_version_id: version that was asked for last.
        deployed_version_id: version that is there, None before the first success.
        deployed_commit: commit that brought it, 40 hex digits.
        rendered_tree: tree id of what courseline rendered.
        deployed_tree: tree id of the directory as committed, without `.example-library`.
        deployed_at: when, UTC.
        directory: directory in the assignments repository.
        metadata: free facts (dependencies recorded, renderer).
        operation_id: operation that touched it last.
        identifier: snapshot of `REPO:identifier`.
        label: snapshot of the label as shown.
        is_customized: the directory differs from `rendered_tree`.
        last_customized_at: when that was first seen since the last deploy.
    """

    content_id: UUID
    status: DeploymentStatus
    assigned_version_id: UUID | None = None
    deployed_version_id: UUID | None = None
    deployed_commit: str | None = None
    rendered_tree: str | None = None
    deployed_tree: str | None = None
    deployed_at: datetime | None = None
    directory: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    operation_id: UUID | None = None
    identifier: str | None = None
    label: str | None = None
    is_customized: bool = False
    last_customized_at: datetime | None = None

    @property
    def example_id(self) -> UUID | None:
        """The example that is there, None when nothing of ours is."""
        example = self.metadata.get("example_id")
        return UUID(example) if isinstance(example, str) else None
