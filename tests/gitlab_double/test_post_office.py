from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import gitlab as python_gitlab
import pytest
from standardwebhooks.webhooks import Webhook
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.listener import Listener
from tests.gitlab_double.server import serve_gitlab
from tests.gitlab_double.work_tree import WorkTree, clone

EARLIER = "18.5.0"


def test_every_header_is_there(ada: Lecturer, tree: WorkTree, heard: Any, listener: Listener) -> None:
    ada.double.hooks.copies = 2
    tree.git("tag", "v1")
    tree.push("v1")
    heard()
    one, two = (letter.headers for letter in listener.letters)
    assert one["Content-Type"] == "application/json"
    assert one["User-Agent"] == f"GitLab/{EARLIER}"
    assert one["X-Gitlab-Event"] == "Tag Push Hook"
    assert one["X-Gitlab-Token"] == "a secret"
    assert one["X-Gitlab-Instance"] == ada.double.url
    assert one["Idempotency-Key"] == two["Idempotency-Key"]
    assert {"X-Gitlab-Webhook-UUID", "X-Gitlab-Event-UUID"} <= one.keys()
    assert not {"webhook-id", "webhook-signature"} & one.keys()


@pytest.mark.parametrize(
    ("version", "keyed", "signed"),
    [("16.11.0", False, False), ("17.4.0", True, False), ("19.0.0", True, True)],
)
def test_keys_come_with_17_4_and_signatures_with_19(
    tmp_path: Path, listener: Listener, version: str, keyed: bool, signed: bool
) -> None:
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    with serve_gitlab(tmp_path / "gitlab", version=version) as double:
        double.forge.project("uni/examples", {"a": "b"})
        hooks = double.client().projects.get("uni/examples").hooks
        hooks.create({"url": listener.url, "signing_token": secret})
        tree = clone(double, "uni/examples", double.forge.admin, tmp_path / "clone")
        tree.commit({"x": "y\n"})
        tree.push()
        double.hooks.settle()
    (letter,) = listener.letters
    assert ("Idempotency-Key" in letter.headers) == keyed
    assert ("webhook-signature" in letter.headers) == signed
    if signed:
        assert Webhook(secret).verify(letter.body, letter.headers)
        assert letter.headers["webhook-id"] == letter.headers["Idempotency-Key"]


def test_a_failed_delivery_is_not_sent_again_but_can_be(
    ada: Lecturer, tree: WorkTree, heard: Any, listener: Listener
) -> None:
    listener.status = 503
    tree.commit({"x": "y\n"})
    tree.push()
    assert len(heard()) == 1
    hook = ada.remote.hooks.list(get_all=True)[0]
    path = f"/projects/1/hooks/{hook.id}/events"
    (event,) = ada.client.http_list(path, get_all=True)
    assert (event["response_status"], event["trigger"]) == ("503", "Push Hook")
    assert event["request_headers"]["X-Gitlab-Token"] == "[REDACTED]"
    listener.status = 200
    assert ada.client.http_post(f"{path}/{event['id']}/resend")["response_status"] == "200"
    first, again = listener.letters
    assert (again.body, again.headers["Idempotency-Key"]) == (first.body, first.headers["Idempotency-Key"])


def test_a_receiver_that_hangs_is_given_up(
    ada: Lecturer, tree: WorkTree, heard: Any, listener: Listener
) -> None:
    ada.double.hooks.seconds = 0.05
    with listener.hanging():
        tree.commit({"x": "y\n"})
        tree.push()
        ada.double.hooks.settle()
    assert [delivery.status for delivery in ada.project.hooks[0].deliveries] == ["internal error"]


