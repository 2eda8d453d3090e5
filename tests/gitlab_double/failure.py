"""What GitLab answers when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Failure(Exception):  # noqa: N818 - an answer, which only Python takes for an error
    """An answer that is not 2xx.

    Args:
        status: of HTTP.
        message: under `message`; a mapping is the whole body.
        headers: besides the usual ones.
    """

    def __init__(
        self, status: int, message: str | Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.body: dict[str, Any] = {"message": message} if isinstance(message, str) else dict(message)
        self.headers = dict(headers or {})


def not_found(what: str) -> Failure:
    """`404 Project Not Found`."""
    return Failure(404, f"404 {what} Not Found".replace("  ", " "))


def forbidden(why: str = "") -> Failure:
    """`403 Forbidden`."""
    return Failure(403, f"403 Forbidden - {why}" if why else "403 Forbidden")


def missing(name: str) -> Failure:
    """A parameter that must be given."""
    return Failure(400, {"error": f"{name} is missing"})
