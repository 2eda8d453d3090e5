"""A lecturer and her project."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from gitlab import Gitlab
from gitlab.v4.objects import Project as RemoteProject
from tests.gitlab_double.listener import Listener, listen
from tests.gitlab_double.people import Level, User
from tests.gitlab_double.places import Project
from tests.gitlab_double.server import GitLabDouble
from tests.gitlab_double.work_tree import WorkTree, clone

ALL = dict.fromkeys(("push_events", "tag_push_events", "merge_requests_events", "note_events", "pipeline_events", "job_events", "resource_access_token_events"), True)  # fmt: skip
Run = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lecturer:
    """A maintainer of the group `uni` with its project `uni/examples`."""

    double: GitLabDouble
    user: User
    token: str
    project: Project

    @property
    def client(self) -> Gitlab:
        return self.double.client(self.token)

    @property
    def remote(self) -> RemoteProject:
        return self.client.projects.get("uni/examples")

    def clone(self, where: Path) -> WorkTree:
        return clone(self.double, "uni/examples", self.token, where)


@pytest.fixture
def ada(gitlab: GitLabDouble) -> Lecturer:
    user = gitlab.forge.user("ada", name="Ada Lovelace")
    gitlab.forge.group("uni", {user: Level.MAINTAINER})
    project = gitlab.forge.project("uni/examples", {"README.md": "# Examples\n", "a/b.txt": "one\n"})
    return Lecturer(gitlab, user, gitlab.forge.token(user).value, project)


@pytest.fixture
def tree(ada: Lecturer, tmp_path: Path) -> WorkTree:
    return ada.clone(tmp_path / "clone")


@pytest.fixture
def somebody(gitlab: GitLabDouble) -> Callable[..., Gitlab]:
    """A client of a fresh user with access to `uni/examples` of a level."""

    def make(level: Level = Level.NONE, *scopes: str) -> Gitlab:
        user = gitlab.forge.user(f"user{gitlab.forge.number('test')}")
        if level:
            gitlab.forge.find_project("uni/examples").members[user.id] = level
        return gitlab.client(gitlab.forge.token(user, *scopes).value)

    return make


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listen() as made:
        yield made


@pytest.fixture
def heard(ada: Lecturer, listener: Listener) -> Callable[[], list[dict[str, Any]]]:
    """Bodies of all that came to a hook of the project, once nothing is under way."""
    ada.remote.hooks.create({"url": listener.url, "token": "a secret", **ALL})

    def bodies() -> list[dict[str, Any]]:
        ada.double.hooks.settle()
        return [json.loads(letter.body) for letter in listener.letters]

    return bodies


@pytest.fixture
def run(ada: Lecturer, tree: WorkTree) -> Run:
    """Push a configuration, wait for its pipeline; name -> job."""
    ada.double.runner.online()

    def pipeline(jobs: dict[str, Any], *, tag: str = "") -> dict[str, Any]:
        tree.commit({".gitlab-ci.yml": yaml.safe_dump(jobs, sort_keys=False)}, "Pipeline")
        if tag:
            tree.push(options=("ci.no_pipeline",))
            tree.git("tag", tag)
        tree.push(tag or "HEAD")
        ada.double.runner.settle()
        return {job.name: job for job in reversed(ada.remote.jobs.list(get_all=True))}

    return pipeline
