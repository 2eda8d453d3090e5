"""`POST /hooks/gitlab`: verify the raw bytes, read the event, record it with its work in one transaction, answer.

Everything that is understood or ignored is answered 2xx: GitLab switches a hook off after some answers that are not
(https://docs.gitlab.com/user/project/integrations/webhooks/). No network but the database's in the request.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

import structlog
from flask import Blueprint, Response, g, request
from werkzeug.exceptions import BadRequest, ClientDisconnected, RequestEntityTooLarge

from courseline.adapters.gitlab_payloads import read_event
from courseline.adapters.webhook_credentials import Rejected
from courseline.domain.paths import printable
from courseline.usecases.react.event import TokenExpires
from courseline.usecases.react.receive import Receipt, receive
from webhook.application import receiver
from webhook.metrics import count_answer

hooks = Blueprint("hooks", __name__)
_LONGEST_KEY = 200
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_STATUS = {Receipt.ACCEPTED: 201, Receipt.KNOWN: 200, Receipt.IGNORED: 200, Receipt.WARNED: 200}


class _Headers:
    """Headers straight from the WSGI environment (PEP 3333): werkzeug's own view of them takes ten times as long."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str, default: str, /) -> str:
        return self._environment.get(f"HTTP_{name.upper().replace('-', '_')}", default)


@hooks.post("/hooks/gitlab")
def gitlab() -> Response:
    """One delivery."""
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        structlog.get_logger().warning("too large")
        return _answer("too large", 413, "The body is larger than 25 MiB.")
    except (ClientDisconnected, BadRequest):
        structlog.get_logger().warning("cut off")
        return _answer("cut off", 400, "The body ended early.")
    headers = _Headers(request.environ)
    g.delivery = key = _key(headers, body)  # for what is logged about it
    here = receiver()
    try:
        here.credentials.verify(headers, body)
    except Rejected as rejected:
        structlog.get_logger().warning("rejected", reason=rejected.reason, delivery=key)
        return _answer("rejected", 401, "The secret or signature is not ours.")
    payload = _object(body)
    if payload is None:
        structlog.get_logger().warning("not a JSON object", delivery=key)
        return _answer("malformed", 400, "The body is no JSON object.")
    event = read_event(payload)
    wiring = here.wiring
    cause = headers.get("X-Gitlab-Event-UUID", "")
    receipt = receive(
        key,
        event,
        wiring.database,
        wiring.clock(),
        cause=cause if _UUID.fullmatch(cause) else None,
        intake=wiring.intake,
    )
    if receipt is Receipt.WARNED and isinstance(event, TokenExpires):
        structlog.get_logger().warning(
            "an access token runs out",
            project=printable(event.project.path),
            on=printable(event.expires_on),
            delivery=key,
        )
    return _answer(str(receipt), _STATUS[receipt], str(receipt))


def _key(headers: _Headers, body: bytes) -> str:
    """GitLab's own id of a delivery, the same when it is sent again; before 17.4 the content stands in for it."""
    given = headers.get("Idempotency-Key", "") or headers.get("webhook-id", "")
    if given and len(given) <= _LONGEST_KEY:
        return f"id:{printable(given)}"
    return f"content:{hashlib.sha256(body).hexdigest()}"


def _object(body: bytes) -> dict[str, object] | None:
    try:
        payload = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _answer(word: str, status: int, text: str) -> Response:
    count_answer(word)
    return Response(f"{text}\n", status, mimetype="text/plain")
