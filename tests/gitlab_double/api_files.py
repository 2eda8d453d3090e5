"""API: files, one by one and many in a commit.

Facts: https://docs.gitlab.com/api/repository_files/, https://docs.gitlab.com/api/commits/#create-a-commit
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Blueprint, Response, jsonify, request
from tests.gitlab_double import rim
from tests.gitlab_double.api_repository import shown_commit
from tests.gitlab_double.failure import Failure, forbidden, not_found
from tests.gitlab_double.people import Level
from tests.gitlab_double.places import Project
from tests.gitlab_double.pushes import HEADS, Moved, Push, follow
from tests.gitlab_double.repository import ZERO, Commit

api = Blueprint("files", __name__)
Row = dict[str, Any]


@api.post("/projects/<path>/repository/commits")
def create_commit(path: str) -> tuple[Row, int]:
    """One commit of many actions, all or nothing."""
    project, wanted = (
        rim.project(path, Level.DEVELOPER, writing=True),
        rim.need("branch", "commit_message", "actions"),
    )
    return shown_commit(project, _write(project, wanted, list(wanted["actions"]))), 201


@api.get("/projects/<path>/repository/files/<file>")
def file(path: str, file: str) -> Response:
    project, sha, mode, oid = _file(path, file)
    content = project.repository.blob(oid)
    last = project.repository.line("log", "-1", "--format=%H", sha, "--", file)
    facts = {
        "file_name": file.rpartition("/")[2],
        "file_path": file,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": rim.given()["ref"],
        "blob_id": oid,
        "commit_id": sha,
        "last_commit_id": last,
        "execute_filemode": mode == "100755",
    }
    answer = jsonify({**facts, "content": base64.b64encode(content).decode()})
    for name, value in facts.items():
        answer.headers[f"X-Gitlab-{name.title().replace('_', '-')}"] = str(value)
    return answer


@api.get("/projects/<path>/repository/files/<file>/raw")
def raw_file(path: str, file: str) -> Response:
    project, _, _, oid = _file(path, file)
    return Response(project.repository.blob(oid), content_type="text/plain")


@api.post("/projects/<path>/repository/files/<file>")
@api.put("/projects/<path>/repository/files/<file>")
@api.delete("/projects/<path>/repository/files/<file>")
def write_file(path: str, file: str) -> tuple[Row, int]:
    project, wanted = rim.project(path, Level.DEVELOPER, writing=True), rim.need("branch", "commit_message")
    verb = {"POST": "create", "PUT": "update", "DELETE": "delete"}[request.method]
    _write(project, wanted, [{**wanted, "action": verb, "file_path": file}])
    if verb == "delete":
        return {}, 204
    return {"file_path": file, "branch": wanted["branch"]}, 201 if verb == "create" else 200


def _file(path: str, file: str) -> tuple[Project, str, str, str]:
    project = rim.project(path, Level.REPORTER)
    ref = str(rim.given().get("ref") or "HEAD")
    sha = project.repository.resolve(ref)
    if not sha:
        raise not_found("Commit")
    entry = project.repository.entry(sha, file)
    if entry is None:
        raise not_found("File")
    return project, sha, *entry


def _write(project: Project, wanted: Row, actions: list[Row]) -> Commit:
    """Raises: Failure: 400 or 403, nothing was written."""
    repository, who, branch = project.repository, rim.actor(), str(wanted["branch"])
    ref = f"{HEADS}{branch}"
    if not project.lets_push(who, ref):
        raise forbidden("You are not allowed to push into this branch")
    with repository.lock:
        before = repository.resolve(ref)
        start = str(wanted.get("start_sha") or wanted.get("start_branch") or "")
        base = repository.resolve(start) if start else before
        if start and before and not wanted.get("force"):
            raise Failure(
                400,
                f"A branch called '{branch}' already exists. Switch to that branch in order to make changes",
            )
        if not base and repository.refs(HEADS):
            raise Failure(400, "You can only create or edit files when you are on a branch")
        entries = _entries(project, base, actions)
        tree = repository.write_tree(base, entries)
        name, email = str(wanted.get("author_name") or who.name), str(wanted.get("author_email") or who.email)
        made = repository.write_commit(
            tree, [base] if base else [], str(wanted["commit_message"]), name, email
        )
        repository.update(ref, made)
        follow(rim.forge(), Push(project, who, [Moved(ref, before or ZERO, made)]))
    return repository.commit(made)


def _entries(project: Project, base: str, actions: list[Row]) -> dict[str, tuple[str, str] | None]:
    repository = project.repository
    entries: dict[str, tuple[str, str] | None] = {}
    for action in actions:
        name, verb = str(action.get("file_path") or ""), action.get("action")
        if ".git" in name.split("/") or ".." in name.split("/") or not name:
            raise Failure(400, "Path cannot include directory traversal" if ".." in name else "Invalid path")
        there = entries[name] if name in entries else (repository.entry(base, name) if base else None)
        if verb == "create" and there:
            raise Failure(400, "A file with this name already exists")
        source = str(action.get("previous_path") or name)
        old = repository.entry(base, source) if base and verb == "move" else there
        if verb != "create" and not old:
            raise Failure(400, "A file with this name doesn't exist")
        if action.get("last_commit_id") and base:
            last = repository.line("log", "-1", "--format=%H", base, "--", name)
            if last != action["last_commit_id"]:
                raise Failure(
                    400, "You are attempting to update a file that has changed since you started editing it."
                )
        entries |= _entry(project, action, name, source, old)
    return entries


def _entry(
    project: Project, action: Row, name: str, source: str, old: tuple[str, str] | None
) -> dict[str, tuple[str, str] | None]:
    if action["action"] == "delete":
        return {name: None}
    mode, oid = old or ("100644", "")
    if "execute_filemode" in action:
        mode = "100755" if action["execute_filemode"] else "100644"
    if action.get("content") is not None:
        raw = str(action["content"]).encode()
        oid = project.repository.write_blob(
            base64.b64decode(raw) if action.get("encoding") == "base64" else raw
        )
    elif action["action"] == "create":
        oid = project.repository.write_blob(b"")
    return {**({source: None} if source != name else {}), name: (mode, oid)}
