"""Requests to our API, read strictly: who asks, for what."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

from courseline.adapters.id_tokens import TokenRejected
from courseline.errors import InvalidInput
from courseline.usecases.jobs.open_work import hashed
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.neighbours import Neighbours
from webhook.application import receiver

LARGEST_QUESTION = 2 * 1024 * 1024
"""Bytes of JSON that a job sends at once."""
_SHA256_DIGITS = 64
_Asked = TypeVar("_Asked", bound=BaseModel)


def authorised(order_id: UUID) -> tuple[WorkOrder, Neighbours]:
    """The order whose key the request carries, and the outside.

    Raises:
        TokenRejected: it carries none, or another.
    """
    neighbours = receiver().wiring.neighbours()
    with neighbours.database.transaction() as rows:
        order = rows.work.order(order_id)
        if order is None or not rows.work.has_key(order_id, hashed(bearer())):
            raise TokenRejected("There is no such work order, or the key is not its own.")
    return order, neighbours


def bearer() -> str:
    """The token that the request carries; raises TokenRejected when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRejected("The request carries no bearer token; give the job an id_token.")
    return token.strip()


def asked(model: type[_Asked]) -> _Asked:
    """The request's body.

    Raises:
        InvalidInput: it is not what it should be; the message says where, and quotes nothing.
        BadRequest: it is no text.
    """
    request.max_content_length = LARGEST_QUESTION
    body = request.get_data(cache=False)
    try:
        return model.model_validate_json(body)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise InvalidInput(f"Reading the request: {where}: {first['msg']}.") from None
    except (ValueError, RecursionError):
        raise BadRequest("The body is no JSON.") from None


def digest(text: str) -> str:
    """A SHA-256 from an address; raises InvalidInput when it is none."""
    if len(text) != _SHA256_DIGITS or set(text) - set("0123456789abcdef"):
        raise InvalidInput("Reading the request: a SHA-256 is 64 hexadecimal digits.")
    return text
