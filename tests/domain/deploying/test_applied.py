"""What a step leaves behind, also when it is read from a checkpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseline.domain.deploying.applied import Applied, deployment_after, event_of
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.deploying.place_state import place_state
from courseline.domain.deploying.step import StepAction
from courseline.domain.ledger.history import Action
from courseline.domain.tree import FILE, Tree, TreeFile

AT = datetime(2026, 1, 1, tzinfo=UTC)
OPERATION = UUID(int=99)
COMMIT = "c" * 40
IDS = st.uuids()
TEXTS = st.text(max_size=8)

APPLIED = st.builds(
    Applied,
    content_id=IDS,
    path=TEXTS,
    action=st.sampled_from([action for action in StepAction if action.changes]),
    directory=TEXTS,
    example=st.none() | TEXTS,
    example_id=st.none() | IDS,
    version_id=st.none() | IDS,
    label=st.none() | TEXTS,
    rendered_tree=st.none() | TEXTS,
    dependencies=st.dictionaries(IDS, IDS, max_size=3),
    tracking=st.none() | TEXTS,
    directory_tree=st.none() | TEXTS,
    previous_version=st.none() | IDS,
    previous_label=st.none() | TEXTS,
    old_path=st.none() | TEXTS,
    message=TEXTS,
)


@given(APPLIED)
def test_an_applied_step_survives_the_checkpoint(applied: Applied) -> None:
    assert Applied.from_json(json.loads(json.dumps(applied.as_json()))) == applied


def step(action: StepAction, **more: object) -> Applied:
    return Applied(UUID(int=1), "w.hello", action, "w/hello", **more)  # type: ignore[arg-type]


def added() -> Applied:
    return step(
        StepAction.ADD,
        example="r:hello",
        example_id=UUID(int=2),
        version_id=UUID(int=3),
        label="v1.0",
        rendered_tree=Tree([TreeFile("a", FILE, "a" * 40)]).oid,
        dependencies={UUID(int=4): UUID(int=5)},
    )


def test_what_was_added_is_found_again_by_the_record_alone() -> None:
    record = deployment_after(added(), None, COMMIT, AT, OPERATION)
    state = place_state("w/hello", UUID(int=1), Tree([TreeFile("a", FILE, "a" * 40)]), None, record)
    assert state.recorded is not None
    assert state.recorded.holds(UUID(int=3), {UUID(int=4): UUID(int=5)})
    assert not state.is_customized


def test_a_move_changes_the_directory_and_nothing_that_was_deployed() -> None:
    before = deployment_after(added(), None, COMMIT, AT, OPERATION)
    after = deployment_after(step(StepAction.MOVE, old_path="v.hello"), before, "d" * 40, AT, UUID(int=98))
    assert (after.deployed_version_id, after.deployed_commit, after.rendered_tree) == (
        before.deployed_version_id,
        before.deployed_commit,
        before.rendered_tree,
    )
    assert after.operation_id == UUID(int=98)


def test_a_removal_leaves_an_unassigned_record() -> None:
    before = deployment_after(added(), None, COMMIT, AT, OPERATION)
    after = deployment_after(step(StepAction.REMOVE), before, "d" * 40, AT, OPERATION)
    assert after.status is DeploymentStatus.UNASSIGNED
    assert (after.assigned_version_id, after.deployed_version_id, after.rendered_tree) == (None, None, None)


def test_an_update_forgets_that_the_place_was_changed_by_hand() -> None:
    before = Deployment(UUID(int=1), DeploymentStatus.FAILED, is_customized=True, last_customized_at=AT)
    after = deployment_after(added(), before, COMMIT, AT, OPERATION)
    assert (after.status, after.is_customized, after.last_customized_at) == (
        DeploymentStatus.DEPLOYED,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (StepAction.ADD, Action.DEPLOYED),
        (StepAction.UPDATE, Action.DEPLOYED),
        (StepAction.MOVE, Action.MOVED),
        (StepAction.REMOVE, Action.REMOVED),
    ],
)
def test_the_history_says_what_was_done(action: StepAction, expected: Action) -> None:
    event = event_of(step(action, previous_label="v0.9"), COMMIT, AT, OPERATION, "local:ada", "why")
    assert (event.action, event.path, event.actor, event.reason) == (expected, "w.hello", "local:ada", "why")
    assert event.details["from"] == "v0.9"
    assert event.details["commit"] == COMMIT
