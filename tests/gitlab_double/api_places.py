"""API: groups and projects.

Facts: https://docs.gitlab.com/api/groups/, https://docs.gitlab.com/api/projects/
"""

from __future__ import annotations

import re
import shutil
from typing import Any

from flask import Blueprint, Response, request
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure, forbidden, not_found
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import VISIBILITY, Group, Project

api = Blueprint("places", __name__)
_OURS = {"id", "path", "name", "visibility", "default_branch", "description", "merge_method", "squash_option"}
_PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")


@api.get("/groups")
def groups() -> Response:
    search = str(rim.given().get("search", ""))
    found = [
        group for group in rim.forge().groups
        if group.kind == "group" and search in group.full_path
        and (group.visibility == "public" or group.level(rim.user()))
    ]  # fmt: skip
    return rim.page(found, lambda group: group.as_json(rim.url()))


@api.post("/groups")
def create_group() -> tuple[dict[str, Any], int]:
    wanted = rim.need("name", "path")
    forge, who = rim.forge(), rim.actor()
    parent = None
    if wanted.get("parent_id"):
        parent = rim.group(str(wanted["parent_id"]), Level.MAINTAINER)
    if any(group.parent is parent and group.path == wanted["path"] for group in forge.groups):
        raise Failure(400, {"message": 'Failed to save group {:path=>["has already been taken"]}'})
    _check_visibility(wanted, parent)
    made = Group(
        forge.number("namespace"), str(wanted["path"]), str(wanted["name"]), parent,
        str(wanted.get("visibility", "private")), description=str(wanted.get("description") or ""),
        members={who.id: Level.OWNER},
    )  # fmt: skip
    forge.groups.append(made)
    return made.as_json(rim.url()), 201


@api.get("/groups/<path>")
def one_group(path: str) -> dict[str, Any]:
    return rim.group(path).as_json(rim.url())


@api.delete("/groups/<path>")
def delete_group(path: str) -> tuple[dict[str, str], int]:
    """With all that lies in it."""
    found, forge = rim.group(path, Level.OWNER), rim.forge()
    for project in [one for one in forge.projects if one.group.is_inside(found)]:
        forge.projects.remove(project)
        shutil.rmtree(project.repository.path)
    forge.groups[:] = [one for one in forge.groups if not one.is_inside(found)]
    return {"message": "202 Accepted"}, 202


@api.get("/groups/<path>/subgroups")
@api.get("/groups/<path>/descendant_groups")
def subgroups(path: str) -> Response:
    found = rim.group(path)
    deep = request.path.endswith("descendant_groups")
    below = [
        group for group in rim.forge().groups
        if group is not found and (group.is_inside(found) if deep else group.parent is found)
    ]  # fmt: skip
    return rim.page(below, lambda group: group.as_json(rim.url()))


@api.get("/groups/<path>/projects")
def projects_of_group(path: str) -> Response:
    found = rim.group(path)
    deep = str(rim.given().get("include_subgroups", "")).lower() == "true"
    below = [
        project for project in rim.forge().projects
        if project.is_visible_to(rim.user())
        and (project.group.is_inside(found) if deep else project.group is found)
    ]  # fmt: skip
    return rim.page(rim.ordered(below, lambda project: project.id), _shown)


@api.get("/projects")
def projects() -> Response:
    asked = rim.given()
    search = str(asked.get("search", "")).lower()
    member = str(asked.get("membership", "")).lower() == "true"
    found = [
        project for project in rim.forge().projects
        if project.is_visible_to(rim.user()) and search in project.full_path.lower()
        and (not member or project.level(rim.user()))
    ]  # fmt: skip
    return rim.page(rim.ordered(found, lambda project: project.id), _shown)


@api.post("/projects")
def create_project() -> tuple[dict[str, Any], int]:
    wanted = rim.given()
    if not wanted.get("name") and not wanted.get("path"):
        raise Failure(400, {"error": "name, path are missing, at least one parameter must be provided"})
    forge, who = rim.forge(), rim.actor()
    group = next(group for group in forge.groups if group.kind == "user" and group.path == who.username)
    if wanted.get("namespace_id"):
        number = str(wanted["namespace_id"])
        group = next((group for group in forge.groups if str(group.id) == number), group)
        if str(group.id) != number or not group.level(who):
            raise Failure(400, {"message": {"namespace": ["is not valid"]}})
        if group.level(who) < Level.MAINTAINER:
            raise forbidden()
    _check_visibility(wanted, group)
    path = str(wanted.get("path") or re.sub(r"[^A-Za-z0-9_.-]+", "-", str(wanted["name"])).lower())
    if not _PATH.fullmatch(path):
        raise Failure(400, {"message": {"path": ["can contain only letters, digits, '_', '-' and '.'"]}})
    readme = str(wanted.get("initialize_with_readme", "")).lower() == "true"
    made = forge.project(
        f"{group.full_path}/{path}", *([{"README.md": f"# {path}\n"}] if readme else []),
        creator=who, name=str(wanted.get("name") or path), default_branch=str(wanted.get("default_branch") or "main"),
    )  # fmt: skip
    made.members[who.id] = Level.OWNER
    _take(made, wanted)
    return _shown(made), 201


