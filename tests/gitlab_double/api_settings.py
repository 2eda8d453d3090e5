"""API: variables, schedules, resource groups and access tokens of a project.

Facts: https://docs.gitlab.com/api/project_level_variables/, https://docs.gitlab.com/api/pipeline_schedules/,
https://docs.gitlab.com/api/resource_groups/, https://docs.gitlab.com/api/project_access_tokens/
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, Response
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.people import Level, stamp
from tests.gitlab_double.places import Project

api = Blueprint("settings", __name__)
Row = dict[str, Any]
_MASKABLE = re.compile(r"[A-Za-z0-9+/=@:.~_\-]{8,}")
_MODES = {"unordered", "oldest_first", "newest_first", "newest_ready_first"}
_KEYS = ("value", "variable_type", "protected", "masked", "raw", "environment_scope", "description")


@api.get("/projects/<path>/variables")
def variables(path: str) -> Response:
    return rim.page(rim.project(path, Level.MAINTAINER).variables, lambda row: row)


@api.post("/projects/<path>/variables")
def create_variable(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.MAINTAINER, writing=True), rim.need("key")
    if wanted.get("value") is None:
        raise Failure(400, {"error": "value is missing"})
    row = {
        "key": str(wanted["key"]), "value": "", "variable_type": "env_var", "protected": False, "masked": False,
        "hidden": False, "raw": False, "environment_scope": "*", "description": None,
    }  # fmt: skip
    _take_variable(row, wanted)
    if any(
        (other["key"], other["environment_scope"]) == (row["key"], row["environment_scope"])
        for other in project.variables
    ):
        raise Failure(400, {"message": {"key": [f"({row['key']}) has already been taken"]}})
    project.variables.append(row)
    return row, 201


@api.get("/projects/<path>/variables/<key>")
def variable(path: str, key: str) -> Row:
    return _variable(rim.project(path, Level.MAINTAINER), key)


@api.put("/projects/<path>/variables/<key>")
def update_variable(path: str, key: str) -> Row:
    row = _variable(rim.project(path, Level.MAINTAINER, writing=True), key)
    _take_variable(row, rim.given())
    return row


@api.delete("/projects/<path>/variables/<key>")
def delete_variable(path: str, key: str) -> tuple[str, int]:
    project = rim.project(path, Level.MAINTAINER, writing=True)
    project.variables.remove(_variable(project, key))
    return "", 204


@api.get("/projects/<path>/pipeline_schedules")
def schedules(path: str) -> Response:
    listed = rim.project(path, Level.DEVELOPER).schedules
    return rim.page(listed, lambda row: {key: value for key, value in row.items() if key != "variables"})


@api.post("/projects/<path>/pipeline_schedules")
def create_schedule(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.DEVELOPER, writing=True), rim.need("description", "ref", "cron")
    ref = str(wanted["ref"]).removeprefix("refs/heads/").removeprefix("refs/tags/")
    if not project.repository.resolve(ref):
        raise Failure(400, {"message": {"ref": ["is invalid"]}})
    if len(str(wanted["cron"]).split()) != 5:
        raise Failure(400, {"message": {"cron": ["syntax is invalid"]}})
    row: Row = {
        "id": rim.forge().number("schedule"),
        "description": wanted["description"],
        "ref": f"refs/heads/{ref}",
        "cron": wanted["cron"],
        "cron_timezone": wanted.get("cron_timezone") or "UTC",
        "next_run_at": None,
        "active": _truth(wanted.get("active", True)),
        "created_at": stamp(project.created_at),
        "updated_at": stamp(project.created_at),
        "owner": rim.actor().brief(rim.url()),
        "last_pipeline": None,
        "variables": [],
    }
    project.schedules.append(row)
    return row, 201


@api.get("/projects/<path>/pipeline_schedules/<number>")
def schedule(path: str, number: str) -> Row:
    return _schedule(rim.project(path, Level.DEVELOPER), number)


@api.post("/projects/<path>/pipeline_schedules/<number>/take_ownership")
def take_schedule(path: str, number: str) -> tuple[Row, int]:
    """Only a maintainer takes what another one owns."""
    row = _schedule(rim.project(path, Level.MAINTAINER, writing=True), number)
    row["owner"] = rim.actor().brief(rim.url())
    return row, 201


@api.put("/projects/<path>/pipeline_schedules/<number>")
def update_schedule(path: str, number: str) -> Row:
    """Whoever does not own it is refused: it runs with its owner's rights."""
    row = _schedule(rim.project(path, Level.DEVELOPER, writing=True), number)
    if row["owner"]["id"] != rim.actor().id:
        raise Failure(403, "403 Forbidden")
    row |= {
        key: value
        for key, value in rim.given().items()
        if key in {"description", "ref", "cron", "cron_timezone"}
    }
    if "active" in rim.given():
        row["active"] = _truth(rim.given()["active"])
    return row


