from __future__ import annotations

from collections.abc import Callable

import gitlab as python_gitlab
import pytest
from gitlab import Gitlab
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level


def test_tags_show_what_they_point_to(ada: Lecturer) -> None:
    head = ada.project.repository.resolve("main")
    ada.remote.tags.create({"tag_name": "v1", "ref": "main"})
    ada.remote.tags.create({"tag_name": "v2", "ref": "main", "message": "Release"})
    light, annotated = ada.remote.tags.get("v1"), ada.remote.tags.get("v2")
    assert (light.target, light.message) == (head, "")
    assert annotated.target != head
    assert (annotated.commit["id"], annotated.message) == (head, "Release")
    assert {tag.name for tag in ada.remote.tags.list(get_all=True)} == {"v1", "v2"}
    with pytest.raises(python_gitlab.GitlabCreateError, match="Tag v1 already exists"):
        ada.remote.tags.create({"tag_name": "v1", "ref": "main"})


def test_a_protected_tag_is_made_by_those_of_its_level(
    ada: Lecturer, somebody: Callable[..., Gitlab]
) -> None:
    ada.remote.protectedtags.create({"name": "v*", "create_access_level": 40})
    ada.remote.protectedtags.create({"name": "*/v*", "create_access_level": 40})
    developer = somebody(Level.DEVELOPER).projects.get("uni/examples")
    for name in ("v1", "hello/v1"):
        with pytest.raises(python_gitlab.GitlabCreateError) as caught:
            developer.tags.create({"tag_name": name, "ref": "main"})
        assert caught.value.response_code == 403
    assert not developer.tags.create({"tag_name": "draft", "ref": "main"}).protected
    assert ada.remote.tags.create({"tag_name": "v1", "ref": "main"}).protected
    with pytest.raises(python_gitlab.GitlabCreateError, match="already exists"):
        ada.remote.protectedtags.create({"name": "v*"})


def test_the_default_branch_is_protected_from_developers(
    ada: Lecturer, somebody: Callable[..., Gitlab]
) -> None:
    assert ada.remote.branches.get("main").protected
    assert [rule.name for rule in ada.remote.protectedbranches.list(get_all=True)] == ["main"]
    developer = somebody(Level.DEVELOPER).projects.get("uni/examples")
    action = {"action": "create", "file_path": "x", "content": "y"}
    with pytest.raises(python_gitlab.GitlabCreateError) as caught:
        developer.commits.create({"branch": "main", "commit_message": "m", "actions": [action]})
    assert caught.value.response_code == 403


def test_branches_come_and_go(ada: Lecturer) -> None:
    ada.remote.branches.create({"branch": "a/b", "ref": "main"})
    assert {branch.name for branch in ada.remote.branches.list(get_all=True)} == {"main", "a/b"}
    ada.remote.branches.delete("a/b")
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Branch Not Found"):
        ada.remote.branches.get("a/b")
    with pytest.raises(python_gitlab.GitlabCreateError, match="Invalid reference name"):
        ada.remote.branches.create({"branch": "x", "ref": "none"})
