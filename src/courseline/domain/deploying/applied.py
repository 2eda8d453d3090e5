"""A step as it was applied: what the record of it needs, also after a crash between push and record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.deploying.render import RENDERER
from courseline.domain.deploying.step import StepAction
from courseline.domain.ledger.history import Action, Event


@dataclass(frozen=True, slots=True)
class Applied:
    """One applied step.

    Attributes:
        content_id: the content.
        path: its ltree path after the step.
        action: ADD, UPDATE, MOVE or REMOVE.
        directory: in the assignments repository.
        example: `REPO:identifier`, None for a removal or a move of an empty place.
        example_id: the example now there.
        version_id: the version now there.
        label: as shown.
        rendered_tree: tree id of the render.
        dependencies: dependency example id -> version id.
        tracking: blob id of the tracking file as it was written.
        directory_tree: tree id of the render together with that file.
        previous_version: version before.
        previous_label: its label.
        old_path: ltree path before a move.
        message: the step's message.
    """

    content_id: UUID
    path: str
    action: StepAction
    directory: str
    example: str | None = None
    example_id: UUID | None = None
    version_id: UUID | None = None
    label: str | None = None
    rendered_tree: str | None = None
    dependencies: Mapping[UUID, UUID] | None = None
    tracking: str | None = None
    directory_tree: str | None = None
    previous_version: UUID | None = None
    previous_label: str | None = None
    old_path: str | None = None
    message: str = ""

    def as_json(self) -> dict[str, object]:
        """For the operation's checkpoint."""
        return {
            "content_id": str(self.content_id),
            "path": self.path,
            "action": str(self.action),
            "directory": self.directory,
            "example": self.example,
            "example_id": _text(self.example_id),
            "version_id": _text(self.version_id),
            "label": self.label,
            "rendered_tree": self.rendered_tree,
            "dependencies": {str(key): str(value) for key, value in (self.dependencies or {}).items()},
            "tracking": self.tracking,
            "directory_tree": self.directory_tree,
            "previous_version": _text(self.previous_version),
            "previous_label": self.previous_label,
            "old_path": self.old_path,
            "message": self.message,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Applied:
        """The inverse of `as_json`."""
        dependencies = data["dependencies"]
        return cls(
            content_id=UUID(str(data["content_id"])),
            path=str(data["path"]),
            action=StepAction(str(data["action"])),
            directory=str(data["directory"]),
            example=_string(data["example"]),
            example_id=_uuid(data["example_id"]),
            version_id=_uuid(data["version_id"]),
            label=_string(data["label"]),
            rendered_tree=_string(data["rendered_tree"]),
            dependencies={UUID(key): UUID(value) for key, value in dependencies.items()}
            if isinstance(dependencies, dict)
            else {},
            tracking=_string(data.get("tracking")),
            directory_tree=_string(data.get("directory_tree")),
            previous_version=_uuid(data["previous_version"]),
            previous_label=_string(data["previous_label"]),
            old_path=_string(data["old_path"]),
            message=str(data["message"]),
        )


def deployment_after(
    applied: Applied, before: Deployment | None, commit: str, at: datetime, operation_id: UUID
) -> Deployment:
    """The record of the place after the step; `at` is the operation's `started_at`."""
    start = before or Deployment(applied.content_id, DeploymentStatus.PENDING)
    match applied.action:
        case StepAction.REMOVE:
            return replace(
                start,
                status=DeploymentStatus.UNASSIGNED,
                assigned_version_id=None,
                deployed_version_id=None,
                deployed_commit=commit,
                rendered_tree=None,
                deployed_tree=None,
                deployed_at=at,
                operation_id=operation_id,
                is_customized=False,
                last_customized_at=None,
                metadata={},
            )
        case StepAction.MOVE:
            return replace(start, directory=applied.directory, operation_id=operation_id)
        case _:
            return replace(
                start,
                status=DeploymentStatus.DEPLOYED,
                assigned_version_id=applied.version_id,
                deployed_version_id=applied.version_id,
                deployed_commit=commit,
                rendered_tree=applied.rendered_tree,
                deployed_tree=applied.rendered_tree,
                deployed_at=at,
                directory=applied.directory,
                operation_id=operation_id,
                identifier=applied.example,
                label=applied.label,
                is_customized=False,
                last_customized_at=None,
                metadata={
                    "example_id": _text(applied.example_id),
                    "renderer": RENDERER,
                    "dependencies": {
                        str(key): str(value) for key, value in (applied.dependencies or {}).items()
                    },
                    "tracking": applied.tracking,
                    "directory_tree": applied.directory_tree,
                },
            )


def event_of(
    applied: Applied, commit: str, at: datetime, operation_id: UUID, actor: str, reason: str
) -> Event:
    """The history row of the step."""
    action = {StepAction.REMOVE: Action.REMOVED, StepAction.MOVE: Action.MOVED}.get(
        applied.action, Action.DEPLOYED
    )
    details: dict[str, object] = {
        "commit": commit,
        "directory": applied.directory,
        "example": applied.example,
        "step": str(applied.action),
        "from": applied.previous_label,
    }
    if applied.old_path is not None:
        details["old_path"] = applied.old_path
    return Event(
        action,
        at,
        content_id=applied.content_id,
        path=applied.path,
        example_version_id=applied.version_id,
        previous_example_version_id=applied.previous_version,
        version_tag=applied.label,
        operation_id=operation_id,
        actor=actor,
        reason=reason,
        details=details,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _uuid(value: object) -> UUID | None:
    return UUID(value) if isinstance(value, str) else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None
