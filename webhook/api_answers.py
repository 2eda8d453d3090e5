"""JSON answers of our API, and which status an error has."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping

import structlog
from flask import Response, request

from courseline.errors import (
    Busy,
    Conflict,
    CourselineError,
    InvalidInput,
    NeighbourFailed,
    NotFound,
    Refused,
)

_COMPRESSED_FROM = 4096  # bytes
_RETRY_AFTER_SECONDS = "5"
_STATUS: tuple[tuple[type[CourselineError], int], ...] = (
    (Busy, 409),
    (Conflict, 409),
    (InvalidInput, 422),
    (Refused, 403),
    (NotFound, 404),
    (NeighbourFailed, 503),
)


def answer(document: Mapping[str, object]) -> Response:
    """A JSON answer, compressed when it is long and the other side can read that; nobody on the way keeps it."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    response = Response(mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if len(body) >= _COMPRESSED_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        body = gzip.compress(body, compresslevel=1)
        response.headers["Content-Encoding"] = "gzip"
    response.set_data(body)
    return response


def failed(problem: CourselineError) -> tuple[Response, int]:
    """The answer to a request that came to nothing."""
    status = next((code for kind, code in _STATUS if isinstance(problem, kind)), 500)
    structlog.get_logger().warning("not given", kind=problem.kind, reason=problem.message)
    problems = [
        {"path": one.path, "line": one.line, "message": one.sentence, "severity": str(one.severity)}
        for one in problem.problems
    ]
    response = answer({"error": {"kind": problem.kind, "message": problem.message, "problems": problems}})
    if isinstance(problem, Busy | NeighbourFailed):
        response.headers["Retry-After"] = _RETRY_AFTER_SECONDS
    return response, status
