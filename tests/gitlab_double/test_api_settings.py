from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import gitlab as python_gitlab
import pytest
from tests.gitlab_double.conftest import Lecturer
from tests.gitlab_double.people import Level


def test_variables_keep_what_they_were_given(ada: Lecturer) -> None:
    made = ada.remote.variables.create({"key": "A", "value": "12345678", "masked": True, "protected": True})
    assert (made.masked, made.protected, made.environment_scope) == (True, True, "*")
    ada.remote.variables.update("A", {"value": "87654321"})
    assert ada.remote.variables.get("A").value == "87654321"
    for given, why in (
        ({"key": "A", "value": "x"}, "already been taken"),
        ({"key": "B", "value": "two words", "masked": True}, "is invalid"),
        ({"key": "not-so", "value": "x"}, "can contain only"),
    ):
        with pytest.raises(python_gitlab.GitlabCreateError, match=why):
            ada.remote.variables.create(given)


def test_schedules_name_a_branch_that_exists(ada: Lecturer) -> None:
    made = ada.remote.pipelineschedules.create({"description": "hourly", "ref": "main", "cron": "7 * * * *"})
    assert (made.ref, made.active, made.owner["username"]) == ("refs/heads/main", True, "ada")
    made.active = False
    made.save()
    assert not ada.remote.pipelineschedules.list(get_all=True)[0].active
    for wrong in ({"ref": "none"}, {"cron": "often"}):
        with pytest.raises(python_gitlab.GitlabCreateError, match="is invalid"):
            ada.remote.pipelineschedules.create(
                {"description": "x", "ref": "main", "cron": "7 * * * *", **wrong}
            )


def test_the_mode_of_a_resource_group_is_set_once_it_exists(ada: Lecturer) -> None:
    with pytest.raises(python_gitlab.GitlabGetError, match="404 Resource Group Not Found"):
        ada.remote.resource_groups.get("courseline")
    ada.project.resource_groups.append({"id": 1, "key": "courseline", "process_mode": "unordered"})
    group = ada.remote.resource_groups.get("courseline")
    group.process_mode = "oldest_first"
    group.save()
    assert ada.remote.resource_groups.get("courseline").process_mode == "oldest_first"


def test_a_project_token_is_a_bot(ada: Lecturer) -> None:
    ends = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    made = ada.remote.access_tokens.create({"name": "courseline", "scopes": ["api"], "expires_at": ends})
    bot = ada.double.client(made.token)
    bot.auth()
    assert bot.user is not None
    assert (bot.user.bot, bot.user.username.startswith("project_1_bot_")) == (True, True)
    assert bot.projects.get("uni/examples").permissions["project_access"]["access_level"] == 40


def test_a_schedule_is_changed_by_its_owner_only_and_a_maintainer_can_take_it_over(
    ada: Lecturer, somebody: Callable[..., python_gitlab.Gitlab]
) -> None:
    made = ada.remote.pipelineschedules.create({"description": "d", "ref": "main", "cron": "0 1 * * *"})
    hers = somebody(Level.MAINTAINER).projects.get("uni/examples").pipelineschedules.get(made.id)
    hers.active = False
    with pytest.raises(python_gitlab.GitlabUpdateError, match="403"):
        hers.save()
    hers.take_ownership()
    hers.active = False
    hers.save()
    assert not ada.remote.pipelineschedules.get(made.id).active
