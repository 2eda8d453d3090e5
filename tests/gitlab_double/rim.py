"""Requests and answers of the API: who asks, what was given, pages, errors.

Facts: https://docs.gitlab.com/api/rest/, https://docs.gitlab.com/api/rest/authentication/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, current_app, g, jsonify, request
from tests.gitlab_double.failure import Failure, forbidden, missing, not_found
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.people import Level, Token, User
from tests.gitlab_double.places import Group, Project
from werkzeug.routing import BaseConverter

Row = dict[str, Any]
SLASH = "\x1f"
"""Stands for an encoded slash while a path is matched."""
MOST = 100


class Encoded(BaseConverter):
    """One part of a path in which %2F is a letter like any other."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace(SLASH, "/")


def forge() -> Forge:
    """The one whose API this is."""
    return cast("Forge", current_app.config["forge"])


@contextmanager
def unlocked() -> Iterator[None]:
    """For what takes long, or asks us while it lasts."""
    forge().lock.release()
    try:
        yield
    finally:
        forge().lock.acquire()


def url() -> str:
    return forge().url


def identify() -> Token | None:
    """The token of a request.

    Raises:
        Failure: 401 or 403; it is wrong, has ended or reaches not so far.
    """
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    value = (
        request.headers.get("PRIVATE-TOKEN")
        or bearer
        or request.headers.get("JOB-TOKEN")
        or request.args.get("private_token")
    )
    if not value:
        return None
    token = forge().find_token(value)
    if token is None:
        raise Failure(401, "401 Unauthorized")
    if token.revoked or token.expired:
        why = (
            "Token was revoked. You have to re-authorize from the user."
            if token.revoked
            else "Token is expired. You can either do re-authorization or token refresh."
        )
        raise Failure(401, {"error": "invalid_token", "error_description": why})
    if token.user.blocked:
        raise forbidden("Your account has been blocked.")
    writing = request.method not in {"GET", "HEAD"}
    if token.job:
        _check_job_token(token)
    elif not token.allows(writing=writing) and not request.path.endswith("/personal_access_tokens/self"):
        raise Failure(
            403,
            {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": "api" if writing else "api read_api",
            },
        )
    return token


def _check_job_token(token: Token) -> None:
    """A job's token reads a little and writes next to nothing.

    Raises:
        Failure: 401, this is not among it.
    """
    reads = (
        "/repository/branches",
        "/repository/commits/",
        "/merge_requests",
        "/repository/files/",
        "/repository/tags",
    )
    allowed = request.path.endswith("/job") or (
        request.method in {"GET", "HEAD"} and any(part in request.path for part in reads)
    )
    if not allowed:
        raise Failure(401, "401 Unauthorized")


def token() -> Token:
    """Raises: Failure: 401, nobody said who they are."""
    if g.token is None:
        raise Failure(401, "401 Unauthorized")
    return cast("Token", g.token)


def actor() -> User:
    """The one who asks.

    Raises:
        Failure: 401.
    """
    return token().user


def user() -> User | None:
    return g.token.user if g.token else None


def project(id_or_path: str, level: Level = Level.GUEST, *, writing: bool = False) -> Project:
    """A project that the asker may see, and may do this much in.

    Raises:
        Failure: 404 for a hidden one, 401, 403.
    """
    found = forge().find_project(id_or_path)
    if not found.is_visible_to(user()):
        raise not_found("Project")
    if g.token and g.token.project not in {0, found.id}:
        raise not_found("Project")
    if level > Level.GUEST or writing:
        # What is public to read needs no membership; everything else does.
        reading = level <= Level.REPORTER and not writing and found.visibility != "private"
        if not reading and found.level(actor()) < level:
            raise forbidden()
    if writing and found.archived:
        raise forbidden()
    return found


def group(id_or_path: str, level: Level = Level.NONE) -> Group:
    """A group that the asker may see, and may do this much in.

    Raises:
        Failure: 404, 401, 403.
    """
    found = forge().find_group(id_or_path)
    if found.visibility != "public" and found.level(user()) < Level.GUEST:
        raise not_found("Group")
    if level and found.level(actor()) < level:
        raise forbidden()
    return found


def given() -> Row:
    """The parameters of a request, of body and query."""
    body = request.get_json(silent=True) if request.is_json else None
    return {**request.args.to_dict(), **request.form.to_dict(), **(body if isinstance(body, dict) else {})}


def need(*names: str) -> Row:
    """Parameters that must be there.

    Raises:
        Failure: 400.
    """
    found = given()
    for name in names:
        if found.get(name) is None or found[name] == "":
            raise missing(name)
    return found


def page(items: Sequence[Any], shown: Callable[[Any], Row]) -> Response:
    """One page of a list, with the headers that lead to the others."""
    size = min(MOST, max(1, int(request.args.get("per_page", 20))))
    number = max(1, int(request.args.get("page", 1)))
    pages = max(1, -(-len(items) // size))
    answer = jsonify([shown(item) for item in items[(number - 1) * size : number * size]])
    others = {"prev": number - 1 if number > 1 else None, "next": number + 1 if number < pages else None}
    others |= {"first": 1, "last": pages}
    links = [(name, at) for name, at in others.items() if at]
    answer.headers["Link"] = ", ".join(f'<{_address(at)}>; rel="{name}"' for name, at in links)
    answer.headers["X-Page"] = str(number)
    answer.headers["X-Per-Page"] = str(size)
    answer.headers["X-Next-Page"] = str(others["next"] or "")
    answer.headers["X-Prev-Page"] = str(others["prev"] or "")
    answer.headers["X-Total"] = str(len(items))
    answer.headers["X-Total-Pages"] = str(pages)
    return answer


def _address(number: int) -> str:
    raw = request.environ["RAW_URI"].partition("?")[0]
    return f"{url()}{raw}?{urlencode({**request.args.to_dict(), 'page': number})}"


def ordered(items: Iterable[Any], key: Callable[[Any], Any]) -> list[Any]:
    """As `order_by` and `sort` ask: newest first unless told otherwise."""
    return sorted(items, key=key, reverse=request.args.get("sort", "desc") != "asc")
