from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from tests.builders.waiting import until
from tests.gitlab_double.conftest import Lecturer, Run
from tests.gitlab_double.listener import listen
from tests.gitlab_double.work_tree import WorkTree


def log(job: Any) -> str:
    text: str = job.trace().decode()
    return text


def test_a_job_runs_in_a_clone_with_its_variables_and_no_others(
    ada: Lecturer, run: Run, monkeypatch: Any
) -> None:
    monkeypatch.setenv("OF_THIS_PROCESS", "leaks")
    ada.remote.variables.create({"key": "SETTING", "value": "from the project"})
    jobs = run(
        {
            "variables": {"A": "a"},
            "job": {"script": ["git rev-parse HEAD", "env"], "variables": {"B": "$A-b"}},
        }
    )
    text = log(jobs["job"])
    assert jobs["job"].status == "success"
    for line in (
        ada.project.repository.resolve("main"),
        "A=a",
        "B=a-b",
        "SETTING=from the project",
        "CI_COMMIT_BRANCH=main",
        "CI_COMMIT_REF_PROTECTED=true",
        "CI_PIPELINE_SOURCE=push",
        "CI_PROJECT_PATH=uni/examples",
        f"CI_API_V4_URL={ada.double.url}/api/v4",
        "CI_JOB_TOKEN=[MASKED]",
    ):
        assert line in text.splitlines()
    assert "leaks" not in text


def test_protected_variables_reach_protected_refs_only(ada: Lecturer, run: Run) -> None:
    ada.remote.variables.create({"key": "SECRET", "value": "very-secret", "protected": True, "masked": True})
    ada.remote.protectedtags.create({"name": "v*"})
    job = {"job": {"script": "test -z $SECRET && echo none || echo has $SECRET"}}
    assert "none" in log(run(job, tag="draft")["job"]).splitlines()
    assert "has [MASKED]" in log(run(job, tag="v1")["job"]).splitlines()


def test_variables_of_an_environment_reach_its_jobs_only(ada: Lecturer, run: Run) -> None:
    ada.remote.variables.create(
        {"key": "KEY", "value": "of the library", "environment_scope": "courseline/*"}
    )
    job = {"script": "echo key=$KEY env=$CI_ENVIRONMENT_NAME"}
    jobs = run({"in": {**job, "environment": {"name": "courseline/library"}}, "out": job})
    assert "key=of the library env=courseline/library" in log(jobs["in"])
    assert "key= env=" in log(jobs["out"])


def test_a_job_ends_with_its_first_failure(run: Run) -> None:
    jobs = run(
        {
            "job": {"script": ["echo before", "false | true", "echo after"]},
            "later": {"script": "true", "stage": "deploy"},
        }
    )
    assert (jobs["job"].status, jobs["job"].failure_reason) == ("failed", "script_failure")
    assert "after" not in log(jobs["job"]).splitlines()
    assert jobs["later"].status == "skipped"


@pytest.mark.parametrize(("code", "pipeline", "later"), [(4, "success", "success"), (3, "failed", "skipped")])
def test_some_exit_codes_are_only_a_warning(
    ada: Lecturer, run: Run, code: int, pipeline: str, later: str
) -> None:
    jobs = run(
        {
            "job": {"script": f"exit {code}", "allow_failure": {"exit_codes": [1, 4]}},
            "later": {"script": "true", "stage": "deploy", "needs": ["job"]},
        }
    )
    assert (jobs["job"].status, jobs["job"].allow_failure, jobs["later"].status) == (
        "failed",
        code == 4,
        later,
    )
    assert ada.project.pipelines[-1].status == pipeline


