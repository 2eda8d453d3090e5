from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gitlab as python_gitlab
import pytest
from gitlab import Gitlab
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level
from tests.gitlab_double.work_tree import WorkTree


def opened(ada: Lecturer, branch: str = "next", path: str = "x", content: str = "y\n") -> Any:
    project = ada.remote
    verb = "update" if path == "README.md" else "create"
    project.commits.create(
        {
            "branch": branch,
            "start_branch": "main",
            "commit_message": "Change",
            "actions": [{"action": verb, "file_path": path, "content": content}],
        }
    )
    return project.mergerequests.create(
        {"source_branch": branch, "target_branch": "main", "title": f"Add {path}"}
    )


def test_a_merge_request_shows_its_commits_and_changes(ada: Lecturer) -> None:
    main = ada.project.repository.resolve("main")
    it = opened(ada)
    assert (it.iid, it.state, it.detailed_merge_status) == (1, "opened", "mergeable")
    assert it.diff_refs == {"base_sha": main, "start_sha": main, "head_sha": it.sha}
    assert [change["new_path"] for change in it.changes()["changes"]] == ["x"]
    assert [commit.id for commit in it.commits()] == [it.sha]
    assert [
        found.iid for found in ada.client.groups.get("uni").mergerequests.list(get_all=True, state="opened")
    ] == [1]


def test_a_second_one_for_the_same_branches_is_409(ada: Lecturer) -> None:
    opened(ada)
    with pytest.raises(python_gitlab.GitlabCreateError) as caught:
        ada.remote.mergerequests.create({"source_branch": "next", "target_branch": "main", "title": "Again"})
    assert caught.value.response_code == 409


def test_merging_makes_a_merge_commit(ada: Lecturer) -> None:
    it = opened(ada)
    head = it.sha
    it.merge()
    assert it.state == "merged"
    assert it.merge_commit_sha == ada.project.repository.resolve("main")
    commit = ada.project.repository.commit(it.merge_commit_sha)
    assert commit.parents[1] == head
    assert commit.title == "Merge branch 'next' into 'main'"
    with pytest.raises(python_gitlab.GitlabMRClosedError):
        it.merge()


def test_a_fast_forward_has_no_merge_commit(ada: Lecturer) -> None:
    ada.project.merge_method = "ff"
    it = opened(ada)
    it.merge()
    assert (it.state, it.merge_commit_sha) == ("merged", None)
    assert ada.project.repository.resolve("main") == it.sha


def test_a_squash_is_one_commit_more(ada: Lecturer) -> None:
    it = opened(ada)
    it.merge(squash=True, should_remove_source_branch=True)
    assert it.squash_commit_sha not in {None, it.sha}
    assert ada.project.repository.commit(it.merge_commit_sha).parents[1] == it.squash_commit_sha
    assert ada.project.repository.resolve("next") == ""


def test_what_conflicts_is_not_merged_and_another_head_neither(ada: Lecturer) -> None:
    one, two = opened(ada, "one", "README.md", "# One\n"), opened(ada, "two", "README.md", "# Two\n")
    with pytest.raises(python_gitlab.GitlabMRClosedError) as caught:
        one.merge(sha="0" * 40)
    assert caught.value.response_code == 409
    one.merge()
    two = ada.remote.mergerequests.get(two.iid)
    assert (two.has_conflicts, two.detailed_merge_status) == (True, "conflict")
    with pytest.raises(python_gitlab.GitlabMRClosedError) as caught:
        two.merge()
    assert (caught.value.response_code, caught.value.error_message) == (422, "Branch cannot be merged")


def test_a_push_to_the_source_moves_the_head_and_one_to_the_target_merges(
    ada: Lecturer, tree: WorkTree
) -> None:
    it = opened(ada)
    tree.git("fetch", "-q")
    tree.git("checkout", "-q", "next")
    head = tree.commit({"y": "z\n"})
    tree.push()
    assert ada.remote.mergerequests.get(1).sha == head
    assert tree.git("ls-remote", "origin", "refs/merge-requests/1/head").split()[0] == head
    tree.git("checkout", "-q", "main")
    tree.git("merge", "-q", "--ff-only", "next")
    tree.push()
    assert ada.remote.mergerequests.get(it.iid).state == "merged"


def test_closing_and_opening_again(ada: Lecturer) -> None:
    it = opened(ada)
    it.state_event = "close"
    it.save()
    assert ada.remote.mergerequests.list(get_all=True, state="closed")[0].closed_by["username"] == "ada"
    it.state_event = "reopen"
    it.save()
    assert ada.remote.mergerequests.get(1).state == "opened"


def test_notes_have_an_author_and_are_changed_by_nobody_else(
    ada: Lecturer, somebody: Callable[..., Gitlab]
) -> None:
    it = opened(ada)
    note = it.notes.create({"body": "First"})
    note.body = "Changed"
    note.save()
    other = somebody(Level.DEVELOPER).projects.get("uni/examples").mergerequests.get(1)
    seen = other.notes.list(get_all=True)
    assert [(found.body, found.author["username"], found.system) for found in seen] == [
        ("Changed", "ada", False)
    ]
    seen[0].body = "Mine"
    with pytest.raises(python_gitlab.GitlabUpdateError) as caught:
        seen[0].save()
    assert caught.value.response_code == 403
    note.delete()
    assert it.notes.list(get_all=True) == []


def test_a_line_of_a_note_that_is_a_quick_action_is_done_and_not_written(ada: Lecturer) -> None:
    it = opened(ada)
    note = it.notes.create({"body": "Good.\n/title Taken over\n`/close` and\n```\n/close\n```\n> /close"})
    assert note.body == "Good.\n`/close` and\n```\n/close\n```\n> /close"
    assert (ada.remote.mergerequests.get(1).title, ada.remote.mergerequests.get(1).state) == (
        "Taken over",
        "opened",
    )
    it.notes.create({"body": "/close"})
    assert ada.remote.mergerequests.get(1).state == "closed"
    assert len(it.notes.list(get_all=True)) == 1
    assert ada.project.merge_requests[0].actions == [("title", "Taken over"), ("close", "")]


def test_a_fork_offers_its_commits(ada: Lecturer, somebody: Callable[..., Gitlab]) -> None:
    student = somebody(Level.REPORTER)
    student.auth()
    assert student.user is not None
    fork = student.projects.get(student.projects.get("uni/examples").forks.create({}).id)
    action = {"action": "create", "file_path": "x", "content": "y"}
    made = fork.commits.create(
        {"branch": "patch", "start_branch": "main", "commit_message": "m", "actions": [action]}
    )
    fork.mergerequests.create(
        {
            "source_branch": "patch",
            "target_branch": "main",
            "title": "From outside",
            "target_project_id": ada.project.id,
        }
    )
    it = ada.remote.mergerequests.get(1)
    assert it.source_project_id == fork.id != it.target_project_id
    assert ada.project.repository.refs("refs/merge-requests/1/")["refs/merge-requests/1/head"] == made.id
    it.merge()
    assert ada.remote.files.raw("x", ref="main") == b"y"