@api.get("/projects/<path>")
def one_project(path: str) -> dict[str, Any]:
    return _shown(rim.project(path))


@api.put("/projects/<path>")
def edit_project(path: str) -> dict[str, Any]:
    found, wanted = rim.project(path, Level.MAINTAINER, writing=True), rim.given()
    _check_visibility(wanted, found.group)
    branch = wanted.get("default_branch")
    if branch and not found.repository.resolve(f"refs/heads/{branch}"):
        raise Failure(
            400, {"message": {"base": ["Could not change HEAD: branch '" + str(branch) + "' does not exist"]}}
        )
    _take(found, wanted)
    found.repository.git("symbolic-ref", "HEAD", f"refs/heads/{found.default_branch}")
    return _shown(found)


@api.delete("/projects/<path>")
def delete_project(path: str) -> tuple[dict[str, str], int]:
    found = rim.project(path, Level.OWNER)
    rim.forge().projects.remove(found)
    shutil.rmtree(found.repository.path)
    return {"message": "202 Accepted"}, 202


@api.post("/projects/<path>/archive")
@api.post("/projects/<path>/unarchive")
def archive(path: str) -> tuple[dict[str, Any], int]:
    found = rim.project(path, Level.OWNER)
    found.archived = request.path.endswith("/archive")
    return _shown(found), 201


@api.post("/projects/<path>/fork")
def fork(path: str) -> tuple[dict[str, Any], int]:
    found, who, forge = rim.project(path, Level.REPORTER), rim.actor(), rim.forge()
    wanted = str(rim.given().get("namespace_path") or who.username)
    group = next((group for group in forge.groups if group.full_path == wanted and group.level(who)), None)
    if group is None:
        raise not_found("Target Namespace")
    made = forge.fork(found, group, who)
    made.members[who.id] = Level.OWNER
    return _shown(made), 201


@api.get("/projects/<path>/members/all")
@api.get("/projects/<path>/members")
def members(path: str) -> Response:
    found = rim.project(path)
    people = [user for user in rim.forge().users if not user.admin and found.level(user)]
    return rim.page(people, lambda user: {**user.brief(rim.url()), "access_level": int(found.level(user))})


@api.post("/projects/<path>/members")
def add_member(path: str) -> tuple[dict[str, Any], int]:
    found, wanted = rim.project(path, Level.MAINTAINER, writing=True), rim.need("user_id", "access_level")
    user = next((user for user in rim.forge().users if user.id == int(wanted["user_id"])), None)
    if user is None:
        raise not_found("User")
    if user.id in found.members:
        raise Failure(409, "Member already exists")
    found.members[user.id] = Level(int(wanted["access_level"]))
    return {**user.brief(rim.url()), "access_level": int(wanted["access_level"])}, 201


def _shown(project: Project) -> dict[str, Any]:
    return project.as_json(rim.url(), project.level(rim.user()))


def _take(project: Project, wanted: dict[str, Any]) -> None:
    for name in ("name", "description", "visibility", "default_branch", "merge_method", "squash_option"):
        if wanted.get(name) is not None:
            setattr(project, name, wanted[name])
    known = project.as_json("", Level.NONE)
    project.settings |= {key: value for key, value in wanted.items() if key in known and key not in _OURS}


def _check_visibility(wanted: dict[str, Any], parent: Group | None) -> None:
    """Raises: Failure: 400, more open than what it lies in."""
    level = str(wanted.get("visibility") or "private")
    if level not in VISIBILITY:
        raise Failure(400, {"error": "visibility does not have a valid value"})
    if parent and parent.kind == "group" and VISIBILITY[level] > VISIBILITY[parent.visibility]:
        why = f"{level} is not allowed since the parent group has a {parent.visibility} visibility."
        raise Failure(400, {"message": {"visibility_level": [why]}})