def test_artifacts_and_dotenv_reach_the_jobs_that_need_them(ada: Lecturer, run: Run) -> None:
    gives = {
        "script": ["mkdir reports", "echo COUNT=3 > reports/x.env", "echo data > reports/file"],
        "artifacts": {"paths": ["reports/"], "reports": {"dotenv": "reports/x.env"}},
    }
    takes = {
        "script": "echo count=$COUNT; cat reports/file || true",
        "stage": "deploy",
        "variables": {"GIT_STRATEGY": "none"},
    }
    jobs = run(
        {
            "gives": gives,
            "takes": takes,
            "declines": {**takes, "needs": [{"job": "gives", "artifacts": False}]},
        }
    )
    assert {"count=3", "data"} <= set(log(jobs["takes"]).splitlines())
    assert "count=" in log(jobs["declines"]).splitlines()
    assert ada.remote.jobs.get(jobs["gives"].id).artifact("reports/file") == b"data\n"


def test_a_resource_group_runs_one_job_at_a_time(ada: Lecturer, run: Run) -> None:
    where = ada.double.forge.root / "held"
    alone = {"script": f"mkdir {where} && sleep 0.05 && rmdir {where}", "resource_group": "courseline"}
    jobs = run(dict.fromkeys(("a", "b", "c"), alone))
    assert {job.status for job in jobs.values()} == {"success"}
    assert ada.remote.resource_groups.get("courseline").process_mode == "unordered"


def test_a_machine_that_fails_is_tried_again(ada: Lecturer, run: Run) -> None:
    ada.double.runner.broken.append("job")
    retry = {"max": 2, "when": "runner_system_failure"}
    jobs = run({"job": {"script": "true", "retry": retry}, "bad": {"script": "false", "retry": retry}})
    assert (jobs["job"].status, jobs["bad"].status) == ("success", "failed")
    tries = [(job.name, job.failure_reason) for job in ada.project.pipelines[-1].jobs if job.retried]
    assert tries == [("job", "runner_system_failure")]


def test_every_state_of_jobs_and_pipelines_is_told(ada: Lecturer, run: Run) -> None:
    with listen() as listener:
        ada.remote.hooks.create(
            {"url": listener.url, "push_events": False, "pipeline_events": True, "job_events": True}
        )
        run({"job": {"script": "true", "environment": {"name": "prod"}}})
        ada.double.hooks.settle()
    bodies = [json.loads(letter.body) for letter in listener.letters]
    pipeline = [body["object_attributes"]["status"] for body in bodies if body["object_kind"] == "pipeline"]
    assert sorted(pipeline) == ["created", "pending", "running", "success"]
    builds = [body for body in bodies if body["object_kind"] == "build"]
    assert sorted(body["build_status"] for body in builds) == ["pending", "running", "success"]
    assert {body["commit"]["id"] for body in builds} == {ada.project.pipelines[-1].id}
    assert {body["environment"]["name"] for body in builds} == {"prod"}


def test_a_cancelled_pipeline_ends_its_jobs(ada: Lecturer, tree: WorkTree) -> None:
    ada.double.runner.online()
    jobs = {"job": {"script": "sleep 600"}, "later": {"script": "true", "stage": "deploy"}}
    tree.commit({".gitlab-ci.yml": yaml.safe_dump(jobs)})
    tree.push()
    until(lambda: ada.project.pipelines[0].jobs[0].status == "running", "the job runs")
    ada.remote.pipelines.get(ada.project.pipelines[0].id).cancel()
    ada.double.runner.settle()
    assert {job.status for job in ada.project.pipelines[0].jobs} == {"canceled"}


def test_a_failed_pipeline_is_tried_again_by_hand_and_a_manual_job_waits(ada: Lecturer, run: Run) -> None:
    where = ada.double.forge.root / "mended"
    jobs = run(
        {
            "job": {"script": f"test -e {where}"},
            "hand": {"script": "true", "rules": [{"when": "manual", "allow_failure": True}]},
        }
    )
    assert (jobs["job"].status, jobs["hand"].status) == ("failed", "manual")
    where.touch()
    ada.remote.pipelines.get(ada.project.pipelines[0].id).retry()
    jobs["hand"].play()
    ada.double.runner.settle()
    assert ada.project.pipelines[0].status == "success"
    assert {job.status for job in ada.project.pipelines[0].jobs if not job.retried} == {"success"}
