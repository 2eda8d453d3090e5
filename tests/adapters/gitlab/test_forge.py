"""What is read from and written into a GitLab, over real HTTP, answers as GitLab documents them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.builders.scripted import Say, Scripted, serve_script

from courseline.adapters.gitlab import GitLabClient, GitLabForge
from courseline.errors import NeighbourFailed, Refused
from courseline.usecases.forge import ForgeStatus, StatusState

HEAD, MERGED = "a" * 40, "b" * 40
REQUEST = {
    "iid": 5,
    "project_id": 42,
    "web_url": "https://gitlab.example.org/uni/course/-/merge_requests/5",
    "title": "/close @all",
    "state": "opened",
    "source_project_id": 42,
    "target_project_id": 42,
    "target_branch": "main",
    "sha": HEAD,
    "merge_commit_sha": None,
    "squash_commit_sha": None,
    "updated_at": "2026-03-01T10:00:00.000+02:00",
}


@contextmanager
def asked(*answers: Say) -> Iterator[tuple[GitLabForge, Scripted]]:
    with serve_script(*answers) as server:
        yield GitLabForge(GitLabClient(server.url, "sesame", seconds=5)), server


def test_a_merge_request() -> None:
    with asked(Say(200, REQUEST)) as (forge, server):
        found = forge.merge_request(42, 5)
    assert (found.project, found.iid, found.state, found.head, found.merged_commit) == (
        42,
        5,
        "opened",
        HEAD,
        None,
    )
    assert found.updated_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert server.asked[0].path == "/api/v4/projects/42/merge_requests/5"


@pytest.mark.parametrize(
    ("commits", "expected"),
    [
        ({"merge_commit_sha": MERGED}, MERGED),
        ({"squash_commit_sha": MERGED}, MERGED),
        ({"merge_commit_sha": MERGED, "squash_commit_sha": "c" * 40}, MERGED),
        ({}, HEAD),
    ],
)
def test_the_commit_by_which_it_was_merged_whatever_the_way(commits: dict[str, str], expected: str) -> None:
    with asked(Say(200, {**REQUEST, "state": "merged", **commits})) as (forge, _):
        assert forge.merge_request(42, 5).merged_commit == expected


def test_those_of_a_group_are_asked_for_in_one_call_oldest_change_first() -> None:
    with asked(Say(200, [REQUEST, REQUEST, {**REQUEST, "iid": 6}])) as (forge, server):
        found = forge.merge_requests("uni/informatics", datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
    assert [one.iid for one in found] == [5, 6]
    (only,) = server.asked
    parts = urlsplit(only.path)
    assert parts.path == "/api/v4/groups/uni%2Finformatics/merge_requests"
    assert parse_qs(parts.query) == {
        "scope": ["all"],
        "state": ["all"],
        "order_by": ["updated_at"],
        "sort": ["asc"],
        "updated_after": ["2026-03-01T08:30:00Z"],
        "per_page": ["100"],
    }


@pytest.mark.parametrize("wrong", [{"iid": "x"}, {"sha": "HEAD"}, {"updated_at": "yesterday"}])
def test_an_answer_that_is_none_is_a_fault_of_the_neighbour(wrong: dict[str, str]) -> None:
    with (
        asked(Say(200, {**REQUEST, **wrong})) as (forge, _),
        pytest.raises(NeighbourFailed, match="not what GitLab documents"),
    ):
        forge.merge_request(42, 5)


def test_who_we_are_is_asked_once() -> None:
    with asked(Say(200, {"id": 7, "username": "bot"})) as (forge, server):
        assert (forge.me(), forge.me(), len(server.asked)) == (7, 7, 1)


def test_notes_are_read_written_edited_and_removed() -> None:
    note = {"id": 1, "author": {"id": 7}, "body": "text"}
    with asked(Say(200, [note]), Say(201, note), Say(200, note), Say(204), Say(404)) as (forge, server):
        assert [one.author for one in forge.notes("uni/course", 5)] == [7]
        assert forge.add_note("uni/course", 5, "text").id == 1
        forge.edit_note("uni/course", 5, 1, "new")
        forge.delete_note("uni/course", 5, 1)
        forge.delete_note("uni/course", 5, 1)
    assert [(one.method, urlsplit(one.path).path.removeprefix("/api/v4")) for one in server.asked] == [
        ("GET", "/projects/uni%2Fcourse/merge_requests/5/notes"),
        ("POST", "/projects/uni%2Fcourse/merge_requests/5/notes"),
        ("PUT", "/projects/uni%2Fcourse/merge_requests/5/notes/1"),
        ("DELETE", "/projects/uni%2Fcourse/merge_requests/5/notes/1"),
        ("DELETE", "/projects/uni%2Fcourse/merge_requests/5/notes/1"),
    ]
    assert json.loads(server.asked[2].body) == {"body": "new"}


def test_a_status_that_is_there_already_is_no_error_and_another_refusal_is_one() -> None:
    status = ForgeStatus("courseline/plan", StatusState.SUCCESS, "x" * 400, ref="main")
    same = Say(400, {"message": "Cannot transition status via :success from :success"})
    with asked(Say(201), same, Say(400, {"message": "ref is wrong"})) as (forge, server):
        forge.set_status(42, HEAD, status)
        forge.set_status(42, HEAD, status)
        with pytest.raises(Refused, match="ref is wrong"):
            forge.set_status(42, HEAD, status)
    assert json.loads(server.asked[0].body) == {
        "state": "success",
        "name": "courseline/plan",
        "description": "x" * 255,
        "ref": "main",
    }


def test_the_newest_status_of_a_name() -> None:
    old = {"id": 1, "name": "courseline/plan", "status": "failed", "description": "old"}
    new = {"id": 2, "name": "courseline/plan", "status": "success", "description": None}
    with asked(Say(200, [new, old]), Say(200, []), Say(200, [{**new, "status": "running"}])) as (forge, _):
        assert forge.status(42, HEAD, "courseline/plan") == ForgeStatus(
            "courseline/plan", StatusState.SUCCESS, ""
        )
        assert forge.status(42, HEAD, "courseline/plan") is None
        assert forge.status(42, HEAD, "courseline/plan") is None


def test_pipelines_and_jobs() -> None:
    one = {
        "id": 9,
        "ref": "main",
        "sha": HEAD,
        "status": "running",
        "source": "push",
        "web_url": "https://x/9",
    }
    job = {"id": 1, "name": "courseline:deploy", "status": "failed", "web_url": "https://x/j"}
    with asked(Say(200, one), Say(200, [one]), Say(200, [job])) as (forge, server):
        assert forge.pipeline(42, 9).is_running
        assert [found.id for found in forge.pipelines(42, commit=HEAD)] == [9]
        (found_job,) = forge.jobs(42, 9)
    assert (found_job.is_ours, found_job.went_wrong) == (True, True)
    query = parse_qs(urlsplit(server.asked[1].path).query)
    assert query == {"order_by": ["id"], "sort": ["desc"], "sha": [HEAD], "per_page": ["20"], "page": ["1"]}
