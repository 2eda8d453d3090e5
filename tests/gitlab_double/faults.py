"""What can go wrong with an answer, when a test says so.

A token that has ended, a blocked user and an archived project need nothing from here: `token.expires_at`,
`user.blocked`, `project.archived`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from flask import Response, g, request

_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


@dataclass(eq=False)
class Fault:
    """One way to go wrong.

    Attributes:
        method: of the requests it befalls; empty for all.
        part: of their path.
        times: how often; it counts down.
        status: answered instead.
        late: the request takes effect before.
        gate: awaited before anything happens.
        met: set when the first request is befallen.
    """

    method: str = ""
    part: str = ""
    times: int = 1
    status: int = 502
    body: str = _GATEWAY
    headers: dict[str, str] = field(default_factory=dict)
    late: bool = False
    gate: threading.Event | None = None
    met: threading.Event = field(default_factory=threading.Event)

    def befalls(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in {"", method} and self.part in path

    def answer(self) -> Response:
        return Response(self.body, self.status, self.headers, content_type="text/html")


class Faults:
    """Those that are switched on."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def too_many(
        self, retry_after: str = "1", *, part: str = "/api/", times: int = 1, method: str = ""
    ) -> Fault:
        """429; `Retry-After` may also be a date."""
        headers = {"Retry-After": retry_after, "RateLimit-Limit": "10", "RateLimit-Remaining": "0"}
        return self._add(Fault(method, part, times, 429, "Retry later\n", headers))

    def bad_gateway(
        self, *, method: str = "POST", part: str = "/api/", times: int = 1, late: bool = False
    ) -> Fault:
        """502 with a page of HTML; `late` when the request took effect all the same."""
        return self._add(Fault(method, part, times, late=late))

    def status(self, status: int, *, method: str = "", part: str = "/api/", times: int = 1) -> Fault:
        """Any other answer."""
        return self._add(Fault(method, part, times, status, f'{{"message": "{status}"}}'))

    def slow(self, *, method: str = "", part: str = "/api/", times: int = 1) -> Fault:
        """No answer before the fault's `gate` is set; then the right one."""
        return self._add(Fault(method, part, times, 0, gate=threading.Event()))

    def clear(self) -> None:
        """None any more; whoever waits gets on."""
        with self._lock:
            faults, self._faults = self._faults, []
        for fault in faults:
            if fault.gate:
                fault.gate.set()

    def before(self) -> Response | None:
        """Called when a request has come."""
        g.fault = None
        with self._lock:
            found = next(
                (fault for fault in self._faults if fault.befalls(request.method, request.path)), None
            )
            if found is None:
                return None
            found.times -= 1
        found.met.set()
        if found.gate:
            found.gate.wait()
            return None
        g.fault = found
        return None if found.late else found.answer()

    @staticmethod
    def after(answer: Response) -> Response:
        """Called when its answer is ready."""
        fault = g.get("fault")
        return fault.answer() if fault and fault.late else answer

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault
