"""Record what a run found and did not do: reverted commits, changes by hand, wishes that wait, attempts that failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.deploying.place_state import PlaceState, Recorded
from courseline.domain.deploying.step import Step, StepAction
from courseline.domain.ledger.history import Action, Event
from courseline.usecases.deploying.draft_plan import Draft
from courseline.usecases.rows import Rows


@dataclass(frozen=True, slots=True)
class Finding:
    """Who looks, and when.

    Attributes:
        actor: `host#user-id` or `local:USER`.
        now: UTC.
    """

    actor: str
    now: datetime


def record_reverted(draft: Draft, finding: Finding, rows: Rows) -> Draft:
    """Record where the repository holds something else than was deployed last; answers the draft with these records.

    This is done before anything is written, so that no crash can lose it, and once: afterwards both say the same.
    """
    reverted = {content_id: state for content_id, state in draft.states.items() if state.reverted}
    if not reverted:
        return draft
    known = _known_versions(reverted.values(), rows)
    deployments = dict(draft.deployments)
    paths = _paths(draft)
    events: list[Event] = []
    for content_id, state in reverted.items():
        before = deployments[content_id]
        if state.recorded is not None:
            after = _as_in_repository(before, state, state.recorded, draft.assignments.head.sha, known)
        else:
            after = _nothing_there(before, wished=content_id in draft.resolutions)
        deployments[content_id] = after
        events.append(
            Event(
                Action.REVERTED,
                finding.now,
                content_id=content_id,
                path=paths.get(content_id, ""),
                example_version_id=state.recorded.version_id if state.recorded else None,
                previous_example_version_id=before.deployed_version_id,
                version_tag=state.recorded.label if state.recorded else None,
                actor=finding.actor,
                reason="; ".join(state.notes),
                details={"directory": state.directory, "commit": draft.assignments.head.sha},
            )
        )
    rows.ledger.save_deployments(*(deployments[content_id] for content_id in reverted))
    rows.ledger.append(draft.course.id, events)
    return replace(draft, deployments=deployments)


def record_found(
    draft: Draft, steps: Sequence[Step], failed: Mapping[UUID, str], finding: Finding, rows: Rows
) -> Draft:
    """Record the places that a run leaves as they are; answers the draft with these records.

    Running it again with the same findings changes nothing; the contents must be saved before.

    Args:
        draft: the plan and all behind it.
        steps: all steps, those that were refused or failed as `REFUSED`.
        failed: content id -> why its bytes could not be had.
        finding: who looks, and when.
        rows: the transaction.
    """
    deployments = dict(draft.deployments)
    lost = [
        state for content_id, state in draft.states.items() if _is_lost(draft.deployments.get(content_id))
    ]
    known = _known_versions(lost, rows)
    changing = {
        step.content_id for step in steps if step.action.changes and step.action is not StepAction.MOVE
    }
    events: list[Event] = []
    for step in steps:
        if step.action.changes or step.content_id in changing:
            continue
        before = draft.deployments.get(step.content_id)
        after = _seen(step, draft, known, finding.now)
        if step.content_id in failed:
            after = replace(
                before or after, status=DeploymentStatus.FAILED, assigned_version_id=step.resolved_version
            )
            if after != before:
                events.append(_failed(step, failed[step.content_id], finding))
        deployments[step.content_id] = after
    stepped = {step.content_id for step in steps}
    for content_id, before in draft.deployments.items():
        waits = before.status in {DeploymentStatus.FAILED, DeploymentStatus.PENDING}
        if waits and content_id not in stepped and before.deployed_version_id is None:
            deployments[content_id] = _nothing_there(before, wished=False)
    changed = [
        after for content_id, after in deployments.items() if after != draft.deployments.get(content_id)
    ]
    if changed:
        rows.ledger.save_deployments(*changed)
    if events:
        rows.ledger.append(draft.course.id, events)
    return replace(draft, deployments=deployments)


def _seen(step: Step, draft: Draft, known: Collection[UUID], now: datetime) -> Deployment:
    """The record of a place that stays as it is."""
    state, before = draft.states[step.content_id], draft.deployments.get(step.content_id)
    if state.recorded is None:
        start = before or Deployment(step.content_id, DeploymentStatus.FAILED)
        return replace(
            start,
            status=DeploymentStatus.FAILED,
            assigned_version_id=step.resolved_version,
            identifier=step.example or start.identifier,
        )
    if before is None or _is_lost(before):
        start = before or Deployment(step.content_id, DeploymentStatus.DEPLOYED, identifier=step.example)
        record = _as_in_repository(start, state, state.recorded, draft.assignments.head.sha, known)
        if before is not None and before.deployed_commit is not None and before.metadata == record.metadata:
            record = replace(record, deployed_commit=before.deployed_commit)
    else:
        record = before
    return replace(
        record,
        status=DeploymentStatus.DEPLOYED,
        assigned_version_id=step.resolved_version or record.assigned_version_id,
        directory=state.directory,
        is_customized=state.is_customized,
        last_customized_at=(record.last_customized_at or now)
        if state.is_customized
        else record.last_customized_at,
    )


def _is_lost(record: Deployment | None) -> bool:
    """Whether the database does not know what the repository may hold."""
    return record is None or record.deployed_version_id is None


def _as_in_repository(
    before: Deployment, state: PlaceState, recorded: Recorded, head: str | None, known: Collection[UUID]
) -> Deployment:
    """On what is deployed the repository wins. A version that the library does not know cannot be named by its id."""
    return replace(
        before,
        status=DeploymentStatus.DEPLOYED,
        deployed_version_id=recorded.version_id if recorded.version_id in known else None,
        deployed_commit=head,
        rendered_tree=recorded.rendered_tree,
        deployed_tree=recorded.rendered_tree,
        deployed_at=recorded.deployed_at,
        directory=state.directory,
        label=recorded.label,
        metadata={
            "example_id": str(recorded.example_id),
            "renderer": recorded.renderer,
            "dependencies": {str(key): str(value) for key, value in recorded.dependencies.items()},
        },
    )


def _nothing_there(before: Deployment, *, wished: bool) -> Deployment:
    return replace(
        before,
        status=DeploymentStatus.PENDING if wished else DeploymentStatus.UNASSIGNED,
        assigned_version_id=before.assigned_version_id if wished else None,
        deployed_version_id=None,
        rendered_tree=None,
        deployed_tree=None,
        metadata={},
        is_customized=False,
        last_customized_at=None,
    )


def _failed(step: Step, why: str, finding: Finding) -> Event:
    return Event(
        Action.FAILED,
        finding.now,
        content_id=step.content_id,
        path=step.path,
        example_version_id=step.resolved_version,
        previous_example_version_id=step.recorded_version,
        version_tag=step.to_label,
        actor=finding.actor,
        reason=why,
        details={"directory": step.directory, "example": step.example},
    )


def _known_versions(states: Iterable[PlaceState], rows: Rows) -> Collection[UUID]:
    wanted = {state.recorded.version_id for state in states if state.recorded is not None}
    return rows.library.versions(wanted).keys() if wanted else ()


def _paths(draft: Draft) -> dict[UUID, str]:
    paths = {content.id: content.path for content in draft.leaving}
    return paths | {entry.content.id: entry.node.path for entry in draft.assignments.match.matched}
