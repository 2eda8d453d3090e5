from __future__ import annotations

import base64
from typing import Any

import gitlab as python_gitlab
import pytest
from tests.gitlab_double.conftest import Lecturer


def commit(ada: Lecturer, *actions: dict[str, Any], **more: Any) -> Any:
    return ada.remote.commits.create(
        {"branch": "main", "commit_message": "By API", "actions": list(actions), **more}
    )


def test_a_file_is_read_as_it_is_and_with_facts(ada: Lecturer) -> None:
    assert ada.remote.files.raw("a/b.txt", ref="main") == b"one\n"
    found = ada.remote.files.get("a/b.txt", ref="main")
    assert found.decode() == b"one\n"
    assert found.last_commit_id == found.commit_id == ada.project.repository.resolve("main")
    for path, ref, what in (
        ("none", "main", "404 File Not Found"),
        ("a/b.txt", "none", "404 Commit Not Found"),
    ):
        with pytest.raises(python_gitlab.GitlabGetError, match=what):
            ada.remote.files.get(path, ref=ref)


def test_a_commit_of_many_actions_is_one_commit(ada: Lecturer) -> None:
    made = commit(
        ada,
        {
            "action": "create",
            "file_path": "new.bin",
            "content": base64.b64encode(b"\0\1").decode(),
            "encoding": "base64",
        },
        {"action": "update", "file_path": "README.md", "content": "# Changed\n"},
        {"action": "move", "file_path": "c/b.txt", "previous_path": "a/b.txt"},
    )
    assert ada.remote.files.raw("new.bin", ref=made.id) == b"\0\1"
    assert ada.remote.files.raw("c/b.txt", ref=made.id) == b"one\n"
    names = {
        row["path"]
        for row in ada.remote.repository_tree(recursive=True, get_all=True)
        if row["type"] == "blob"
    }
    assert names == {"README.md", "c/b.txt", "new.bin"}
    assert len(ada.remote.commits.list(get_all=True)) == 2


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ({"action": "create", "file_path": "README.md", "content": ""}, "already exists"),
        ({"action": "update", "file_path": "none", "content": ""}, "doesn't exist"),
        ({"action": "delete", "file_path": "none"}, "doesn't exist"),
        ({"action": "create", "file_path": "../x", "content": ""}, "directory traversal"),
        (
            {"action": "update", "file_path": "README.md", "content": "", "last_commit_id": "0" * 40},
            "has changed since",
        ),
    ],
)
def test_an_action_that_does_not_fit_is_400_and_writes_nothing(
    ada: Lecturer, action: dict[str, Any], why: str
) -> None:
    with pytest.raises(python_gitlab.GitlabCreateError, match=why) as caught:
        commit(ada, {"action": "create", "file_path": "other", "content": ""}, action)
    assert caught.value.response_code == 400
    assert len(ada.remote.commits.list(get_all=True)) == 1


def test_a_commit_may_start_a_branch(ada: Lecturer) -> None:
    action = {"action": "create", "file_path": "x", "content": "y"}
    made = commit(ada, action, branch="next", start_branch="main")
    assert ada.remote.branches.get("next").commit["id"] == made.id
    with pytest.raises(python_gitlab.GitlabCreateError, match="already exists"):
        commit(ada, action, branch="next", start_branch="main")
