"""How a request to a GitLab goes out: within the budget, repeated where that does no harm, never waiting for long.

python-gitlab's own repeating is not used: it repeats a POST whose answer was lost (a second note), sleeps as long as
`Retry-After` says, without a limit, and ends in a ValueError when that is a date. It gives every request to a backend,
which is this one.

Facts: https://docs.gitlab.com/security/rate_limits/, https://www.rfc-editor.org/rfc/rfc9110#name-retry-after (seconds
or a date), https://www.rfc-editor.org/rfc/rfc9110#name-idempotent-methods.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from gitlab._backends.requests_backend import RequestsBackend, RequestsResponse

from courseline.adapters.gitlab.budget import Budget
from courseline.domain.paths import printable
from courseline.errors import NeighbourFailed

LONGEST_PAUSE = 60.0
"""Seconds that a GitLab may have us wait in the middle of a piece of work; for more the work is postponed."""
ATTEMPTS = 4
_FIRST_PAUSE = 0.5
_REPEATABLE = {"get", "head", "put"}
_PASSING = {500, 502, 503, 504, *range(520, 531)}
_LOST = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class BudgetedBackend(RequestsBackend):
    """See the module.

    Args:
        session: of one thread.
        budget: of the process.
        sleep: waits so many seconds.
    """

    def __init__(
        self, session: requests.Session, budget: Budget, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(session)
        self._budget, self._sleep = budget, sleep

    def http_request(self, method: str, url: str, *rest: Any, **options: Any) -> RequestsResponse:
        """One request of python-gitlab, with its repeats.

        Raises:
            NeighbourFailed: the budget is spent, or GitLab has us wait longer than is sensible.
            requests.RequestException: no answer.
        """
        asked = f"{method.upper()} {printable(unquote(urlsplit(url).path))}"
        repeatable = method.lower() in _REPEATABLE
        for attempt in range(1, ATTEMPTS + 1):
            self._budget.take(asked)
            try:
                answer = super().http_request(method, url, *rest, **options)
            except _LOST:
                if not repeatable or attempt == ATTEMPTS:
                    raise
                self._pause(attempt, None)
                continue
            if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                # Such a request was not looked at, so that even a POST may go again.
                self._obey(asked, attempt, answer.headers)
            elif attempt == ATTEMPTS or not (repeatable and _passes(answer)):
                return answer
            else:
                self._pause(attempt, asked_pause(answer.headers))
        raise NeighbourFailed(_too_many(asked, None))

    def _obey(self, asked: str, attempt: int, headers: Mapping[str, str]) -> None:
        wait = asked_pause(headers)
        if attempt == ATTEMPTS or (wait is not None and wait > LONGEST_PAUSE):
            raise NeighbourFailed(_too_many(asked, wait))
        self._pause(attempt, wait)

    def _pause(self, attempt: int, at_least: float | None) -> None:
        own = _FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
        self._sleep(own if at_least is None else min(at_least, LONGEST_PAUSE) + own)


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks us to wait, by `Retry-After` or `RateLimit-Reset`; None when it does not, or unreadably."""
    given = headers.get("Retry-After", "").strip()
    now = datetime.now(UTC)
    if given:
        try:
            return max(0.0, float(int(given)))
        except ValueError:
            pass
        try:
            at = parsedate_to_datetime(given)
        except ValueError:
            return None
        return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
    try:
        return max(0.0, int(headers.get("RateLimit-Reset", "")) - now.timestamp())
    except ValueError:
        return None


def _passes(answer: RequestsResponse) -> bool:
    locked = answer.status_code == HTTPStatus.CONFLICT and "Resource lock" in (answer.reason or "")
    return locked or answer.status_code in _PASSING


def _too_many(asked: str, wait: float | None) -> str:
    how_long = "" if wait is None else f" and asks for {wait:.0f} seconds of silence"
    return (
        f"{asked}: GitLab says that we ask too much (429){how_long}. It is tried again later; a lower COURSELINE_API_BUDGET"
        " keeps away from its limits."
    )
