"""The double's reading of our templates beside that of gitlab-ci-local, which others wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.builders.gitlab_ci import BRANCH, MERGE_REQUEST, OTHER_BRANCH, SCHEDULE, Kind, Project, tag
from tests.gitlab_double.ci_config import Config, load
from tests.gitlab_double.ci_selection import select
from tests.gitlab_double.server import GitLabDouble

pytestmark = pytest.mark.needs_gitlab_ci

KINDS = {
    "branch": BRANCH, "other branch": OTHER_BRANCH, "schedule": SCHEDULE, "merge request": MERGE_REQUEST,
    "tag": tag("v1.0"), "unprotected tag": tag("v1.0", protected=False),
}  # fmt: skip
TEMPLATES = [("examples.yml", {}), ("examples.yml", {"try_examples": True}), ("assignments.yml", {})]
COMPARED = (
    "script",
    "variables",
    "environment",
    "resource_group",
    "id_tokens",
    "image",
    "timeout",
    "stage",
    "artifacts",
)


@pytest.fixture(params=TEMPLATES, ids=str)
def theirs(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    template, inputs = request.param
    work = tmp_path / "work"
    work.mkdir()
    return Project(work, template, inputs)


@pytest.fixture
def ours(gitlab: GitLabDouble, theirs: Project) -> Config:
    """The same files in a project of the double."""
    files = {
        str(path.relative_to(theirs.path)): path.read_text(encoding="utf-8")
        for path in theirs.path.rglob("*")
        if path.is_file() and ".git/" not in str(path)
    }
    project = gitlab.forge.project("course/project", files)
    found = load(gitlab.forge, project, project.repository.resolve("main"), gitlab.forge.root_user)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_both_select_the_same_jobs(ours: Config, theirs: Project, kind: Kind) -> None:
    variables = {
        "CI_DEFAULT_BRANCH": "main",
        **{name: value for name, value in kind.items() if value is not None},
    }
    selected = select(ours, variables["CI_PIPELINE_SOURCE"], variables)
    assert [job.name for job in selected] == theirs.selected(kind)


def test_both_read_the_same_configuration(ours: Config, theirs: Project) -> None:
    expanded: dict[str, Any] = yaml.safe_load(theirs.expanded(BRANCH))
    for name, job in ours.jobs.items():
        other = {**expanded[name], "image": expanded[name]["image"]["name"]}
        assert {key: job.get(key) for key in COMPARED} == {key: other.get(key) for key in COMPARED}
