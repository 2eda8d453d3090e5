from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import gitlab as python_gitlab
import pytest
import requests
from gitlab import Gitlab
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level
from tests.gitlab_double.server import GitLabDouble


def test_a_token_tells_who_asks_and_what_it_reaches_and_when_it_ends(ada: Lecturer) -> None:
    client = ada.client
    client.auth()
    assert client.user is not None
    assert (client.user.username, client.user.bot) == ("ada", False)
    own = client.personal_access_tokens.get("self")
    assert own.scopes == ["api"]
    assert own.expires_at > datetime.now(UTC).date().isoformat()
    assert client.version()[0] == "18.5.0"


def test_no_token_and_a_wrong_one_are_401(gitlab: GitLabDouble) -> None:
    assert requests.get(f"{gitlab.url}/api/v4/user", timeout=9).json() == {"message": "401 Unauthorized"}
    with pytest.raises(python_gitlab.GitlabAuthenticationError, match="401 Unauthorized"):
        gitlab.client("wrong").auth()


def test_an_expired_token_and_a_revoked_one_are_401_that_say_so(ada: Lecturer) -> None:
    ended = ada.double.forge.token(ada.user, expires_at=datetime.now(UTC).date() - timedelta(days=1))
    revoked = ada.double.forge.token(ada.user)
    revoked.revoked = True
    for token, why in ((ended, "Token is expired"), (revoked, "Token was revoked")):
        answer = requests.get(
            f"{ada.double.url}/api/v4/user", headers={"Authorization": f"Bearer {token.value}"}, timeout=9
        )
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"
        assert why in answer.json()["error_description"]


def test_a_blocked_user_is_403(ada: Lecturer) -> None:
    client = ada.client
    ada.user.blocked = True
    with pytest.raises(python_gitlab.GitlabError) as caught:
        client.auth()
    assert caught.value.response_code == 403


def test_a_token_that_only_reads_may_not_write(ada: Lecturer, somebody: Callable[..., Gitlab]) -> None:
    reader = somebody(Level.MAINTAINER, "read_api").projects.get("uni/examples")
    with pytest.raises(python_gitlab.GitlabCreateError) as caught:
        reader.variables.create({"key": "A", "value": "b"})
    assert caught.value.response_code == 403
    assert caught.value.error_message == "insufficient_scope"
