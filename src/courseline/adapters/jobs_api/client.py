"""HTTP to the receiver: every answer that is no success becomes one of our errors, and who is away is asked again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from courseline.adapters.parallel import THREADS
from courseline.domain.paths import printable
from courseline.errors import (
    Busy,
    Conflict,
    CourselineError,
    InvalidInput,
    NeighbourFailed,
    NotFound,
    Problem,
    Refused,
    Severity,
)

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 15.0  # seconds
_AWAY = frozenset({429, 500, 502, 503, 504})
_ERRORS: Mapping[str, type[CourselineError]] = {
    kind.kind: kind for kind in (Busy, Conflict, InvalidInput, NeighbourFailed, NotFound, Refused)
}
_LONGEST_MESSAGE = 2000


class Unauthorized(Refused):
    """The receiver does not know us, or not any more."""


class Unreachable(NeighbourFailed):
    """Nobody is there, or something that is no receiver answers in its place."""


@dataclass
class Client:
    """One receiver.

    Attributes:
        server: its address, without a final slash.
        sleep: waits so many seconds.
        monotonic: seconds that only go forward.
    """

    server: str
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self._session.trust_env = False  # no .netrc of the machine speaks for us
        adapter = HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def ask(
        self,
        method: str,
        path: str,
        bearer: str,
        *,
        seconds: float = 0.0,
        patience: float = 0.0,
        json: Mapping[str, object] | None = None,
        data: bytes | None = None,
        wait_for_busy: bool = False,
    ) -> Any:
        """The JSON of the answer.

        Args:
            method: of HTTP.
            path: below the server's address.
            bearer: id_token or key; never in an address.
            seconds: how long to ask again when it cannot answer now.
            patience: the same for when nobody is there at all, where that is longer.
            json: what to send.
            data: bytes to send instead.
            wait_for_busy: ask again too while somebody else holds what is asked for.

        Raises:
            NeighbourFailed: it was away for so long, or said that it cannot answer now.
            CourselineError: what it said, as the error that it is.
        """
        began = self.monotonic()
        pause = FIRST_PAUSE
        while True:
            try:
                return self._once(method, path, bearer, json, data)
            except NeighbourFailed as away:
                if isinstance(away, Busy) and not wait_for_busy:
                    raise
                longest = max(seconds, patience) if isinstance(away, Unreachable) else seconds
                left = began + longest - self.monotonic()
                if left <= 0:
                    raise
                self.sleep(min(left, pause * random.uniform(0.5, 1.5)))  # noqa: S311 - spreads load
                pause = min(pause * 2, LONGEST_PAUSE)

    def fetch(self, url: str) -> bytes | None:
        """Bytes behind an address that the receiver gave; None when nothing is there. No key of ours goes there.

        Raises:
            NeighbourFailed: it does not answer.
        """
        answer = self._send("GET", url, {}, None, None)
        if answer.status_code == requests.codes.not_found:
            return None
        _demand(answer.status_code == requests.codes.ok, "Reading an object", answer)
        return answer.content

    def store(self, url: str, data: bytes) -> None:
        """Put bytes to an address that the receiver gave; raises as `fetch`."""
        answer = self._send("PUT", url, {}, None, data)
        _demand(answer.ok, "Writing an object", answer)

    def _once(
        self,
        method: str,
        path: str,
        bearer: str,
        json: Mapping[str, object] | None,
        data: bytes | None,
    ) -> Any:
        answer = self._send(method, self.server + path, {"Authorization": f"Bearer {bearer}"}, json, data)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if answer.ok and document is not None:
            return document
        raise self._told(answer.status_code, document)

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: Mapping[str, object] | None,
        data: bytes | None,
    ) -> requests.Response:
        try:
            return self._session.request(
                method,
                url,
                headers=dict(headers),
                json=json,
                data=data,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,  # a key goes to nobody else
            )
        except requests.RequestException as fault:
            raise Unreachable(
                f"Asking {self.server}: {type(fault).__name__}. Check COURSELINE_SERVER and that this runner reaches it."
            ) from None

    def _told(self, status: int, document: object) -> CourselineError:
        error = document.get("error") if isinstance(document, dict) else None
        if not isinstance(error, dict):
            kind = Unreachable if status in _AWAY else Refused
            return kind(
                f"Asking {self.server}: it answered {status}, and not as a receiver of courseline does. Check"
                " COURSELINE_SERVER."
            )
        message = printable(str(error.get("message", ""))[:_LONGEST_MESSAGE])
        if status == requests.codes.unauthorized:
            return Unauthorized(f"Asking {self.server}: {message}")
        made = _ERRORS.get(str(error.get("kind")), NeighbourFailed if status in _AWAY else Refused)
        return made(message, [_problem(one) for one in error.get("problems") or [] if isinstance(one, dict)])


def _problem(one: Mapping[str, object]) -> Problem:
    line = one.get("line")
    severity = Severity.WARNING if one.get("severity") == "warning" else Severity.ERROR
    return Problem(
        str(one.get("path", "")),
        line if isinstance(line, int) else None,
        str(one.get("message", "")),
        severity,
    )


def _demand(good: bool, doing: str, answer: requests.Response) -> None:
    if not good:
        raise NeighbourFailed(f"{doing} where the receiver said: the store answered {answer.status_code}.")
