"""A lecturer and her project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from gitlab import Gitlab
from gitlab.v4.objects import Project as RemoteProject
from tests.gitlab_double.people import Level, User
from tests.gitlab_double.places import Project
from tests.gitlab_double.server import GitLabDouble
from tests.gitlab_double.work_tree import WorkTree, clone


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
