"""Whether the receiver lives, whether it can do its work, and how the inbox is doing."""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, Response

from courseline.errors import CourselineError
from courseline.usecases.react.rows import InboxState
from webhook.application import receiver
from webhook.metrics import exposition

health = Blueprint("health", __name__)
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@health.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Response("live\n", mimetype="text/plain")


@health.get("/health/ready")
def ready() -> tuple[Response, int]:
    """The database is there, at the right revision."""
    try:
        _state()
    except CourselineError as problem:
        return Response(f"not ready: {problem.kind}\n", mimetype="text/plain"), 503
    return Response("ready\n", mimetype="text/plain"), 200


@health.get("/metrics")
def metrics() -> Response:
    """For Prometheus."""
    state: InboxState | None = None
    with suppress(CourselineError):
        state = _state()
    return Response(exposition(state, receiver().wiring.clock()), content_type=EXPOSITION)


def _state() -> InboxState:
    with receiver().wiring.database.transaction() as rows:
        return rows.inbox.state()
