from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.work_tree import WorkTree

EVERYWHERE = {"script": "true", "rules": [{"when": "on_success"}]}


def configured(tree: WorkTree, jobs: dict[str, Any]) -> None:
    tree.commit({".gitlab-ci.yml": yaml.safe_dump(jobs, sort_keys=False)}, "Pipeline")


def shown(ada: Lecturer) -> list[tuple[str, str, str]]:
    pipelines = ada.remote.pipelines.list(get_all=True, sort="asc")
    return [(pipeline.source, pipeline.ref, pipeline.status) for pipeline in pipelines]


def test_a_push_of_a_branch_and_of_a_tag_starts_one_that_waits_for_a_runner(
    ada: Lecturer, tree: WorkTree
) -> None:
    configured(tree, {"job": EVERYWHERE})
    tree.push()
    tree.git("tag", "v1")
    tree.push("v1")
    assert shown(ada) == [("push", "main", "pending"), ("push", "v1", "pending")]
    assert [pipeline.tag for pipeline in ada.project.pipelines] == [False, True]


@pytest.mark.parametrize(
    ("message", "options", "status"),
    [("Quiet [skip ci]", (), "skipped"), ("Quiet", ("ci.skip",), "skipped"), ("Loud", (), "pending")],
)
def test_ci_skip_makes_a_skipped_pipeline(
    ada: Lecturer, tree: WorkTree, message: str, options: tuple[str, ...], status: str
) -> None:
    configured(tree, {"job": EVERYWHERE})
    tree.commit({"x": "y"}, message)
    tree.push(options=options)
    assert shown(ada) == [("push", "main", status)]


def test_push_options_of_a_shallow_clone_count_too(ada: Lecturer, tree: WorkTree, tmp_path: Path) -> None:
    configured(tree, {"job": EVERYWHERE})
    tree.push(options=("ci.no_pipeline",))
    url = ada.double.git_url("uni/examples", ada.token)
    tree.git("clone", "-q", "--depth=1", url, str(tmp_path / "shallow"))
    shallow = WorkTree(tmp_path / "shallow")
    shallow.commit({"x": "y"})
    shallow.push(options=("ci.skip",))
    assert shown(ada) == [("push", "main", "skipped")]


def test_of_one_push_four_tags_get_a_pipeline(ada: Lecturer, tree: WorkTree) -> None:
    configured(tree, {"job": EVERYWHERE})
    tree.push(options=("ci.no_pipeline",))
    for number in range(6):
        tree.git("tag", f"v{number}")
    tree.push(*(f"v{number}" for number in range(6)))
    assert len(shown(ada)) == 4


def test_a_merge_request_has_a_pipeline_of_the_jobs_that_ask_for_it(ada: Lecturer, tree: WorkTree) -> None:
    asks = {"script": "true", "rules": [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]}
    configured(tree, {"plain": {"script": "true"}, "asks": asks})
    tree.push()
    tree.git("checkout", "-q", "-b", "next")
    tree.commit({"x": "y"})
    tree.push(options=("ci.no_pipeline",))
    it = ada.remote.mergerequests.create({"source_branch": "next", "target_branch": "main", "title": "T"})
    (pipeline,) = it.pipelines.list(get_all=True)
    assert (pipeline.source, pipeline.ref) == ("merge_request_event", "refs/merge-requests/1/head")
    found = ada.remote.pipelines.get(pipeline.id)
    assert [job.name for job in found.jobs.list(get_all=True)] == ["asks"]
    assert it.sha == found.sha


def test_a_configuration_that_is_wrong_is_a_failed_pipeline_that_says_why(
    ada: Lecturer, tree: WorkTree
) -> None:
    configured(tree, {"job": {"script": "true", "needs": ["none"]}})
    tree.push()
    (pipeline,) = ada.remote.pipelines.list(get_all=True)
    assert pipeline.status == "failed"
    assert "'none' does not exist" in ada.remote.pipelines.get(pipeline.id).yaml_errors


def test_no_job_no_pipeline_and_workflow_rules_decide(ada: Lecturer, tree: WorkTree) -> None:
    configured(tree, {"job": {"script": "true", "rules": [{"if": "$CI_COMMIT_TAG"}]}})
    tree.push()
    configured(tree, {"workflow": {"rules": [{"if": "$NONE"}]}, "job": {"script": "true"}})
    tree.push()
    assert shown(ada) == []


def test_pipelines_are_started_by_api_and_by_schedule(ada: Lecturer, tree: WorkTree) -> None:
    configured(tree, {"job": EVERYWHERE})
    tree.push(options=("ci.no_pipeline",))
    made = ada.remote.pipelines.create({"ref": "main", "variables": [{"key": "A", "value": "b"}]})
    assert [(row.key, row.value) for row in made.variables.list(get_all=True)] == [("A", "b")]
    ada.remote.pipelineschedules.create({"description": "x", "ref": "main", "cron": "7 * * * *"}).play()
    assert [source for source, _, _ in shown(ada)] == ["api", "schedule"]
