"""The Flask application: settings to blueprints."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

import structlog
from flask import Flask, Response, current_app, g

from courseline.adapters.id_tokens import IdTokens
from courseline.adapters.webhook_credentials import WebhookCredentials, read_credentials
from courseline.errors import NeighbourFailed
from courseline.wiring import Wiring

LARGEST_BODY = 25 * 1024 * 1024
"""Bytes; GitLab sends no larger one (https://docs.gitlab.com/user/project/integrations/webhooks/)."""
_EXTENSION = "courseline"
_RETRY_AFTER_SECONDS = "30"


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the views need.

    Attributes:
        wiring: settings and adapters.
        credentials: of the webhooks.
        id_tokens: verifies those of jobs; None where no GitLab or no audience is set.
    """

    wiring: Wiring
    credentials: WebhookCredentials
    id_tokens: IdTokens | None = None


def create_app(wiring: Wiring) -> Flask:
    """An application that receives.

    Raises:
        InvalidInput: there is no webhook secret, or it is malformed.
    """
    from webhook.api import api  # noqa: PLC0415 - they ask this module for the receiver
    from webhook.health import health  # noqa: PLC0415 - same
    from webhook.receiver import hooks  # noqa: PLC0415 - same

    app = Flask("courseline", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.logger.disabled = True  # a stack trace could quote what arrived; `_fault` says where it was
    settings = wiring.settings
    tokens = (
        IdTokens(settings.gitlab_url, settings.audience)
        if settings.gitlab_url and settings.audience
        else None
    )
    app.extensions[_EXTENSION] = Receiver(wiring, read_credentials(settings.webhook_secrets), tokens)
    app.register_blueprint(hooks)
    app.register_blueprint(api)
    app.register_blueprint(health)
    app.register_error_handler(NeighbourFailed, _away)
    app.register_error_handler(500, _fault)
    return app


def receiver() -> Receiver:
    """That of the application that answers this request."""
    found: Receiver = current_app.extensions[_EXTENSION]
    return found


def _away(problem: NeighbourFailed) -> tuple[Response, int]:
    structlog.get_logger().warning("not recorded", reason=problem.message, delivery=g.get("delivery"))
    answer = Response("The database is away; send it again later.\n", mimetype="text/plain")
    answer.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return answer, 503


def _fault(fault: Exception) -> tuple[Response, int]:
    # Its text may quote what arrived, so only its kind is logged.
    cause = getattr(fault, "original_exception", None) or fault
    frames = traceback.extract_tb(cause.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    structlog.get_logger().error(
        "a fault in courseline itself", kind=type(cause).__name__, where=where, delivery=g.get("delivery")
    )
    return Response("A fault in courseline itself; its log says more.\n", mimetype="text/plain"), 500
