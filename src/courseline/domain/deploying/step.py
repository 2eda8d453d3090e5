"""A step of a plan, and the digests that hold it to what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from courseline.domain.deploying.render import RENDERER


class StepAction(StrEnum):
    """What a step does; CONFLICT and REFUSED do nothing and say why."""

    ADD = "add"
    UPDATE = "update"
    MOVE = "move"
    KEEP = "keep"
    REMOVE = "remove"
    CONFLICT = "conflict"
    REFUSED = "refused"

    @property
    def changes(self) -> bool:
        """Whether applying it changes anything."""
        return self in {StepAction.ADD, StepAction.UPDATE, StepAction.MOVE, StepAction.REMOVE}


@dataclass(frozen=True, slots=True)
class Step:
    """One difference between a wish and what is there.

    Attributes:
        path: ltree path of the place (the new one for a move).
        action: see `StepAction`.
        directory: in the assignments repository.
        content_id: the content.
        example: `REPO:identifier`, None when unknown.
        from_label: label there now, as shown.
        to_label: label wished for, as shown.
        message: for people: reason, warnings, what to do.
        recorded_version: version there now.
        current_tree: tree id of the directory now, None when there is none.
        resolved_version: version wished for.
        dependencies: dependency example id -> version id, for the version wished for.
        old_path: ltree path before, for a move.
        keep_files: a removal that leaves the files.
    """

    path: str
    action: StepAction
    directory: str
    content_id: UUID
    example: str | None = None
    from_label: str | None = None
    to_label: str | None = None
    message: str = ""
    recorded_version: UUID | None = None
    current_tree: str | None = None
    resolved_version: UUID | None = None
    dependencies: Mapping[UUID, UUID] | None = None
    old_path: str | None = None
    keep_files: bool = False

    @property
    def digest(self) -> str:
        """sha256 over all that decides what applying the step does."""
        return _sha256(
            [
                self.path,
                self.directory,
                str(self.action),
                _text(self.recorded_version),
                self.current_tree,
                _text(self.resolved_version),
                sorted(
                    [str(example), str(version)] for example, version in (self.dependencies or {}).items()
                ),
                self.old_path,
                self.keep_files,
                RENDERER,
            ]
        )

    def as_json(self) -> dict[str, object]:
        """Everything, for a stored plan and for checkpoints."""
        return {
            "path": self.path,
            "action": str(self.action),
            "directory": self.directory,
            "content_id": str(self.content_id),
            "example": self.example,
            "from": self.from_label,
            "to": self.to_label,
            "message": self.message,
            "recorded_version": _text(self.recorded_version),
            "current_tree": self.current_tree,
            "resolved_version": _text(self.resolved_version),
            "dependencies": {
                str(example): str(version) for example, version in (self.dependencies or {}).items()
            },
            "old_path": self.old_path,
            "keep_files": self.keep_files,
            "digest": self.digest,
        }


def plan_digest(steps: Iterable[Step]) -> str:
    """sha256 over the digests of all steps, in order of path and action; the base commit is not in it."""
    return _sha256([[step.path, str(step.action), step.digest] for step in _ordered(steps)])


def _ordered(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (step.path, str(step.action)))


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
