"""A project's or a group's webhook and what was sent through it.

Facts: https://docs.gitlab.com/api/project_webhooks/, https://docs.gitlab.com/user/project/integrations/webhooks/;
when a hook is disabled: `app/models/concerns/web_hooks/auto_disabling.rb` of gitlabhq/gitlabhq.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.gitlab_double.failure import Failure
from tests.gitlab_double.people import stamp

Row = dict[str, Any]
EVENTS = {
    "push_events": True,
    "tag_push_events": False,
    "merge_requests_events": False,
    "issues_events": False,
    "confidential_issues_events": False,
    "note_events": False,
    "confidential_note_events": False,
    "pipeline_events": False,
    "job_events": False,
    "wiki_page_events": False,
    "deployment_events": False,
    "feature_flag_events": False,
    "releases_events": False,
    "milestone_events": False,
    "emoji_events": False,
    "resource_access_token_events": False,
    "resource_deploy_token_events": False,
    "repository_update_events": False,
}
TEMPORARY, PERMANENT = 3, 39
"""Failures in a row after which a hook is disabled for a while and for good."""


@dataclass(eq=False)
class Delivery:
    """One request that was sent, or would have been."""

    id: int
    kind: str
    key: str
    body: bytes
    headers: dict[str, str]
    status: str = ""
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    duration: float = 0.0
    url: str = ""

    def as_json(self) -> Row:
        return {
            "id": self.id,
            "url": self.url,
            "trigger": self.kind,
            "request_headers": {
                name: "[REDACTED]" if name == "X-Gitlab-Token" else value
                for name, value in self.headers.items()
            },
            "request_data": self.body.decode(),
            "response_headers": {},
            "response_body": "",
            "execution_duration": self.duration,
            "response_status": self.status,
            "created_at": stamp(self.sent_at),
        }


@dataclass(eq=False)
class Hook:
    """A webhook; the two credentials are never shown.

    Attributes:
        owner: what `as_json` calls its place, `{"project_id": 5}`.
    """

    id: int
    url: str
    owner: Row
    token: str = ""
    signing_token: str = ""
    events: dict[str, bool] = field(default_factory=lambda: dict(EVENTS))
    name: str | None = None
    description: str | None = None
    push_events_branch_filter: str = ""
    branch_filter_strategy: str = "wildcard"
    enable_ssl_verification: bool = True
    failures: int = 0
    disabled_until: datetime | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def alert_status(self) -> str:
        if self.failures > PERMANENT:
            return "disabled"
        waits = self.disabled_until is not None and self.disabled_until > datetime.now(UTC)
        return "temporarily_disabled" if waits else "executable"

    def take(self, given: Row, *, signs: bool) -> None:
        """Set what a request gives; `signs` where this version has signing tokens.

        Raises:
            Failure: 422, an address or a token that GitLab refuses.
        """
        if "url" in given and urlsplit(str(given["url"])).scheme not in {"http", "https"}:
            raise Failure(422, {"message": "Invalid url given"})
        if signs and given.get("signing_token") and not _is_signing_token(str(given["signing_token"])):
            raise Failure(422, {"message": {"signing_token": ["is invalid"]}})
        self.events |= {key: _truth(value) for key, value in given.items() if key in EVENTS}
        for key in (
            "url",
            "token",
            "name",
            "description",
            "push_events_branch_filter",
            "branch_filter_strategy",
        ):
            if key in given:
                setattr(self, key, given[key] or "")
        if signs and "signing_token" in given:
            self.signing_token = given["signing_token"] or ""
        if "enable_ssl_verification" in given:
            self.enable_ssl_verification = _truth(given["enable_ssl_verification"])

    def record(self, *, success: bool) -> None:
        """Count a failure, or forget them all."""
        if success:
            self.failures, self.disabled_until = 0, None
            return
        self.failures += 1
        if self.failures > TEMPORARY:
            minutes = min(2 ** (self.failures - TEMPORARY - 1), 24 * 60)
            self.disabled_until = datetime.now(UTC) + timedelta(minutes=minutes)

    def as_json(self, *, signs: bool) -> Row:
        shown = {
            "id": self.id,
            "url": self.url,
            "name": self.name,
            "description": self.description,
            "created_at": stamp(self.created_at),
            **self.events,
            **self.owner,
            "enable_ssl_verification": self.enable_ssl_verification,
            "push_events_branch_filter": self.push_events_branch_filter,
            "branch_filter_strategy": self.branch_filter_strategy,
            "alert_status": self.alert_status,
            "disabled_until": stamp(self.disabled_until),
            "url_variables": [],
            "custom_webhook_template": "",
            "custom_headers": [],
        }
        if signs:
            shown |= {"token_present": bool(self.token), "signing_token_present": bool(self.signing_token)}
        return shown


def _truth(value: Any) -> bool:
    return value is True or str(value).lower() in {"true", "1"}


def _is_signing_token(text: str) -> bool:
    try:
        raw = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        return False
    return text.startswith("whsec_") and len(raw) == 32
