"""Structured logs of the long-lived processes: one JSON object a line, with the delivery or job it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from typing import TextIO

import structlog

_SECRET = re.compile(r"(?i)(glpat-|gldt-|glrt-|glcbt-|whsec_|bearer )[\w+/=.-]+|(?<=://)[^/@\s]+@")

_encode = json.JSONEncoder(default=repr).encode  # `json.dumps` with an option makes an encoder for each line


def log_to(stream: TextIO) -> None:
    """Log to `stream` from now on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def _json(event: MutableMapping[str, object], **_options: object) -> str:
    return _encode(event)


def without_secrets(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Take out of every text what looks like a token or the user part of an address."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _SECRET.sub("***", value)
    return event
