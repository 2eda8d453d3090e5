"""API: webhooks of projects and groups, and what was sent through them.

Facts: https://docs.gitlab.com/api/project_webhooks/, https://docs.gitlab.com/api/group_webhooks/
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.hook_samples import sample
from tests.gitlab_double.hooks import Hook
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import Project
from tests.gitlab_double.post_office import PostOffice

api = Blueprint("hooks", __name__)
Row = dict[str, Any]
TRIGGERS = {
    "push_events", "tag_push_events", "merge_requests_events", "note_events", "pipeline_events", "job_events",
    "resource_access_token_events",
}  # fmt: skip


def _place(kind: str, path: str) -> tuple[list[Hook], Row]:
    if kind == "projects":
        project = rim.project(path, Level.MAINTAINER)
        return project.hooks, {"project_id": project.id}
    if kind == "groups" and rim.forge().premium:
        group = rim.group(path, Level.OWNER)
        return group.hooks, {"group_id": group.id}
    raise Failure(404, {"error": "404 Not Found"})


def _hook(kind: str, path: str, number: str) -> Hook:
    for hook in _place(kind, path)[0]:
        if str(hook.id) == number:
            return hook
    raise Failure(404, "404 Not found")


def _office() -> PostOffice:
    return cast("PostOffice", current_app.config["double"].hooks)


def _project(hook: Hook) -> Project:
    """The hook's own, or one of its group's.

    Raises:
        Failure: 422, the group has none.
    """
    if "project_id" in hook.owner:
        return rim.forge().find_project(str(hook.owner["project_id"]))
    group = rim.forge().find_group(str(hook.owner["group_id"]))
    for project in rim.forge().projects:
        if project.group.is_inside(group) and project.repository.refs():
            return project
    raise Failure(422, "Ensure the group has a project with commits.")


def _signs() -> bool:
    return rim.forge().at_least(19, 0)


@api.get("/<kind>/<path>/hooks")
def hooks(kind: str, path: str) -> Response:
    return rim.page(_place(kind, path)[0], lambda hook: hook.as_json(signs=_signs()))


@api.post("/<kind>/<path>/hooks")
def create(kind: str, path: str) -> tuple[Row, int]:
    there, owner = _place(kind, path)
    wanted = rim.need("url")
    made = Hook(rim.forge().number("hook"), "", owner)
    made.take(wanted, signs=_signs())
    there.append(made)
    return made.as_json(signs=_signs()), 201


@api.get("/<kind>/<path>/hooks/<number>")
def one(kind: str, path: str, number: str) -> Row:
    return _hook(kind, path, number).as_json(signs=_signs())


@api.put("/<kind>/<path>/hooks/<number>")
def update(kind: str, path: str, number: str) -> Row:
    hook = _hook(kind, path, number)
    hook.take(rim.need("url"), signs=_signs())
    return hook.as_json(signs=_signs())


@api.delete("/<kind>/<path>/hooks/<number>")
def delete(kind: str, path: str, number: str) -> tuple[str, int]:
    hook = _hook(kind, path, number)
    _place(kind, path)[0].remove(hook)
    return "", 204


@api.post("/<kind>/<path>/hooks/<number>/test/<trigger>")
def test(kind: str, path: str, number: str, trigger: str) -> tuple[Row, int]:
    """Send something that looks real."""
    hook = _hook(kind, path, number)
    if trigger not in TRIGGERS:
        raise Failure(400, {"error": "trigger does not have a valid value"})
    _office().limit_tests(kind, path, rim.actor())
    project = _project(hook)
    body = sample(rim.forge(), project, trigger, rim.actor())
    with rim.unlocked():
        delivery = _office().test(hook, trigger, body)
    if not delivery.status.startswith("2"):
        raise Failure(422, f"Hook execution failed: {delivery.status}")
    return {"message": "201 Created"}, 201


@api.get("/<kind>/<path>/hooks/<number>/events")
def events(kind: str, path: str, number: str) -> Response:
    _since(17, 3)
    hook = _hook(kind, path, number)
    wanted = str(rim.given().get("status", ""))
    found = [
        delivery for delivery in reversed(hook.deliveries)
        if delivery.status and _is(delivery.status, wanted)
    ]  # fmt: skip
    return rim.page(found, lambda delivery: delivery.as_json())


@api.post("/<kind>/<path>/hooks/<number>/events/<event>/resend")
def resend(kind: str, path: str, number: str, event: str) -> tuple[Row, int]:
    _since(17, 4)
    hook = _hook(kind, path, number)
    for delivery in hook.deliveries:
        if str(delivery.id) == event:
            with rim.unlocked():
                sent = _office().resend(hook, delivery)
            return {"response_status": sent.status}, 201
    raise Failure(404, "404 Not found")


def _since(*version: int) -> None:
    if not rim.forge().at_least(*version):
        raise Failure(404, {"error": "404 Not Found"})


def _is(status: str, wanted: str) -> bool:
    kinds = {"successful": "2", "client_failure": "4", "server_failure": "5"}
    if wanted in kinds:
        return status.startswith(kinds[wanted]) or (wanted == "server_failure" and not status[0].isdigit())
    return wanted in {"", status}
