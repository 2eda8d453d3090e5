"""The CI templates: what GitLab is told to run is our own commands and nothing else."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.builders.template_inputs import DIRECTORY, NAMES, README, load, with_tables

BIN = Path(sys.executable).parent
JOBS = [(name, job, body) for name in NAMES for job, body in load(name)[1].items() if not job.startswith(".")]
jobs = pytest.mark.parametrize(("name", "job", "body"), JOBS, ids=[f"{name}-{job}" for name, job, _ in JOBS])
WRITERS = {"courseline:sync", "courseline:deploy", "courseline:student-template", "courseline:reconcile"}
OFFLINE = {"courseline:check", "courseline:try"}


def effective(name: str, job: str) -> dict[str, Any]:
    """A job with what it extends; ours replace whole keys except `artifacts`, whose parts add up."""
    everything = load(name)[1]
    body = everything[job]
    parent = effective(name, body["extends"]) if "extends" in body else {}
    reports = {
        **parent.get("artifacts", {}).get("reports", {}),
        **body.get("artifacts", {}).get("reports", {}),
    }
    whole = {**parent, **body}
    if reports:
        whole["artifacts"] = {**parent.get("artifacts", {}), **body.get("artifacts", {}), "reports": reports}
    return whole


def test_the_jobs_are_those_that_the_manuals_name() -> None:
    assert {job for _, job, _ in JOBS} == WRITERS | OFFLINE


@jobs
def test_every_line_is_one_of_our_commands_with_options_it_has(
    name: str, job: str, body: dict[str, Any]
) -> None:
    assert not {"before_script", "after_script"} & effective(name, job).keys()
    assert 1 <= len(body["script"]) <= 3
    for line in body["script"]:
        assert "$[[" not in line, "an input is text in a script; it goes through `variables:`"
        words = shlex.split(re.sub(r"\$\{\w+:\+(.*?)\}", r"\1", line))
        command = words[: 2 if words[0] == "courseline" else 1]
        assert command[0].startswith("courseline")
        shown = subprocess.run(
            [BIN / command[0], *command[1:], "--help"], capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0, shown.stderr
        for option in [word for word in words if word.startswith("--")]:
            assert f"{option} " in shown.stdout, f"{command} knows no {option}"


@jobs
def test_every_variable_in_a_script_is_quoted_and_set_by_the_job(
    name: str, job: str, body: dict[str, Any]
) -> None:
    del name, job
    for line in body["script"]:
        used = set(re.findall(r"\$\{?(\w+)", line))
        assert used <= body.get("variables", {}).keys()
        assert used == set(re.findall(r'"\$(\w+)"', line))


@jobs
def test_only_jobs_that_write_get_an_id_token_and_know_the_receiver(
    name: str, job: str, body: dict[str, Any]
) -> None:
    del body
    whole = effective(name, job)
    tokens, variables = whole.get("id_tokens", {}), whole.get("variables", {})
    if job in WRITERS:
        assert tokens == {"COURSELINE_ID_TOKEN": {"aud": "$[[ inputs.audience ]]"}}
        assert variables["COURSELINE_SERVER"] == "$[[ inputs.server ]]"
    else:
        assert tokens == {}
        assert not [key for key in variables if "SERVER" in key or "TOKEN" in key]


@jobs
def test_a_job_is_tried_again_only_when_its_runner_failed(name: str, job: str, body: dict[str, Any]) -> None:
    del body
    assert effective(name, job)["retry"] == {"max": 2, "when": "runner_system_failure"}


@jobs
def test_nothing_of_the_including_project_but_its_tags_reaches_a_job(
    name: str, job: str, body: dict[str, Any]
) -> None:
    del body
    assert effective(name, job)["inherit"] == {"default": ["tags"]}


@jobs
def test_what_writes_does_so_alone_in_an_environment_and_without_a_work_tree(
    name: str, job: str, body: dict[str, Any]
) -> None:
    del body
    whole = effective(name, job)
    if job in OFFLINE:
        assert not {"environment", "resource_group"} & whole.keys()
        return
    assert whole["resource_group"] == "courseline"
    assert whole["environment"]["name"].startswith("courseline/")
    assert whole["variables"]["GIT_STRATEGY"] == "none"
    assert whole["interruptible"] is False


@jobs
def test_every_job_reports_to_gitlab_also_when_it_failed(name: str, job: str, body: dict[str, Any]) -> None:
    artifacts = effective(name, job)["artifacts"]
    assert artifacts["when"] == "always"
    assert {"junit", "codequality"} <= artifacts["reports"].keys()
    for line in body["script"]:
        assert "--reports courseline-reports" in line
    assert all(path.startswith("courseline-reports/") for path in artifacts["reports"].values())


def test_a_deploy_that_refused_places_lets_the_template_follow_and_one_that_failed_does_not() -> None:
    assert effective("assignments.yml", "courseline:deploy")["allow_failure"] == {"exit_codes": [1, 4]}
    assert effective("assignments.yml", "courseline:student-template")["needs"] == ["courseline:deploy"]


@pytest.mark.parametrize("name", NAMES)
def test_the_header_is_the_manual(name: str) -> None:
    text = (DIRECTORY / name).read_text(encoding="utf-8")
    header = text[: text.index("\nspec:")]
    assert all(line.startswith("#") for line in header.splitlines())
    assert all(job in header for job in load(name)[1] if not job.startswith("."))
    assert f"file: ci-templates/{name}" in header


@pytest.mark.parametrize("name", NAMES)
def test_every_input_is_described_and_used(name: str) -> None:
    inputs, _ = load(name)
    body = (DIRECTORY / name).read_text(encoding="utf-8").partition("\n---\n")[2]
    for key, entry in inputs.items():
        assert entry["description"].endswith(".")
        assert f"$[[ inputs.{key} ]]" in body
    assert [key for key, entry in inputs.items() if "default" not in entry] == ["image"]


def test_the_tables_of_inputs_are_as_generated() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_tables(text) == text, "Stale: make schemas"