def test_hooks_that_fail_are_disabled_where_that_is_on(ada: Lecturer, heard: Any, listener: Listener) -> None:
    listener.status = 400
    ada.double.hooks.disabling = True
    for number in range(6):
        ada.remote.branches.create({"branch": f"b{number}", "ref": "main"})
        ada.double.hooks.settle()
    assert len(listener.letters) == 4
    hook = ada.remote.hooks.list(get_all=True)[0]
    assert hook.alert_status == "temporarily_disabled"
    assert hook.disabled_until
    listener.status = 200
    hook.test("push_events")
    assert ada.remote.hooks.get(hook.id).alert_status == "executable"


def test_after_forty_failures_a_hook_is_disabled_for_good(ada: Lecturer, heard: Any) -> None:
    hook = ada.project.hooks[0]
    for _ in range(40):
        hook.record(success=False)
    assert ada.remote.hooks.get(hook.id).alert_status == "disabled"


def test_deliveries_are_dropped_doubled_held_and_shuffled_on_request(
    ada: Lecturer, heard: Any, listener: Listener
) -> None:
    office = ada.double.hooks
    office.dropping = True
    ada.remote.branches.create({"branch": "lost", "ref": "main"})
    office.dropping, office.holding, office.copies = False, True, 2
    for number in range(4):
        ada.remote.branches.create({"branch": f"b{number}", "ref": "main"})
    assert heard() == []
    office.release(seed=3)
    refs = [body["ref"] for body in heard()]
    assert sorted(refs) == sorted(2 * [f"refs/heads/b{number}" for number in range(4)])


def test_what_a_hook_caused_does_not_call_it_again(ada: Lecturer, heard: Any, listener: Listener) -> None:
    ada.remote.branches.create({"branch": "one", "ref": "main"})
    heard()
    client = ada.client
    client.headers["X-Gitlab-Event-UUID"] = listener.letters[0].headers["X-Gitlab-Event-UUID"]
    client.projects.get("uni/examples").branches.create({"branch": "two", "ref": "main"})
    assert len(heard()) == 1


def test_a_hook_hears_what_it_asked_for_and_a_groups_hook_all_projects(
    ada: Lecturer, listener: Listener
) -> None:
    admin = ada.double.client()
    ada.double.forge.project("uni/other", {"a": "b"})
    admin.groups.get("uni").hooks.create({"url": listener.url, "push_events": False, "tag_push_events": True})
    ada.remote.hooks.create({"url": listener.url, "push_events_branch_filter": "release-*"})
    for path in ("uni/examples", "uni/other"):
        project = admin.projects.get(path)
        project.branches.create({"branch": "draft", "ref": "main"})
        project.branches.create({"branch": "release-1", "ref": "main"})
        project.tags.create({"tag_name": "v1", "ref": "main"})
    ada.double.hooks.settle()
    told = [json.loads(letter.body) for letter in listener.letters]
    assert sorted((body["project"]["path_with_namespace"], body["ref"]) for body in told) == [
        ("uni/examples", "refs/heads/release-1"),
        ("uni/examples", "refs/tags/v1"),
        ("uni/other", "refs/tags/v1"),
    ]


def test_the_test_button_sends_what_looks_real_five_times_a_minute(
    ada: Lecturer, heard: Any, listener: Listener
) -> None:
    hook = ada.remote.hooks.list(get_all=True)[0]
    with pytest.raises(
        python_gitlab.GitlabHookTestError, match="Ensure the project has merge requests"
    ) as caught:
        hook.test("merge_requests_events")
    assert caught.value.response_code == 422
    hook.test("tag_push_events")
    (body,) = heard()
    assert (body["object_kind"], body["ref"]) == ("tag_push", "refs/tags/v1.0.0")
    listener.status = 401
    with pytest.raises(python_gitlab.GitlabHookTestError) as caught:
        hook.test("push_events")
    assert caught.value.response_code == 422
    listener.status = 200
    for _ in range(2):
        hook.test("push_events")
    with pytest.raises(python_gitlab.GitlabHttpError, match="too many times"):
        ada.client.http_post(f"/projects/1/hooks/{hook.id}/test/push_events", obey_rate_limit=False)
