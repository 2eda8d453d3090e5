"""Who asks: users, their tokens, and how far both reach.

Facts: https://docs.gitlab.com/user/permissions/, https://docs.gitlab.com/api/rest/authentication/,
https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """Access levels as GitLab numbers them."""

    NONE = 0
    GUEST = 10
    REPORTER = 20
    DEVELOPER = 30
    MAINTAINER = 40
    OWNER = 50


@dataclass(eq=False)
class User:
    """A person or a bot.

    Attributes:
        admin: sees and may do everything.
        blocked: may do nothing.
    """

    id: int
    username: str
    name: str
    email: str = ""
    admin: bool = False
    bot: bool = False
    blocked: bool = False

    def brief(self, url: str) -> dict[str, Any]:
        """As it stands in other objects."""
        return {
            "id": self.id,
            "username": self.username,
            "name": self.name,
            "state": "blocked" if self.blocked else "active",
            "locked": False,
            "avatar_url": None,
            "web_url": f"{url}/{self.username}",
        }

    def in_event(self) -> dict[str, Any]:
        """As it stands in a webhook."""
        return {
            "id": self.id,
            "name": self.name,
            "username": self.username,
            "avatar_url": None,
            "email": self.email or "[REDACTED]",
        }


@dataclass(eq=False)
class Token:
    """A personal, project or group access token, or a job's.

    Attributes:
        job: number of the job whose token it is; the token ends with it.
        project: number of the only project that a job's token reaches, 0 for any.
    """

    id: int
    value: str
    user: User
    scopes: tuple[str, ...] = ("api",)
    name: str = "token"
    expires_at: date | None = None
    revoked: bool = False
    job: int = 0
    project: int = 0
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC).date()

    def allows(self, *, writing: bool) -> bool:
        """Whether its scopes reach the API."""
        return "api" in self.scopes or (not writing and "read_api" in self.scopes)

    def allows_git(self, *, writing: bool) -> bool:
        """Whether its scopes reach git over HTTP."""
        wanted = {"api", "write_repository"} | (set() if writing else {"read_repository"})
        return bool(self.job) or bool(wanted & set(self.scopes))

    def as_json(self) -> dict[str, Any]:
        """The answer of `/personal_access_tokens/self`."""
        return {
            "id": self.id,
            "name": self.name,
            "revoked": self.revoked,
            "created_at": stamp(self.created_at),
            "description": None,
            "scopes": list(self.scopes),
            "user_id": self.user.id,
            "last_used_at": stamp(datetime.now(UTC)),
            "active": not (self.revoked or self.expired),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
        }


def stamp(moment: datetime | None) -> str | None:
    """A time as the API writes it."""
    return moment and moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_stamp(moment: datetime | None) -> str | None:
    """A time as webhooks write it."""
    return moment and moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
