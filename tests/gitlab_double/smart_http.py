"""git over HTTP: `git http-backend` on the projects' repositories, with GitLab's say in who may do what.

Facts: https://docs.gitlab.com/user/project/repository/branches/protected/,
https://docs.gitlab.com/user/project/protected_tags/, https://docs.gitlab.com/topics/git/push_options/
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from flask import Blueprint, Response, request
from tests.builders.git_http import FILTERING, GITLAB_LIKE, http_backend
from tests.gitlab_double import pack_request, rim
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.pack_request import PackRequest
from tests.gitlab_double.people import Level, Token
from tests.gitlab_double.places import Project
from tests.gitlab_double.pushes import HEADS, Moved, Push, follow
from tests.gitlab_double.repository import ZERO

api = Blueprint("git", __name__)
_ASK = {"WWW-Authenticate": 'Basic realm="GitLab"'}
_HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
_NO_PUSH = "You are not allowed to push code to this project."
_HOOK = """#!/bin/sh
if [ -n "$DOUBLE_DENIED" ]; then echo "GitLab: $DOUBLE_DENIED" >&2; exit 1; fi
while read -r before after ref; do
    case " $DOUBLE_NO_FORCE " in *" $ref "*) ;; *) continue ;; esac
    if ! git merge-base --is-ancestor "$before" "$after"; then
        echo "GitLab: You are not allowed to force push code to a protected branch on this project." >&2
        exit 1
    fi
done
"""


def prepare(root: Path) -> Path:
    """Write the configuration of the git that serves; its path."""
    hooks = root / "git-hooks"
    hooks.mkdir(parents=True, exist_ok=True)
    (hooks / "pre-receive").write_text(_HOOK)
    (hooks / "pre-receive").chmod(0o755)
    config = root / "gitconfig"
    # GitLab removes its own references from what a client sees of a push, not of a fetch.
    hidden = "[receive]\n\thideRefs = refs/merge-requests\n\thideRefs = refs/pipelines\n"
    config.write_text(f"{GITLAB_LIKE}{FILTERING}{hidden}[core]\n\thooksPath = {hooks}\n")
    return config


@api.get("/<path:name>/info/refs")
def references(name: str) -> Response:
    """An address without `.git` leads to the one with it."""
    if name.endswith(".git"):
        return serve(name.removesuffix(".git"), "info/refs")
    query = request.query_string.decode()
    location = f"{rim.url()}/{name.replace(rim.SLASH, '/')}.git/info/refs?{query}"
    return Response("", 301, {"Location": location})


@api.route("/<path:name>.git/<path:service>", methods=["GET", "POST"])
def serve(name: str, service: str) -> Response:
    """One request of git."""
    writing = "git-receive-pack" in {service, request.args.get("service")}
    forge = rim.forge()
    with forge.lock:
        token = _token(forge)
        project = _project(forge, name.replace(rim.SLASH, "/"), token, writing=writing)
    body = request.get_data()
    if service != "git-receive-pack":
        return _backend(forge, project, service, body, {})
    assert token is not None
    wanted = pack_request.read(body, request.headers.get("Content-Encoding", ""))
    with forge.lock:
        rules = _rules(project, token, wanted)
    with project.repository.lock:
        answer = _backend(forge, project, service, body, rules)
        after = project.repository.refs()
    done = [moved for moved in wanted.moved if after.get(moved.ref, ZERO) == moved.after != moved.before]
    with forge.lock:
        _adopt_first_branch(project, done)
        follow(forge, Push(project, token.user, done, wanted.options, token.job))
    return answer


def _backend(forge: Forge, project: Project, service: str, body: bytes, extra: dict[str, str]) -> Response:
    path = project.repository.path
    status, headers, content = http_backend(
        path.parent, forge.root / "gitconfig", request.method, f"/{path.name}/{service}",
        request.query_string.decode(), request.headers, body, extra,  # type: ignore[arg-type]
    )  # fmt: skip
    return Response(content, status, headers)


def _token(forge: Forge) -> Token | None:
    """Who asks; the token is the password, whatever the name.

    Raises:
        Failure: 401, it is no token, or one that has ended.
    """
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        secret = base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (ValueError, binascii.Error):
        secret = ""
    token = forge.find_token(secret) if secret else None
    if token is None or token.revoked or token.expired or token.user.blocked:
        raise Failure(401, "HTTP Basic: Access denied", _ASK)
    return token


def _project(forge: Forge, path: str, token: Token | None, *, writing: bool) -> Project:
    """Raises: Failure: 401 for nobody, 404 for a hidden one, 403."""
    found = next((project for project in forge.projects if project.full_path == path), None)
    user = token.user if token else None
    visible = (
        found is not None and found.is_visible_to(user) and (not token or token.project in {0, found.id})
    )
    if found is None or not visible:
        # Nobody learns what there is before saying who they are.
        raise Failure(404, _HIDDEN) if token else Failure(401, "HTTP Basic: Access denied", _ASK)
    if token is None:
        if writing:
            raise Failure(401, "HTTP Basic: Access denied", _ASK)
        return found
    if not token.allows_git(writing=writing):
        raise Failure(403, "You are not allowed to download code from this project.")
    if found.visibility == "private" and found.level(user) < Level.REPORTER:
        raise Failure(403, "You are not allowed to download code from this project.")
    if writing and (found.archived or found.level(user) < Level.DEVELOPER):
        raise Failure(403, _NO_PUSH)
    if writing and token.job and not found.settings.get("ci_push_repository_for_job_token_allowed"):
        raise Failure(403, _NO_PUSH)
    return found


def _rules(project: Project, token: Token, wanted: PackRequest) -> dict[str, str]:
    """What the hook is told: why all is denied, and which branches only go forward."""
    denied, forward = "", []
    for moved in wanted.moved:
        rule = project.protection(moved.ref)
        if not project.lets_push(token.user, moved.ref):
            denied = "You are not allowed to push code to protected branches on this project."
            if not moved.ref.startswith(HEADS):
                denied = "You are not allowed to create this tag as it is protected."
        elif rule and moved.ref.startswith(HEADS):
            if moved.after == ZERO:
                denied = "You can only delete protected branches using the web interface."
            elif moved.before != ZERO and not rule["allow_force_push"]:
                forward.append(moved.ref)
        elif rule and moved.before != ZERO and not moved.ref.startswith(HEADS):
            denied = "Protected tags cannot be updated."
            if moved.after == ZERO:
                denied = "Protected tags cannot be deleted."
    return {"DOUBLE_DENIED": denied, "DOUBLE_NO_FORCE": " ".join(forward)}


def _adopt_first_branch(project: Project, done: list[Moved]) -> None:
    """The first branch of an empty repository becomes its default."""
    heads = set(project.repository.refs(HEADS))
    fresh = {moved.ref for moved in done if moved.before == ZERO and moved.ref in heads}
    if heads and heads == fresh and f"{HEADS}{project.default_branch}" not in heads:
        project.default_branch = min(heads).removeprefix(HEADS)
        project.repository.git("symbolic-ref", "HEAD", f"{HEADS}{project.default_branch}")
