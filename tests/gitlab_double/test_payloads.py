from __future__ import annotations

from typing import Any

from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.listener import Listener
from tests.gitlab_double.work_tree import WorkTree


def test_a_push_tells_its_commits_and_files(
    ada: Lecturer, tree: WorkTree, heard: Any, listener: Listener
) -> None:
    before = ada.project.repository.resolve("main")
    first = tree.commit({"x": "y\n", "a/b.txt": "two\n"}, "First")
    second = tree.commit({"README.md": None}, "Second")
    tree.push(options=("ci.skip",))
    (body,) = heard()
    assert (body["object_kind"], body["ref"]) == ("push", "refs/heads/main")
    assert (body["before"], body["after"], body["checkout_sha"]) == (before, second, second)
    assert [commit["id"] for commit in body["commits"]] == [first, second]
    assert (body["commits"][0]["added"], body["commits"][0]["modified"]) == (["x"], ["a/b.txt"])
    assert body["commits"][1]["removed"] == ["README.md"]
    assert body["total_commits_count"] == 2
    assert body["push_options"] == {"ci": {"skip": True}}
    assert listener.letters[0].headers["X-Gitlab-Event"] == "Push Hook"


def test_of_many_commits_the_newest_20_are_told(ada: Lecturer, tree: WorkTree, heard: Any) -> None:
    ids = [tree.commit({"x": f"{number}\n"}) for number in range(23)]
    tree.push()
    (body,) = heard()
    assert body["total_commits_count"] == 23
    assert [commit["id"] for commit in body["commits"]] == ids[-20:]


def test_an_annotated_tag_is_told_by_the_tags_id_and_a_light_one_by_the_commits(
    tree: WorkTree, heard: Any
) -> None:
    head = tree.git("rev-parse", "HEAD")
    tree.git("tag", "v1")
    tree.git("tag", "-a", "-m", "Second release", "v2")
    tree.push("v1")
    tree.push("v2")
    tree.push(":refs/tags/v1")
    bodies = {(body["ref"], body["after"]): body for body in heard()}
    light = bodies["refs/tags/v1", head]
    annotated = bodies["refs/tags/v2", tree.git("rev-parse", "refs/tags/v2")]
    gone = bodies["refs/tags/v1", "0" * 40]
    assert (light["checkout_sha"], light["message"], light["before"]) == (head, None, "0" * 40)
    assert (annotated["checkout_sha"], annotated["message"]) == (head, "Second release")
    assert annotated["after"] != head
    assert (gone["checkout_sha"], gone["before"]) == (None, head)


def test_more_than_three_tags_in_one_push_tell_nothing(tree: WorkTree, heard: Any) -> None:
    for number in range(7):
        tree.git("tag", f"v{number}")
    tree.push("v0", "v1", "v2", "v3")
    assert heard() == []
    tree.push("v4", "v5", "v6")
    assert {body["ref"] for body in heard()} == {"refs/tags/v4", "refs/tags/v5", "refs/tags/v6"}


def test_a_merge_request_tells_its_life(ada: Lecturer, tree: WorkTree, heard: Any) -> None:
    tree.git("checkout", "-q", "-b", "next")
    first = tree.commit({"x": "y\n"})
    tree.push()
    it = ada.remote.mergerequests.create({"source_branch": "next", "target_branch": "main", "title": "Add x"})
    second = tree.commit({"x": "z\n"})
    tree.push()
    it.title = "Add x, better"
    it.save()
    note = it.notes.create({"body": "Good"})
    note.body = "Very good"
    note.save()
    it.merge()
    bodies = [body for body in heard() if body["object_kind"] == "merge_request"]
    told = {body["object_attributes"]["action"]: body["object_attributes"] for body in bodies}
    assert sorted(body["object_attributes"]["action"] for body in bodies) == [
        "merge",
        "open",
        "update",
        "update",
    ]
    assert told["open"]["last_commit"]["id"] == first
    revised = [body for body in bodies if "oldrev" in body["object_attributes"]]
    assert [body["object_attributes"]["oldrev"] for body in revised] == [first]
    renamed = [body for body in bodies if "title" in body["changes"]]
    assert [body["changes"]["title"]["previous"] for body in renamed] == ["Add x"]
    assert (told["merge"]["state"], told["merge"]["last_commit"]["id"]) == ("merged", second)
    assert told["merge"]["merge_commit_sha"] == ada.project.repository.resolve("main")
    notes = [body["object_attributes"] for body in heard() if body["object_kind"] == "note"]
    assert {(found["action"], found["note"]) for found in notes} == {
        ("create", "Good"),
        ("update", "Very good"),
    }


def test_a_status_moves_its_pipeline_and_that_is_told_once_a_state(ada: Lecturer, heard: Any) -> None:
    head = ada.remote.commits.get("main")
    for state in ("running", "success"):
        head.statuses.create({"state": state})
    bodies = heard()
    assert {body["object_attributes"]["status"] for body in bodies} == {"running", "success"}
    assert {body["object_attributes"]["source"] for body in bodies} == {"external"}


def test_a_token_that_ends_soon_is_told(ada: Lecturer, heard: Any) -> None:
    token = ada.double.forge.find_token(ada.token)
    ada.double.forge.happened("access_token", ada.project, token=token)
    (body,) = heard()
    assert (body["object_kind"], body["event_name"]) == ("access_token", "expiring_access_token")
