"""`/api/v1/operations`: a pipeline's job is given its work order, reads, writes and reports through it.

Opening asks for GitLab's id_token. What follows asks for the order's own key: an id_token is good for a few minutes, and a
job may take longer. Each answer that is not 2xx is `{"error": {"kind", "message", "problems"}}`.
"""

from __future__ import annotations

import base64
from uuid import UUID

import structlog
from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from courseline.adapters.database.revision import REVISION
from courseline.adapters.id_tokens import TokenRejected
from courseline.domain.ledger.work_order import LEASE_SECONDS
from courseline.domain.library.limits import LARGEST_FILE
from courseline.errors import CourselineError, InvalidInput, NeighbourFailed, NotFound
from courseline.usecases.jobs.objects import (
    WantedUpload,
    give_object,
    give_objects,
    list_objects,
    missing_uploads,
    readable,
    take_object,
)
from courseline.usecases.jobs.open_work import OpenedWork, OpenWork, may_read, open_work
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.jobs.take_report import Report, take_report
from courseline.usecases.neighbours import Neighbours
from webhook.api_answers import answer, failed
from webhook.api_models import (
    DownloadsRequest,
    EventsRequest,
    ListingRequest,
    OpenRequest,
    StateAnswer,
    UploadsRequest,
)
from webhook.api_requests import asked, authorised, bearer, digest
from webhook.application import receiver

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.errorhandler(CourselineError)
def _error(problem: CourselineError) -> tuple[Response, int]:
    return failed(problem)


@api.errorhandler(TokenRejected)
def _unknown(rejected: TokenRejected) -> tuple[Response, int]:
    structlog.get_logger().warning("rejected", reason=rejected.reason)
    return answer({"error": {"kind": "unauthorized", "message": rejected.reason, "problems": []}}), 401


@api.errorhandler(HTTPException)
def _http(fault: HTTPException) -> tuple[Response, int]:
    large = isinstance(fault, RequestEntityTooLarge)
    message = "It is larger than what is taken." if large else (fault.description or fault.name)
    kind = "too_large" if large else "invalid_input"
    return answer({"error": {"kind": kind, "message": message, "problems": []}}), fault.code or 500


@api.post("/operations")
def opened() -> tuple[Response, int]:
    """A job asks for work."""
    wiring = receiver().wiring
    tokens = receiver().id_tokens
    if tokens is None or wiring.settings.gitlab_url is None:
        raise NeighbourFailed(
            "Opening work: this receiver gives none to jobs. Set COURSELINE_GITLAB_URL and COURSELINE_SERVER (or"
            " COURSELINE_AUDIENCE) on the server."
        )
    claims = tokens.verify(bearer())
    question = asked(OpenRequest)
    if question.revision != REVISION:
        raise InvalidInput(
            f"Opening a {question.kind}: the job's courseline works with revision {question.revision} and the server with"
            f" {REVISION}. Use the image of the server's own release."
        )
    command = OpenWork(
        question.kind, question.inputs, claims, wiring.settings.gitlab_url, wiring.settings.environment
    )
    work = open_work(command, wiring.neighbours(), wiring.worker_neighbours())
    structlog.get_logger().info(
        "work given", kind=str(work.order.kind), order=str(work.order.id), job=claims.job_id
    )
    return answer(_order(work)), 201


@api.get("/operations/<uuid:order_id>")
def state(order_id: UUID) -> Response:
    """Where an order stands."""
    order, _ = authorised(order_id)
    return answer(_state(order))


@api.post("/operations/<uuid:order_id>/events")
def events(order_id: UUID) -> Response:
    """Reports of a job."""
    _, neighbours = authorised(order_id)
    reports = [Report(one.seq, one.name, dict(one.facts)) for one in asked(EventsRequest).events]
    return answer(_state(take_report(order_id, reports, neighbours)))


@api.post("/operations/<uuid:order_id>/uploads")
def uploads(order_id: UUID) -> Response:
    """Where to put what the store does not have."""
    order, neighbours = authorised(order_id)
    wanted = [WantedUpload(one.key, one.sha256, one.size) for one in asked(UploadsRequest).objects]
    links = receiver().wiring.object_links
    missing = missing_uploads(order, wanted, neighbours)
    return answer(
        {
            "objects": [
                {"key": key, "url": links.upload(key) if links and direct else None}
                for key, direct in missing.items()
            ]
        }
    )


@api.post("/operations/<uuid:order_id>/downloads")
def downloads(order_id: UUID) -> Response:
    """Objects, or where they are."""
    order, neighbours = authorised(order_id)
    keys = asked(DownloadsRequest).keys
    links = receiver().wiring.object_links
    if links is not None:
        readable(order, keys, neighbours)
        return answer({"objects": [{"key": key, "url": links.download(key)} for key in keys]})
    given = give_objects(order, keys, neighbours)
    return answer(
        {
            "objects": [
                {"key": key, "content": None if data is None else base64.b64encode(data).decode()}
                for key, data in given.items()
            ]
        }
    )


@api.post("/operations/<uuid:order_id>/listings")
def listings(order_id: UUID) -> Response:
    """What there is below a prefix."""
    order, neighbours = authorised(order_id)
    found = list_objects(order, asked(ListingRequest).prefix, neighbours)
    return answer({"objects": [{"key": one.key, "size": one.size} for one in found]})


@api.get("/operations/<uuid:order_id>/objects/<sha256>")
def given_object(order_id: UUID, sha256: str) -> AnyResponse:
    """A file of a version, by its digest."""
    order, neighbours = authorised(order_id)
    links = receiver().wiring.object_links
    data = give_object(order, digest(sha256), neighbours) if links is None else None
    if data is None and links is not None:
        return redirect(links.download(_key_of(order, sha256, neighbours)), code=307)
    return Response(data, mimetype="application/octet-stream")


def _key_of(order: WorkOrder, sha256: str, neighbours: Neighbours) -> str:
    """A key under which the order's job may read a file with this digest.

    Raises:
        NotFound: there is none.
    """
    with neighbours.database.transaction() as rows:
        keys = rows.work.keys_of(digest(sha256), may_read(order, rows))
    if not keys:
        raise NotFound("Giving an object: no version that this job may read has such a file.")
    return keys[0]


@api.put("/operations/<uuid:order_id>/objects/<sha256>")
def taken_object(order_id: UUID, sha256: str) -> tuple[Response, int]:
    """An object of a sync."""
    order, neighbours = authorised(order_id)
    request.max_content_length = LARGEST_FILE + 1
    key = request.args.get("key", "")
    take_object(order, key, digest(sha256), request.get_data(cache=False), neighbours)
    return answer({"key": key}), 201


def _state(order: WorkOrder) -> dict[str, object]:
    found = StateAnswer(
        id=order.id,
        kind=order.kind,
        state=str(order.state),
        message=order.message,
        started_at=order.started_at,
        expires_at=order.expires_at,
        last_seq=order.last_seq,
    )
    return found.model_dump(mode="json")


def _order(work: OpenedWork) -> dict[str, object]:
    return {
        **_state(work.order),
        "key": work.key,
        "actor": work.order.actor,
        "lease": {"holder": work.order.holder, "seconds": LEASE_SECONDS},
        "rows": [{"table": one.table, "columns": one.columns, "lines": one.lines} for one in work.rows],
        "credentials": {
            kind: {"url": url, "host": one.host, "username": one.username, "secret": one.secret}
            for kind, (url, one) in work.credentials.items()
        },
        "projects": {
            url: None if one is None else {"id": one.id, "visibility": one.visibility}
            for url, one in work.projects.items()
        },
    }
