"""The client of an S3 server: how often it asks again, how long it waits, and which answers it mends.

Imported when the first object is needed: `minio` and `urllib3` cost 300 ms.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from minio import Minio
from minio.error import S3Error, ServerError
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError

from courseline.adapters.objects_url import S3Location
from courseline.adapters.parallel import THREADS

Answer = TypeVar("Answer")

ASK_AGAIN = (429, 500, 502, 503, 504)
"""HTTP statuses of servers that are overloaded, restarting or behind a proxy that lost them."""

CODES_AGAIN = frozenset({"InternalError", "NoSuchUpload", "RequestTimeout", "ServiceUnavailable", "SlowDown"})
"""S3 errors that may come without such a status: inside a 200 that began before the fault, or because the answer to
the first try was lost (an upload that is already complete is then unknown)."""

CONNECTION_TRIES = 3
"""Of a server that does not listen or falls silent: it is down, and people want to know soon."""

BACKOFF_SECONDS = 0.1
JITTER_SECONDS = 0.5
LONGEST_BACKOFF = 5.0


class TransferTorn(Exception):  # noqa: N818 - an event between this module and the store, never shown by its name
    """The server's object is not as long as what was sent."""


class XmlPool(PoolManager):
    """A connection pool that follows no redirect and knows both names of XML.

    `minio` takes an error for S3's only under `application/xml`, written so, and some servers say `text/xml`; RFC 7303
    makes them the same. A redirect would lead a signed request to a place nobody configured.
    """

    def urlopen(self, method: str, url: str, redirect: bool = False, **options: Any) -> BaseHTTPResponse:  # type: ignore[override]
        """See `urllib3.PoolManager`; `redirect` has no effect."""
        del redirect
        response = super().urlopen(method, url, redirect=False, **options)
        kind, _, rest = response.headers.get("Content-Type", "").partition(";")
        if kind.strip().lower() in {"application/xml", "text/xml"}:
            response.headers["Content-Type"] = f"application/xml;{rest}" if rest else "application/xml"
        return response


def connect(
    location: S3Location,
    access_key: str,
    secret_key: str,
    *,
    connect_seconds: float,
    read_seconds: float,
    retries: int,
) -> Minio:
    """A client; nothing is sent yet.

    Args:
        location: see `objects_url`.
        access_key: empty for none.
        secret_key: belongs to it.
        connect_seconds: to reach the server.
        read_seconds: of silence while it answers.
        retries: of a request that was answered with one of `ASK_AGAIN`; the waits double and are spread at random.
            Every request of ours may be repeated: the same key gets the same bytes.
    """
    few = min(retries, CONNECTION_TRIES)
    retry = Retry(
        total=None,
        connect=few,
        read=few,
        other=few,
        status=retries,
        status_forcelist=ASK_AGAIN,
        allowed_methods=None,
        backoff_factor=BACKOFF_SECONDS,
        backoff_jitter=JITTER_SECONDS,
        backoff_max=LONGEST_BACKOFF,
        raise_on_status=False,  # the last answer says more than "too many"
        respect_retry_after_header=False,  # a server could name an hour
    )
    endpoint = urlsplit(location.endpoint)
    return Minio(
        endpoint.netloc,
        access_key=access_key or None,
        secret_key=secret_key or None,
        secure=endpoint.scheme == "https",
        region=location.region,
        http_client=XmlPool(
            timeout=Timeout(connect=connect_seconds, read=read_seconds),
            retries=retry,
            maxsize=THREADS,
            block=False,
        ),
    )


def insist(ask: Callable[[], Answer], retries: int) -> Answer:
    """Ask again when an answer broke off half-way, which `Retry` does not see: it ends with the first byte.

    Raises:
        MinioException: what the last try met; also `urllib3.exceptions.HTTPError` and `TransferTorn`.
    """
    for left in range(min(retries, CONNECTION_TRIES), -1, -1):
        try:
            return ask()
        except (HTTPError, S3Error, ServerError, TransferTorn) as problem:
            if left == 0 or not _passing(problem):
                raise
            done = min(retries, CONNECTION_TRIES) - left
            time.sleep(BACKOFF_SECONDS * 2**done * (1 + random.random()))  # noqa: S311 - spreads load, keeps no secret
    raise AssertionError  # the last turn of the loop returns or raises


def _passing(problem: Exception) -> bool:
    if isinstance(problem, MaxRetryError):
        return False  # it was asked again and again already
    if isinstance(problem, S3Error):
        return problem.code in CODES_AGAIN and problem.response.status not in ASK_AGAIN
    return not isinstance(problem, ServerError)
