from __future__ import annotations

import gitlab as python_gitlab
import pytest
from tests.gitlab_double.conftest import Lecturer


def test_a_status_of_a_commit_without_pipeline_makes_an_external_one(ada: Lecturer) -> None:
    head = ada.remote.commits.get("main")
    made = head.statuses.create({"state": "success", "name": "courseline", "description": "2 updates"})
    (pipeline,) = ada.remote.pipelines.list(get_all=True, sha=head.id)
    assert (pipeline.source, pipeline.status, pipeline.id) == ("external", "success", made.pipeline_id)
    (status,) = head.statuses.list(get_all=True)
    assert (status.name, status.status, status.description) == ("courseline", "success", "2 updates")


def test_a_status_joins_the_pipeline_of_its_commit(ada: Lecturer) -> None:
    sha = ada.project.repository.resolve("main")
    there = ada.double.forge.new_pipeline(ada.project, "main", sha, ada.user, "push", forced="success")
    made = ada.remote.commits.get(sha).statuses.create({"state": "pending", "pipeline_id": there.id})
    assert made.pipeline_id == there.id
    with pytest.raises(
        python_gitlab.GitlabCreateError, match="404 Pipeline for pipeline_id, sha and ref Not Found"
    ):
        ada.remote.commits.get(sha).statuses.create({"state": "pending", "pipeline_id": 999})


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("running", "running", "Cannot transition status via :run from :running"),
        ("pending", "pending", "Cannot transition status via :enqueue from :pending"),
        ("running", "pending", "Cannot transition status via :enqueue from :running"),
    ],
)
def test_a_state_is_not_entered_twice(ada: Lecturer, first: str, second: str, why: str) -> None:
    head = ada.remote.commits.get("main")
    head.statuses.create({"state": first})
    with pytest.raises(python_gitlab.GitlabCreateError, match=why) as caught:
        head.statuses.create({"state": second})
    assert caught.value.response_code == 400


def test_after_its_end_a_status_begins_anew(ada: Lecturer) -> None:
    head = ada.remote.commits.get("main")
    for state in ("running", "failed", "running", "success", "success"):
        head.statuses.create({"state": state})
    assert [status.status for status in head.statuses.list(get_all=True)] == ["success"]
    assert [status.status for status in head.statuses.list(get_all=True, all=True)] == [
        "failed",
        "success",
        "success",
    ]


def test_what_no_status_can_be_is_400(ada: Lecturer) -> None:
    head = ada.remote.commits.get("main")
    for given in ({"state": "done"}, {"state": "success", "description": "x" * 256}):
        with pytest.raises(python_gitlab.GitlabCreateError) as caught:
            head.statuses.create(given)
        assert caught.value.response_code == 400


def test_a_project_without_configuration_runs_no_pipeline(ada: Lecturer) -> None:
    with pytest.raises(python_gitlab.GitlabCreateError, match="Missing CI config file"):
        ada.remote.pipelines.create({"ref": "main"})
