from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import gitlab as python_gitlab
import pytest
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble, serve_gitlab

ADDRESS = "http://127.0.0.1:9/hooks"


def signing_token(size: int = 32) -> str:
    return "whsec_" + base64.b64encode(os.urandom(size)).decode()


def test_hooks_of_projects_and_groups_are_kept_without_their_token(ada: Lecturer) -> None:
    hook = ada.remote.hooks.create({"url": ADDRESS, "token": "very secret", "tag_push_events": True})
    assert (hook.push_events, hook.tag_push_events, hook.merge_requests_events) == (True, True, False)
    assert (hook.alert_status, hook.disabled_until) == ("executable", None)
    assert "very secret" not in str(hook.attributes)
    hook.push_events = False
    hook.save()
    assert not ada.remote.hooks.get(hook.id).push_events
    ada.double.forge.find_group("uni").members[ada.user.id] = Level.OWNER
    group = ada.client.groups.get("uni")
    assert group.hooks.create({"url": ADDRESS}).group_id == group.id
    ada.remote.hooks.delete(hook.id)
    assert ada.remote.hooks.list(get_all=True) == []


def test_signing_tokens_come_with_19_and_are_never_shown(tmp_path: Path) -> None:
    secret = signing_token()
    shown: dict[str, Any] = {}
    for version in ("18.9.0", "19.0.0"):
        with serve_gitlab(tmp_path / version, version=version) as double:
            double.forge.project("uni/examples")
            hooks = double.client().projects.get("uni/examples").hooks
            shown[version] = hooks.create({"url": ADDRESS, "signing_token": secret}).attributes
    assert "signing_token_present" not in shown["18.9.0"]
    assert shown["19.0.0"]["signing_token_present"]
    assert secret not in str(shown)


def test_a_signing_token_has_32_bytes(tmp_path: Path) -> None:
    with serve_gitlab(tmp_path / "gitlab", version="19.0.0") as double:
        double.forge.project("uni/examples")
        hooks = double.client().projects.get("uni/examples").hooks
        for wrong in (signing_token(31), "whsec_x", base64.b64encode(os.urandom(32)).decode()):
            with pytest.raises(python_gitlab.GitlabCreateError) as caught:
                hooks.create({"url": ADDRESS, "signing_token": wrong})
            assert caught.value.response_code == 422


def test_an_address_is_http(ada: Lecturer) -> None:
    with pytest.raises(python_gitlab.GitlabCreateError, match="Invalid url given"):
        ada.remote.hooks.create({"url": "gopher://example.org"})


def test_without_premium_there_are_no_webhooks_of_groups(gitlab: GitLabDouble, ada: Lecturer) -> None:
    group = gitlab.client().groups.get("uni")
    assert group.hooks.list() == []
    gitlab.forge.premium = False
    with pytest.raises(python_gitlab.GitlabError, match="404"):
        group.hooks.list()
    assert ada.remote.hooks.list() == []
