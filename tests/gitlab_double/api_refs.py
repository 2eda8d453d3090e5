"""API: branches and tags, and the rules that protect them.

Facts: https://docs.gitlab.com/api/branches/, https://docs.gitlab.com/api/tags/,
https://docs.gitlab.com/api/protected_branches/, https://docs.gitlab.com/api/protected_tags/
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from tests.gitlab_double import rim
from tests.gitlab_double.api_repository import shown_commit
from tests.gitlab_double.failure import Failure, forbidden, not_found
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import Project
from tests.gitlab_double.pushes import HEADS, TAGS, Moved, Push, follow
from tests.gitlab_double.repository import ZERO

api = Blueprint("refs", __name__)
Row = dict[str, Any]
_LEVELS = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers", 60: "Admins"}


@api.get("/projects/<path>/repository/branches")
def branches(path: str) -> Response:
    project, search = rim.project(path), str(rim.given().get("search", ""))
    names = [name.removeprefix(HEADS) for name in project.repository.refs(HEADS)]
    return rim.page([name for name in names if search in name], lambda name: _branch(project, name))


@api.get("/projects/<path>/repository/branches/<name>")
def branch(path: str, name: str) -> Row:
    project = rim.project(path)
    if f"{HEADS}{name}" not in project.repository.refs(HEADS):
        raise not_found("Branch")
    return _branch(project, name)


@api.post("/projects/<path>/repository/branches")
def create_branch(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.DEVELOPER, writing=True), rim.need("branch", "ref")
    name = str(wanted["branch"])
    _move(project, f"{HEADS}{name}", _start(project, wanted), "Branch already exists")
    return _branch(project, name), 201


@api.delete("/projects/<path>/repository/branches/<name>")
def delete_branch(path: str, name: str) -> tuple[str, int]:
    project = rim.project(path, Level.DEVELOPER, writing=True)
    if name == project.default_branch:
        raise Failure(405, "Cannot delete default branch")
    _delete(project, f"{HEADS}{name}", "Branch")
    return "", 204


@api.get("/projects/<path>/repository/tags")
def tags(path: str) -> Response:
    project, search = rim.project(path), str(rim.given().get("search", ""))
    names = [name.removeprefix(TAGS) for name in project.repository.refs(TAGS)]
    shown = [_tag(project, name) for name in names if search.strip("^$") in name]
    return rim.page(
        rim.ordered(shown, lambda row: (row["commit"]["committed_date"], row["name"])), lambda row: row
    )


@api.get("/projects/<path>/repository/tags/<name>")
def tag(path: str, name: str) -> Row:
    project = rim.project(path)
    if f"{TAGS}{name}" not in project.repository.refs(TAGS):
        raise not_found("Tag")
    return _tag(project, name)


@api.post("/projects/<path>/repository/tags")
def create_tag(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.DEVELOPER, writing=True), rim.need("tag_name", "ref")
    name, start = str(wanted["tag_name"]), _start(project, wanted)
    if wanted.get("message"):
        who = rim.actor()
        text = f"object {start}\ntype commit\ntag {name}\ntagger {who.name} <{who.email}> 1767225600 +0000\n\n{wanted['message']}\n"
        start = project.repository.git("mktag", feed=text.encode()).decode().strip()
    _move(project, f"{TAGS}{name}", start, f"Tag {name} already exists")
    return _tag(project, name), 201


@api.delete("/projects/<path>/repository/tags/<name>")
def delete_tag(path: str, name: str) -> tuple[str, int]:
    _delete(rim.project(path, Level.DEVELOPER, writing=True), f"{TAGS}{name}", "Tag")
    return "", 204


@api.get("/projects/<path>/protected_tags")
def protected_tags(path: str) -> Response:
    return rim.page(rim.project(path, Level.MAINTAINER).protected_tags, lambda row: row)


@api.get("/projects/<path>/protected_tags/<name>")
def protected_tag(path: str, name: str) -> Row:
    return _rule(rim.project(path, Level.MAINTAINER).protected_tags, name)


@api.post("/projects/<path>/protected_tags")
def protect_tag(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.MAINTAINER, writing=True), rim.need("name")
    return _protect(project.protected_tags, wanted, {"create_access_level": "create_access_levels"}), 201


@api.delete("/projects/<path>/protected_tags/<name>")
def unprotect_tag(path: str, name: str) -> tuple[str, int]:
    rules = rim.project(path, Level.MAINTAINER, writing=True).protected_tags
    rules.remove(_rule(rules, name))
    return "", 204


@api.get("/projects/<path>/protected_branches")
def protected_branches(path: str) -> Response:
    return rim.page(rim.project(path, Level.MAINTAINER).protected_branches, lambda row: row)


@api.get("/projects/<path>/protected_branches/<name>")
def protected_branch(path: str, name: str) -> Row:
    return _rule(rim.project(path, Level.MAINTAINER).protected_branches, name)


@api.post("/projects/<path>/protected_branches")
def protect_branch(path: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.MAINTAINER, writing=True), rim.need("name")
    keys = {"push_access_level": "push_access_levels", "merge_access_level": "merge_access_levels"}
    return _protect(project.protected_branches, wanted, keys), 201


@api.delete("/projects/<path>/protected_branches/<name>")
def unprotect_branch(path: str, name: str) -> tuple[str, int]:
    rules = rim.project(path, Level.MAINTAINER, writing=True).protected_branches
    rules.remove(_rule(rules, name))
    return "", 204


def _branch(project: Project, name: str) -> Row:
    rule = project.protection(f"{HEADS}{name}")
    return {
        "name": name,
        "commit": shown_commit(project, project.repository.commit(f"{HEADS}{name}")),
        "merged": False,
        "protected": rule is not None,
        "developers_can_push": bool(
            rule and any(0 < row["access_level"] <= 30 for row in rule["push_access_levels"])
        ),
        "developers_can_merge": bool(
            rule and any(0 < row["access_level"] <= 30 for row in rule["merge_access_levels"])
        ),
        "can_push": rim.user() is not None and project.lets_push(rim.actor(), f"{HEADS}{name}"),
        "default": name == project.default_branch,
        "web_url": f"{project.web_url(rim.url())}/-/tree/{name}",
    }


def _tag(project: Project, name: str) -> Row:
    repository, ref = project.repository, f"{TAGS}{name}"
    target = repository.line("rev-parse", ref)
    annotated = repository.line("cat-file", "-t", target) == "tag"
    message = repository.line("for-each-ref", "--format=%(contents)", ref) if annotated else ""
    return {
        "name": name,
        "message": message,
        "target": target,
        "commit": shown_commit(project, repository.commit(f"{ref}^{{commit}}")),
        "release": None,
        "protected": project.protection(ref) is not None,
        "created_at": None,
    }


def _start(project: Project, wanted: Row) -> str:
    found = project.repository.resolve(str(wanted["ref"]))
    if not found:
        raise Failure(400, f"Invalid reference name: {wanted['ref']}")
    return found


def _move(project: Project, ref: str, after: str, taken: str) -> None:
    who = rim.actor()
    if not project.lets_push(who, ref):
        raise forbidden()
    with project.repository.lock:
        if ref in project.repository.refs():
            raise Failure(400, taken)
        project.repository.update(ref, after)
        follow(rim.forge(), Push(project, who, [Moved(ref, ZERO, after)]))


def _delete(project: Project, ref: str, what: str) -> None:
    before = project.repository.refs().get(ref)
    if before is None:
        raise not_found(what)
    if not project.lets_push(rim.actor(), ref):
        raise forbidden()
    with project.repository.lock:
        project.repository.update(ref, ZERO)
        follow(rim.forge(), Push(project, rim.actor(), [Moved(ref, before, ZERO)]))


def _rule(rules: list[Row], name: str) -> Row:
    for rule in rules:
        if rule["name"] == name:
            return rule
    raise Failure(404, "404 Not found")


def _protect(rules: list[Row], wanted: Row, keys: dict[str, str]) -> Row:
    if any(rule["name"] == wanted["name"] for rule in rules):
        what = "Protected tag" if "create_access_level" in keys else "Protected branch"
        raise Failure(409, f"{what} '{wanted['name']}' already exists")
    rule: Row = {"name": wanted["name"]}
    for key, plural in keys.items():
        level = int(wanted.get(key, 40))
        rule[plural] = [{"id": 1, "access_level": level, "access_level_description": _LEVELS.get(level, "")}]
    if "push_access_level" in keys:
        rule |= {
            "id": rim.forge().number("protection"),
            "allow_force_push": str(wanted.get("allow_force_push", "")).lower() == "true",
            "code_owner_approval_required": False,
            "unprotect_access_levels": [],
            "inherited": False,
        }
    rules.append(rule)
    return rule
