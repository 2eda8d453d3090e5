"""API: the one who asks, and this GitLab itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure, not_found

api = Blueprint("people", __name__)


@api.get("/version")
def version() -> dict[str, str]:
    rim.token()
    return {"version": rim.forge().version, "revision": "0123456789a"}


@api.get("/metadata")
def metadata() -> dict[str, Any]:
    return {**version(), "enterprise": True, "kas": {"enabled": False}}


@api.get("/user")
def me() -> dict[str, Any]:
    who = rim.actor()
    return {
        **who.brief(rim.url()),
        "email": who.email,
        "commit_email": who.email,
        "is_admin": who.admin,
        "bot": who.bot,
        "external": False,
        "can_create_group": True,
        "can_create_project": True,
    }


@api.get("/users")
def users() -> Response:
    rim.token()
    wanted = rim.given().get("username")
    return rim.page(
        [user for user in rim.forge().users if wanted in {None, user.username}],
        lambda user: user.brief(rim.url()),
    )


@api.get("/users/<number>")
def one(number: str) -> dict[str, Any]:
    rim.token()
    for user in rim.forge().users:
        if str(user.id) == number:
            return user.brief(rim.url())
    raise not_found("User")


@api.get("/personal_access_tokens/self")
def own_token() -> dict[str, Any]:
    found = rim.token()
    if found.job:
        raise Failure(401, "401 Unauthorized")
    return found.as_json()


@api.get("/job")
def own_job() -> dict[str, Any]:
    """A job asks what it is."""
    found = rim.token()
    for project in rim.forge().projects:
        for pipeline in project.pipelines:
            for job in pipeline.jobs:
                if job.id == found.job:
                    return job.as_json(rim.url())
    raise not_found("Job")


@api.get("/namespaces")
def namespaces() -> Response:
    search = str(rim.given().get("search", ""))
    who = rim.actor()
    found = [group for group in rim.forge().groups if group.level(who) and search in group.full_path]
    return rim.page(found, lambda group: group.namespace(rim.url()))


@api.get("/namespaces/<path>")
def namespace(path: str) -> Response:
    who = rim.actor()
    for group in rim.forge().groups:
        if path in {str(group.id), group.full_path} and group.level(who):
            return jsonify(group.namespace(rim.url()))
    raise not_found("Namespace")
