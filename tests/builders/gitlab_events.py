"""Webhooks as GitLab sends them: payloads of the documented shape, signed or with a token."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

ZERO = "0" * 40
OID = "1" * 40


def project(number: int = 7, url: str = "https://gitlab.example.org/uni/examples.git") -> dict[str, Any]:
    """The `project` part."""
    return {
        "id": number,
        "name": "Examples",
        "web_url": "https://gitlab.example.org/uni/examples",
        "git_http_url": url,
        "git_ssh_url": "git@gitlab.example.org:uni/examples.git",
        "path_with_namespace": "uni/examples",
        "default_branch": "main",
        "visibility_level": 0,
    }


def tag_push(tag: str = "v1.0", *, before: str = ZERO, after: str = OID, **of_project: Any) -> dict[str, Any]:
    """A tag was made, moved or, with `after=ZERO`, deleted."""
    return {
        "object_kind": "tag_push",
        "event_name": "tag_push",
        "before": before,
        "after": after,
        "ref": f"refs/tags/{tag}",
        "ref_protected": True,
        "checkout_sha": None if after == ZERO else after,
        "message": "",
        "user_id": 3,
        "user_name": "Ada Lovelace",
        "user_email": "",
        "project_id": of_project.get("number", 7),
        "project": project(**of_project),
        "commits": [],
        "total_commits_count": 0,
    }


def push(branch: str = "main", **of_project: Any) -> dict[str, Any]:
    """A branch moved."""
    return tag_push(**of_project) | {
        "object_kind": "push",
        "event_name": "push",
        "ref": f"refs/heads/{branch}",
    }


def merge_request(**attributes: Any) -> dict[str, Any]:
    """A merge request was opened."""
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": {"id": 3, "username": "ada", "email": "[REDACTED]"},
        "project": project(),
        "object_attributes": {
            "id": 99,
            "iid": 5,
            "title": "Update hello",
            "state": "opened",
            "action": "open",
            "source_branch": "update",
            "source_project_id": 7,
            "target_branch": "main",
            "target_project_id": 7,
            "updated_at": "2026-01-01 10:00:00 UTC",
            "last_commit": {"id": OID, "message": "Update"},
            **attributes,
        },
        "changes": {},
    }


def pipeline(**attributes: Any) -> dict[str, Any]:
    """A pipeline runs."""
    return {
        "object_kind": "pipeline",
        "project": project(),
        "object_attributes": {
            "id": 31,
            "ref": "main",
            "tag": False,
            "sha": OID,
            "status": "running",
            "source": "push",
            **attributes,
        },
        "builds": [],
    }


def access_token() -> dict[str, Any]:
    """A project's token runs out."""
    return {
        "object_kind": "access_token",
        "event_name": "expiring_access_token",
        "project": project(),
        "object_attributes": {"id": 25, "user_id": 90, "name": "deploy bot", "expires_at": "2026-02-01"},
    }


def job(name: str = "courseline:deploy", status: str = "failed", **more: Any) -> dict[str, Any]:
    """A job hook; it says where its project is otherwise than the others do."""
    return {
        "object_kind": "build",
        "ref": "main",
        "tag": False,
        "sha": OID,
        "build_id": 11,
        "build_name": name,
        "build_status": status,
        "pipeline_id": 9,
        "project_id": 7,
        "project_name": "uni / examples",
        "repository": {
            "name": "examples",
            "homepage": "https://gitlab.example.org/uni/examples",
            "git_http_url": "https://gitlab.example.org/uni/examples.git",
        },
        **more,
    }


def group_token() -> dict[str, Any]:
    """An access token of a group runs out."""
    return {
        "object_kind": "access_token",
        "group": {"group_name": "University", "group_path": "uni", "group_id": 3},
        "object_attributes": {"user_id": 90, "name": "robot", "expires_at": "2026-02-01"},
        "event_name": "expiring_access_token",
    }


def signed(body: bytes, secret: str, delivery: str, *, at: datetime | None = None) -> dict[str, str]:
    """Headers of a delivery of GitLab 19, signed at a time (now)."""
    moment = at or datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.5.0",
        "Idempotency-Key": delivery,
        "webhook-id": delivery,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery, moment, body.decode()),
    }


def with_token(token: str, delivery: str | None) -> dict[str, str]:
    """Headers of a delivery with a secret token; before GitLab 17.4 without an id."""
    headers = {"Content-Type": "application/json", "X-Gitlab-Token": token}
    return headers if delivery is None else {**headers, "Idempotency-Key": delivery}


def body_of(payload: object) -> bytes:
    """As it is sent."""
    return json.dumps(payload).encode()
