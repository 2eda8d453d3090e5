"""A person connects a project with the receiver as it runs for real; what GitLab sends then is in the inbox."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.builders.command_line import answer
from tests.builders.connecting import EXAMPLES
from tests.builders.gitlab_found import SIGNING
from tests.builders.live_receiver import live_receiver
from tests.builders.waiting import until
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble


def test_connect_then_a_tag_is_pushed_and_both_are_in_the_inbox_signed(
    gitlab: GitLabDouble, tmp_path: Path
) -> None:
    gitlab.forge.version = "19.1.0"
    ada = gitlab.forge.user("ada")
    gitlab.forge.group("uni", {ada: Level.OWNER})
    gitlab.forge.project("uni/examples", EXAMPLES)
    token = gitlab.forge.token(ada).value
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with live_receiver(tmp_path, SIGNING) as live:
        live.start("receiver", "--bind", f"127.0.0.1:{port}")
        until(lambda: live.post(b"{}", {}) == 401, "the receiver answers")
        settings = {
            **live.environment,
            "COURSELINE_GITLAB_URL": gitlab.url,
            "COURSELINE_GITLAB_TOKEN": token,
            "COURSELINE_SERVER": f"http://127.0.0.1:{port}",
        }
        made = answer(
            "gitlab", "connect", "uni/examples", "--yes", "--organization", "uni", settings=settings
        )
        assert (made["exit"], made["status"]) == (0, "connected")
        (tested,) = made["tested"]
        shown = answer("events", "show", str(tested["event"]), settings=settings)
        assert shown["event"]["event"] == "push"
        gitlab.client(token).projects.get("uni/examples").tags.create({"tag_name": "v1.0", "ref": "main"})
        told = "SELECT count(*) FROM webhook_delivery WHERE event = 'tag_push' AND state = 'received'"
        until(lambda: live.query(told) == [(1,)], "the tag's webhook has arrived")
        (hook,) = gitlab.forge.find_project("uni/examples").hooks
        assert (hook.signing_token, hook.token) == (SIGNING, "")
