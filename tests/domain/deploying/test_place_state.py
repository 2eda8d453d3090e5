"""What is at a place, for every combination of tracking file, database record and directory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from courseline.domain.deploying.applied import Applied, deployment_after
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.deploying.place_state import (
    TRACKING_FILE,
    PlaceState,
    Tracked,
    place_state,
    tracked_by_blob,
)
from courseline.domain.deploying.render import RENDERER
from courseline.domain.deploying.step import StepAction
from courseline.domain.deploying.tracking import TrackedDependency, Tracking
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid

CONTENT, OTHER = UUID(int=1), UUID(int=2)
EXAMPLE, OLD, NEW, DEPENDENCY = UUID(int=3), UUID(int=4), UUID(int=5), UUID(int=6)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def tree(*texts: str) -> Tree:
    return Tree(TreeFile(f"{text}.txt", FILE, blob_oid(text.encode())) for text in texts)


RENDERED = tree("one")
DIRECTORIES = {"present": RENDERED, "changed": tree("one", "mine"), "empty": Tree()}
TRACKING = Tracking(CONTENT, EXAMPLE, "v1.0", OLD, "d" * 64, "hello", RENDERED.oid, RENDERER, AT)
TRACKINGS = {
    "valid": Tracked.of(TRACKING),
    "foreign": Tracked.of(replace(TRACKING, course_content_id=OTHER)),
    "broken": None,
    "missing": None,
}
SAME = Deployment(
    CONTENT,
    DeploymentStatus.DEPLOYED,
    deployed_version_id=OLD,
    rendered_tree=RENDERED.oid,
    deployed_at=AT,
    label="v1.0",
    metadata={"example_id": str(EXAMPLE), "renderer": RENDERER, "dependencies": {}},
)
RECORDS = {
    "none": None,
    "same": SAME,
    "other": replace(SAME, deployed_version_id=NEW, label="v1.1", rendered_tree=tree("two").oid),
    "waiting": Deployment(CONTENT, DeploymentStatus.FAILED),
    "removed": Deployment(CONTENT, DeploymentStatus.UNASSIGNED),
}


def state(tracking: str, record: str, directory: str) -> PlaceState:
    files = list(DIRECTORIES[directory])
    if tracking != "missing":
        files.append(TreeFile(TRACKING_FILE, FILE, blob_oid(tracking.encode())))
    return place_state("week1/hello", CONTENT, Tree(files), TRACKINGS[tracking], RECORDS[record])


@pytest.mark.parametrize(("record", "directory"), list(product(RECORDS, DIRECTORIES)))
def test_a_valid_tracking_file_decides_what_is_there(record: str, directory: str) -> None:
    found = state("valid", record, directory)
    assert found.recorded is not None
    assert (found.recorded.version_id, found.recorded.label) == (OLD, "v1.0")
    assert found.is_customized is (directory != "present")
    assert found.reverted is (record in {"other", "removed"})
    assert bool(found.notes) is found.reverted


@pytest.mark.parametrize(
    ("tracking", "record", "directory"), list(product(["foreign", "broken", "missing"], RECORDS, DIRECTORIES))
)
def test_without_one_the_database_knows_as_long_as_there_are_files(
    tracking: str, record: str, directory: str
) -> None:
    found = state(tracking, record, directory)
    known = record in {"same", "other"}
    if known and directory != "empty":
        assert found.recorded is not None
        assert found.recorded.version_id == (OLD if record == "same" else NEW)
        assert found.is_customized is not (record == "same" and directory == "present")
    else:
        assert found.recorded is None
        assert found.is_customized is False
    assert found.reverted is (known and directory == "empty")
    assert found.current_tree == (DIRECTORIES[directory].oid if directory != "empty" else None)
    words = {"foreign": "belongs to another place", "broken": "cannot be read", "missing": "is gone"}[
        tracking
    ]
    said = any(words in note for note in found.notes)
    assert said is (tracking != "missing" or (known and directory != "empty"))


def test_the_database_is_believed_about_what_was_rendered_and_not_the_file() -> None:
    lying = Tracked.of(replace(TRACKING, rendered_tree=DIRECTORIES["changed"].oid))
    files = Tree([*DIRECTORIES["changed"], TreeFile(TRACKING_FILE, FILE, "0" * 40)])
    assert place_state("d", CONTENT, files, lying, SAME).is_customized is True
    assert place_state("d", CONTENT, files, lying, None).is_customized is False


@pytest.mark.parametrize(
    "metadata",
    [
        {"example_id": str(EXAMPLE), "renderer": RENDERER, "dependencies": {str(DEPENDENCY): str(NEW)}},
        {"example_id": str(EXAMPLE), "renderer": RENDERER + 1, "dependencies": {}},
    ],
)
def test_a_reverted_dependency_or_renderer_counts_as_reverted(metadata: dict[str, object]) -> None:
    files = Tree([*RENDERED, TreeFile(TRACKING_FILE, FILE, "0" * 40)])
    found = place_state(
        "d", CONTENT, files, TRACKINGS["valid"], replace(SAME, metadata=metadata, rendered_tree="a" * 40)
    )
    assert found.reverted
    assert not found.is_customized


def test_a_record_knows_what_the_tracking_file_says_that_was_written_with_it() -> None:
    dependency = TrackedDependency(DEPENDENCY, "v2.0", NEW, None, ())
    written = replace(TRACKING, dependencies=(dependency,))
    applied = Applied(
        CONTENT,
        "week1.hello",
        StepAction.ADD,
        "week1/hello",
        example_id=written.example_id,
        version_id=written.example_version_id,
        label=written.example_version,
        rendered_tree=written.rendered_tree,
        dependencies={DEPENDENCY: NEW},
        tracking=blob_oid(written.to_bytes()),
    )
    record = deployment_after(applied, None, "c" * 40, AT, UUID(int=9))
    assert tracked_by_blob([record, *filter(None, RECORDS.values())]) == {
        blob_oid(written.to_bytes()): Tracked.of(written)
    }
    moved = replace(applied, action=StepAction.MOVE, tracking=None)
    assert tracked_by_blob([deployment_after(moved, record, "d" * 40, AT, UUID(int=8))])
    removed = replace(applied, action=StepAction.REMOVE, tracking=None)
    assert not tracked_by_blob([deployment_after(removed, record, "d" * 40, AT, UUID(int=8))])


def test_a_directory_as_the_last_deploy_left_it_is_not_compared_and_any_other_is() -> None:
    files = Tree([*RENDERED, TreeFile(TRACKING_FILE, FILE, "0" * 40)])
    record = replace(SAME, rendered_tree="a" * 40, metadata={**SAME.metadata, "directory_tree": files.oid})
    left = place_state("d", CONTENT, files, TRACKINGS["valid"], record)
    assert (left.current_tree, left.is_customized, list(left.tree)) == ("a" * 40, False, list(RENDERED))
    changed = Tree([*files, TreeFile("mine.txt", FILE, "1" * 40)])
    found = place_state("d", CONTENT, changed, TRACKINGS["valid"], record)
    assert (found.current_tree, found.is_customized) == (changed.without(TRACKING_FILE).oid, True)


def test_the_tracking_file_is_no_change_by_hand() -> None:
    assert state("valid", "same", "present").tree == RENDERED
