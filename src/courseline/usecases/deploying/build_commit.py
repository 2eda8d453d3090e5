"""Build the commit of a deploy: which paths change, and what its message says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

from courseline.domain.deploying.applied import Applied
from courseline.domain.deploying.course_metadata import (
    DEPLOYED_FILE,
    HISTORY_FILE,
    DeployedExample,
    HistoryEntry,
    merge_deployed,
    merge_history,
)
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.deploying.render import RENDERER
from courseline.domain.deploying.resolution import Resolution
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.deploying.tracking import TrackedDependency, TrackedFile, Tracking
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid
from courseline.usecases.deploying.draft_plan import Draft
from courseline.usecases.ports import Change, DeletePath, PutFile


@dataclass(frozen=True)
class CommitPlan:
    """What the commit is made of.

    Attributes:
        draft: the plan and all behind it.
        steps: those applied.
        blobs: bytes by blob id for all that is written anew.
        metadata: the course-wide tracking files as they are now, by path.
        at: the operation's `started_at`.
        operation_id: the operation.
    """

    draft: Draft
    steps: Sequence[Step]
    blobs: Mapping[str, bytes]
    metadata: Mapping[str, bytes]
    at: datetime
    operation_id: UUID

    @cached_property
    def tracking(self) -> dict[UUID, bytes]:
        """The tracking file of each place that is written, by content id."""
        lived = _lived(self.draft)
        return {
            step.content_id: _tracking(self, step, resolution, resolution.render.tree.oid, lived).to_bytes()
            for step in self.steps
            if step.action in {StepAction.ADD, StepAction.UPDATE}
            and isinstance(resolution := self.draft.resolutions[step.content_id], Resolution)
            and resolution.render is not None
        }

    @cached_property
    def applied(self) -> list[Applied]:
        """The steps with all that their record needs."""
        return [_applied(self, step) for step in self.steps]


def changes_of(commit: CommitPlan) -> list[Change]:
    """Everything the commit writes and deletes, deletes of a place before its puts."""
    changes: list[Change] = []
    for step in commit.steps:
        if step.action in {StepAction.ADD, StepAction.UPDATE}:
            changes += _place(commit, step)
        elif step.action is StepAction.REMOVE:
            gone = f"{step.directory}/{TRACKING_FILE}" if step.keep_files else step.directory
            if not step.keep_files or commit.draft.assignments.tree.get(gone) is not None:
                changes.append(DeletePath(gone))
    changes.append(PutFile(DEPLOYED_FILE, FILE, _deployed(commit)))
    changes.append(PutFile(HISTORY_FILE, FILE, _history(commit)))
    return changes


def titles_of(draft: Draft) -> dict[UUID, str]:
    """Title of each content by id."""
    titles = {entry.content.id: entry.node.title for entry in draft.assignments.match.matched}
    return titles | {content.id: content.title for content in draft.leaving}


def _applied(commit: CommitPlan, step: Step) -> Applied:
    resolution = commit.draft.resolutions.get(step.content_id)
    base = Applied(
        content_id=step.content_id,
        path=step.path,
        action=step.action,
        directory=step.directory,
        example=step.example,
        previous_version=step.recorded_version,
        previous_label=step.from_label,
        old_path=step.old_path,
        message=step.message,
        version_id=step.recorded_version if step.action is StepAction.MOVE else None,
        label=step.from_label if step.action is StepAction.MOVE else None,
    )
    if step.action not in {StepAction.ADD, StepAction.UPDATE} or not isinstance(resolution, Resolution):
        return base
    tracking: str | None = None
    directory_tree: str | None = None
    if resolution.render is not None:
        tracking = blob_oid(commit.tracking[step.content_id])
        directory = (*resolution.render.tree, TreeFile(TRACKING_FILE, FILE, tracking))
        directory_tree = Tree(directory).oid
    return replace(
        base,
        example=resolution.example.name,
        example_id=resolution.example.id,
        version_id=resolution.version.id,
        label=resolution.label.shown,
        rendered_tree=resolution.render.tree.oid if resolution.render is not None else None,
        dependencies={entry.example.id: entry.version_id for entry in resolution.dependencies},
        tracking=tracking,
        directory_tree=directory_tree,
    )


def _lived(draft: Draft) -> dict[UUID, str]:
    """Where in this course each example is wished for; of several places the last one."""
    return {
        found.example.id: entry.node.path
        for entry in draft.assignments.match.matched
        if isinstance(found := draft.resolutions.get(entry.content.id), Resolution)
    }


def _place(commit: CommitPlan, step: Step) -> Iterator[Change]:
    resolution = commit.draft.resolutions[step.content_id]
    if not isinstance(resolution, Resolution) or resolution.render is None:
        return
    current = {file.path: file for file in commit.draft.states[step.content_id].tree}
    rendered = resolution.render.tree
    for path in sorted(current.keys() - {file.path for file in rendered}):
        yield DeletePath(f"{step.directory}/{path}")
    for file in rendered:
        there = current.get(file.path)
        if there is None or (there.oid, there.mode) != (file.oid, file.mode):
            content: bytes | str = commit.blobs.get(file.oid, file.oid)
            yield PutFile(f"{step.directory}/{file.path}", file.mode, content)
    yield PutFile(f"{step.directory}/{TRACKING_FILE}", FILE, commit.tracking[step.content_id])


def _tracking(
    commit: CommitPlan, step: Step, resolution: Resolution, rendered_tree: str, lived: Mapping[UUID, str]
) -> Tracking:
    return Tracking(
        course_content_id=step.content_id,
        example_id=resolution.example.id,
        example_version=resolution.label.shown,
        example_version_id=resolution.version.id,
        content_digest=resolution.version.content_digest,
        original_directory=resolution.directory,
        rendered_tree=rendered_tree,
        renderer=RENDERER,
        deployed_at=commit.at,
        dependencies=tuple(
            TrackedDependency(
                example_id=entry.example.id,
                example_version=entry.label.shown,
                example_version_id=entry.version_id,
                deployed_path=lived.get(entry.example.id),
                files=tuple(TrackedFile(file.path, file.role, file.sha256) for file in entry.files),
            )
            for entry in resolution.dependencies
        ),
    )


def _deployed(commit: CommitPlan) -> bytes:
    draft = commit.draft
    paths = {entry.content.id: entry.node.path for entry in draft.assignments.match.matched}
    batch: dict[UUID, DeployedExample] = {}
    for content_id, state in draft.states.items():
        if state.recorded is not None and content_id in paths and state.recorded.deployed_at is not None:
            batch[content_id] = DeployedExample(
                content_id,
                paths[content_id],
                state.directory,
                state.recorded.example_id,
                state.recorded.label,
                state.recorded.deployed_at,
                state.is_customized,
            )
    for step in commit.applied:
        if step.example_id is not None and step.label is not None:
            batch[step.content_id] = DeployedExample(
                step.content_id, step.path, step.directory, step.example_id, step.label, commit.at
            )
    gone = [step.content_id for step in commit.steps if step.action is StepAction.REMOVE]
    for content_id in gone:
        batch.pop(content_id, None)
    existing = commit.metadata.get(DEPLOYED_FILE)
    return merge_deployed(existing, draft.course.id, batch.values(), gone, commit.at)


def _history(commit: CommitPlan) -> bytes:
    entries = [
        HistoryEntry(
            commit.at, step.path, str(step.action), step.from_label, _label_after(step), commit.operation_id
        )
        for step in commit.steps
    ]
    return merge_history(commit.metadata.get(HISTORY_FILE), entries)


def _label_after(step: Step) -> str | None:
    if step.action is StepAction.REMOVE:
        return None
    return step.from_label if step.action is StepAction.MOVE else step.to_label
