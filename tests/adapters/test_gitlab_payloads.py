"""What GitLab's webhooks tell, and what becomes of bodies that tell nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders.gitlab_events import (
    OID,
    ZERO,
    access_token,
    group_token,
    job,
    merge_request,
    pipeline,
    push,
    tag_push,
)

from courseline.adapters.gitlab_payloads import read_event
from courseline.usecases.react.event import (
    BranchPushed,
    JobChanged,
    MergeRequestChanged,
    PipelineChanged,
    Project,
    TagPushed,
    TokenExpires,
    Unused,
)

HERE = Project("gitlab.example.org", 7, "uni/examples", "https://gitlab.example.org/uni/examples.git")


def without(payload: dict[str, Any], *path: str) -> dict[str, Any]:
    """The payload without one of its values."""
    head, *rest = path
    return {
        key: without(value, *rest) if key == head else value
        for key, value in payload.items()
        if key != head or rest
    }


def test_a_new_tag() -> None:
    assert read_event(tag_push("hello/v1.0")) == TagPushed(HERE, "hello/v1.0", ZERO, OID)


def test_a_deleted_tag_is_gone() -> None:
    event = read_event(tag_push(before=OID, after=ZERO))
    assert isinstance(event, TagPushed)
    assert event.is_gone


@pytest.mark.parametrize(("branch", "is_default"), [("main", True), ("draft", False), ("a/b", False)])
def test_a_branch(branch: str, is_default: bool) -> None:
    assert read_event(push(branch)) == BranchPushed(HERE, branch, ZERO, OID, is_default)


def test_a_merge_request() -> None:
    expected = MergeRequestChanged(HERE, 5, 7, "main", "opened", OID, "2026-01-01 10:00:00 UTC")
    assert read_event(merge_request()) == expected


def test_a_merge_request_from_a_fork_says_so() -> None:
    event = read_event(merge_request(source_project_id=8))
    assert isinstance(event, MergeRequestChanged)
    assert (event.source_project, event.project.id) == (8, 7)


def test_a_pipeline() -> None:
    assert read_event(pipeline()) == PipelineChanged(HERE, 31, "main", False, OID, "running")


def test_a_token_that_runs_out() -> None:
    assert read_event(access_token()) == TokenExpires(HERE, "deploy bot", "2026-02-01")


@pytest.mark.parametrize(
    ("web_url", "host"),
    [
        ("https://GitLab.Example.org/uni/examples", "gitlab.example.org"),
        ("https://gitlab.example.org:443/uni/examples", "gitlab.example.org"),
        ("http://gitlab.example.org:8080/uni/examples", "gitlab.example.org:8080"),
    ],
)
def test_the_host_is_that_of_the_web_address(web_url: str, host: str) -> None:
    payload = tag_push()
    payload["project"]["web_url"] = web_url
    event = read_event(payload)
    assert isinstance(event, TagPushed)
    assert event.project.identity == f"{host}#7"


@pytest.mark.parametrize(
    "kind", ["note", "build", "deployment", "release", "feature_flag", "wiki_page", "x\x1b"]
)
def test_a_kind_without_use_is_ignored_with_its_name(kind: str) -> None:
    event = read_event({"object_kind": kind})
    assert isinstance(event, Unused)
    assert "\x1b" not in event.kind


@pytest.mark.parametrize(
    "payload", [{}, {"object_kind": None}, {"object_kind": 3}, {"a": "template of its own"}]
)
def test_a_body_that_says_no_kind_is_ignored(payload: dict[str, Any]) -> None:
    assert isinstance(read_event(payload), Unused)


@pytest.mark.parametrize(
    "payload",
    [
        without(tag_push(), "project"),
        without(tag_push(), "project", "id"),
        without(tag_push(), "after"),
        without(tag_push(), "ref"),
        tag_push(number=0),
        tag_push(number=2**70),
        tag_push(number="7 OR 1=1"),
        tag_push(after="main"),
        tag_push(after=OID + "\n"),
        tag_push() | {"ref": "refs/heads/main"},
        tag_push() | {"ref": ["refs/tags/v1"]},
        tag_push() | {"project": "uni/examples"},
        push() | {"ref": "refs/tags/v1"},
        without(merge_request(), "object_attributes", "last_commit"),
        merge_request(target_project_id=8),
        merge_request(iid=-1),
        without(pipeline(), "object_attributes", "status"),
    ],
)
def test_what_is_incomplete_or_odd_is_ignored_and_never_an_error(payload: dict[str, Any]) -> None:
    assert isinstance(read_event(payload), Unused)


@pytest.mark.parametrize(
    "web_url", ["", "gitlab.example.org/x", "javascript:alert(1)", "https://[::1", "//x"]
)
def test_a_project_without_a_web_address_is_ignored(web_url: str) -> None:
    payload = tag_push()
    payload["project"]["web_url"] = web_url
    assert isinstance(read_event(payload), Unused)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["push", "tag_push", "merge_request", "pipeline", "access_token"]), data=st.data()
)
def test_any_value_anywhere_gives_an_event(kind: str, data: st.DataObject) -> None:
    payload: dict[str, Any] = {
        "push": push, "tag_push": tag_push, "merge_request": merge_request, "pipeline": pipeline,
        "access_token": access_token,
    }[kind]()  # fmt: skip
    part = data.draw(
        st.sampled_from([payload, payload["project"], payload.get("object_attributes", payload)])
    )
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    read_event(payload)


def test_a_job() -> None:
    assert read_event(job()) == JobChanged(HERE, 11, "courseline:deploy", 9, "main", False, "failed")


@pytest.mark.parametrize("missing", ["build_id", "build_name", "pipeline_id", "repository", "ref"])
def test_a_job_without_what_is_documented_is_not_used(missing: str) -> None:
    assert isinstance(read_event(without(job(), missing)), Unused)


def test_a_token_of_a_group() -> None:
    event = read_event(group_token())
    assert event == TokenExpires(Project("", 3, "uni", ""), "robot", "2026-02-01")
    assert isinstance(read_event(without(group_token(), "group")), Unused)


def test_a_pipeline_that_ends_again_is_another_event() -> None:
    ends = [
        read_event(pipeline(finished_at=at))
        for at in ("2026-01-01 10:00:00 UTC", "2026-01-01 11:00:00 UTC", None)
    ]
    assert [end.ended_at for end in ends if isinstance(end, PipelineChanged)] == [
        "2026-01-01 10:00:00 UTC",
        "2026-01-01 11:00:00 UTC",
        "",
    ]