@api.post("/projects/<path>/pipeline_schedules/<number>/play")
def play(path: str, number: str) -> tuple[Row, int]:
    project = rim.project(path, Level.DEVELOPER, writing=True)
    row, who = _schedule(project, number), rim.actor()
    ref = row["ref"].removeprefix("refs/heads/")
    rim.forge().happened(
        "run_wanted",
        project,
        ref=ref,
        sha=project.repository.resolve(ref),
        user=who,
        source="schedule",
        variables=[],
    )
    return {"message": "201 Created"}, 201


@api.delete("/projects/<path>/pipeline_schedules/<number>")
def delete_schedule(path: str, number: str) -> tuple[str, int]:
    project = rim.project(path, Level.DEVELOPER, writing=True)
    project.schedules.remove(_schedule(project, number))
    return "", 204


@api.get("/projects/<path>/resource_groups")
def resource_groups(path: str) -> Response:
    return rim.page(rim.project(path, Level.DEVELOPER).resource_groups, lambda row: row)


@api.get("/projects/<path>/resource_groups/<key>")
def resource_group(path: str, key: str) -> Row:
    return _resource_group(rim.project(path, Level.DEVELOPER), key)


@api.put("/projects/<path>/resource_groups/<key>")
def update_resource_group(path: str, key: str) -> Row:
    row = _resource_group(rim.project(path, Level.DEVELOPER, writing=True), key)
    mode = rim.given().get("process_mode")
    if mode not in _MODES:
        raise Failure(400, {"error": "process_mode does not have a valid value"})
    row["process_mode"] = mode
    return row


@api.post("/projects/<path>/access_tokens")
def create_token(path: str) -> tuple[Row, int]:
    """A bot with a token of its own; what it is called is GitLab's."""
    project, wanted = (
        rim.project(path, Level.MAINTAINER, writing=True),
        rim.need("name", "scopes", "expires_at"),
    )
    forge, number = rim.forge(), len(project.tokens) + 1
    bot = forge.user(f"project_{project.id}_bot_{number:02x}", name=str(wanted["name"]), bot=True)
    project.members[bot.id] = Level(int(wanted.get("access_level", Level.MAINTAINER)))
    made = forge.token(
        bot,
        *wanted["scopes"],
        name=str(wanted["name"]),
        expires_at=date.fromisoformat(str(wanted["expires_at"])),
    )
    project.tokens.append(made)
    return {**made.as_json(), "access_level": int(project.members[bot.id]), "token": made.value}, 201


@api.get("/projects/<path>/access_tokens")
def tokens(path: str) -> Response:
    return rim.page(rim.project(path, Level.MAINTAINER).tokens, lambda token: token.as_json())


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() in {"true", "1"}


def _variable(project: Project, key: str) -> Row:
    scope = rim.given().get("filter[environment_scope]")
    found = [
        row for row in project.variables if row["key"] == key and scope in {None, row["environment_scope"]}
    ]
    if not found:
        raise Failure(404, "404 Variable Not Found")
    if len(found) > 1:
        raise Failure(
            409,
            "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
        )
    return found[0]


def _take_variable(row: Row, wanted: Row) -> None:
    new = {**row, **{key: wanted[key] for key in _KEYS if key in wanted}}
    for key in ("protected", "masked", "raw"):
        new[key] = _truth(new[key])
    if not re.fullmatch(r"[A-Za-z0-9_]{1,255}", new["key"]):
        raise Failure(400, {"message": {"key": ["can contain only letters, digits and '_'."]}})
    if new["masked"] and not _MASKABLE.fullmatch(str(new["value"])):
        raise Failure(400, {"message": {"value": ["is invalid"]}})
    row |= new


def _schedule(project: Project, number: str) -> Row:
    for row in project.schedules:
        if str(row["id"]) == number:
            return row
    raise Failure(404, "404 Pipeline Schedule Not Found")


def _resource_group(project: Project, key: str) -> Row:
    for row in project.resource_groups:
        if row["key"] == key:
            return row
    raise Failure(404, "404 Resource Group Not Found")
