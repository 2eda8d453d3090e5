"""P2: the state converges without webhooks: with every one dropped, the next reconcile brings all to where it belongs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.builders.course_changes import Changes
from tests.builders.gitlab_course import GitLabCourse
from tests.gitlab_double.server import serve_gitlab

from courseline.domain.deploying.step import StepAction
from courseline.domain.library.publication import parse_release_tag
from courseline.usecases.deploying.plan_assignments import PlanAssignments, plan_assignments
from courseline.usecases.react.look_at_request import look_at_request
from courseline.usecases.students.publish_template import PublishTemplate, publish_template

SEEDS, CHANGES = 20, 200
FEW_SEEDS, FEW_CHANGES = 2, 14
PASSES = 0.02
"""How likely a pass comes between two changes, so that changes meet any state."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each seed."""
    if "seed" in metafunc.fixturenames:
        full = bool(metafunc.config.getoption("--full"))
        metafunc.parametrize("seed", range(SEEDS if full else FEW_SEEDS))


def test_after_changes_that_nobody_told_of_one_reconcile_brings_all_to_where_it_belongs(
    seed: int, tmp_path: Path, database_url: str, pytestconfig: pytest.Config
) -> None:
    dice = random.Random(seed)
    many = CHANGES if pytestconfig.getoption("--full") else FEW_CHANGES
    with serve_gitlab(tmp_path / "gitlab") as double:
        double.hooks.dropping = True
        uni = GitLabCourse(double, tmp_path / "uni", database_url)
        changes = Changes(uni, dice)
        changes.begin()
        for _ in range(many):
            changes.make()
            if dice.random() < PASSES:
                uni.converge()
        uni.converge()
        assert failed(uni) == []
        refs = every_ref(uni)
        double.forge.asked.clear()
        check_library(uni)
        check_deployments(uni)
        check_template(uni)
        check_requests(uni, changes)
        uni.converge()
        written = [one for one in double.forge.asked.entries if one.of_api and one.method != "GET"]
        assert (written, every_ref(uni)) == ([], refs), "a second pass has something left to do"
        uni.close()


def failed(uni: GitLabCourse) -> list[object]:
    return [ending for _, ending in uni.ended if isinstance(ending, tuple) and str(ending[0]) == "failed"]


def every_ref(uni: GitLabCourse) -> dict[str, str]:
    return {
        f"{project.path} {name}": oid
        for project in (uni.assignments, uni.template)
        for name, oid in project.repository.refs("refs/heads/").items()
    }


def check_library(uni: GitLabCourse) -> None:
    """Each release tag is a label of what it names."""
    tags = [name.removeprefix("refs/tags/") for name in uni.examples.repository.refs("refs/tags/")]
    wanted = {
        (release.scope, release.label.canonical)
        for tag in tags
        if (release := parse_release_tag(tag)) is not None
    }
    known = uni.query(
        "SELECT example.identifier, canonical FROM example_version_tag JOIN example ON example.id = example_id"
    )
    labels = {(name, label) for name, label in known}
    names = {name for name, _ in labels}
    assert {(name, label) for scope, label in wanted for name in ([scope] if scope else names)} == labels


def check_deployments(uni: GitLabCourse) -> None:
    """A plan of main has no step that would change anything."""
    plan = plan_assignments(PlanAssignments(uni.url_of(uni.assignments), dry_run=True), uni.neighbours).plan
    assert [step for step in plan.steps if step.action.changes] == []
    assert {StepAction.KEEP, StepAction.REFUSED, StepAction.CONFLICT} >= {step.action for step in plan.steps}


def check_template(uni: GitLabCourse) -> None:
    """Built afresh, every place of it judged, it is what students have."""
    command = PublishTemplate(uni.url_of(uni.assignments), full=True)
    published = publish_template(command, uni.neighbours)
    assert (published.commit, published.stopped) == (None, False)


def check_requests(uni: GitLabCourse, changes: Changes) -> None:
    """Each open request has the note and the status that a fresh look would write; a merged one says it is deployed."""
    before = {iid: (uni.notes(iid), uni.statuses(iid)) for iid in changes.open}
    for iid in changes.open:
        look_at_request(uni.course.id, uni.assignments.id, iid, uni.neighbours)
        notes, statuses = before[iid]
        assert uni.notes(iid) == notes
        if not touches(uni, iid):
            assert statuses == []
            assert [note for note in notes if "no longer changes the course" not in note] == []
        else:
            assert len(notes) == 1
            assert [(name, status, text) for name, status, text in uni.statuses(iid)] == statuses
            assert [name for name, _, _ in statuses] == ["courseline/plan"]
    for request in uni.assignments.merge_requests:
        if request.state == "merged" and touches(uni, request.iid):
            (note,) = uni.notes(request.iid)
            assert "**courseline:** merged" in note


def touches(uni: GitLabCourse, iid: int) -> bool:
    """Whether a request changes the course file, as far as git can tell."""
    request = uni.double.forge.find_merge_request(uni.assignments, str(iid))
    changed = request.target.repository.changed(request.base, request.sha)
    return "course-structure.yaml" in {path for _, _, path in changed}
