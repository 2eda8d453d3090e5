"""A proxy on loopback that fails on purpose: it stands before a real S3 server and lets some requests go wrong."""

from __future__ import annotations

import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection

from tests.builders.loopback import QuietHandler, serve_loopback

SLOW_DOWN = "slow down"
INTERNAL_ERROR = "internal error"
RESET = "reset"
CUT = "cut"
"""The answer's body ends half-way; the request itself was done."""
DEAF = "deaf"
"""The request is done and the answer is lost."""

_ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>Please try again.</Message><Resource>/</Resource></Error>"
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}


class FaultProxy:
    """Passes requests on, or not: which ones go wrong depends on what is asked, not on which thread came first.

    Args:
        backend: `http://127.0.0.1:PORT`.
        share: of the requests that go wrong, 0 to 1.
        faults: which may happen.
        most: requests for one object that go wrong, of those that read it and of those that write it.
        seed: of the choice.
    """

    def __init__(self, backend: str, share: float, faults: Sequence[str], most: int, seed: int = 11) -> None:
        self.counts: Counter[str] = Counter()
        self._backend = backend.removeprefix("http://")
        self._share = share
        self._faults = faults
        self._most = most
        self._seed = seed
        self._asked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def choose(self, method: str, path: str) -> str:
        """What goes wrong with the next request for an object; empty for nothing."""
        # Without the bucket, which has a random name.
        key = path.partition("?")[0].lstrip("/").partition("/")[2]
        what = f"{'read' if method in {'GET', 'HEAD'} else 'write'} {key}"
        with self._lock:
            self._asked[what] += 1
            chosen = random.Random(f"{self._seed} {what} {self._asked[what]}")
            goes_wrong = self._failed[what] < self._most and chosen.random() < self._share
            fault = chosen.choice(self._faults) if goes_wrong else ""
            self._failed[what] += goes_wrong
            self.counts[fault] += 1
            return fault

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = HTTPConnection(self._backend, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class Handler(QuietHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.choose(self.command, self.path)
        if fault == RESET:
            self._reset()
            return
        if fault in {SLOW_DOWN, INTERNAL_ERROR}:
            status, code = (503, "SlowDown") if fault == SLOW_DOWN else (500, "InternalError")
            self._answer(status, [("Content-Type", "application/xml")], _ERROR.format(code=code).encode())
            return
        status, headers, data = self.proxy.ask(self.command, self.path, dict(self.headers.items()), body)
        if fault == DEAF:
            self._reset()
            return
        self._answer(status, headers, data, cut=fault == CUT and len(data) > 1)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = pass_on  # noqa: N815 - names of http.server

    def _answer(self, status: int, headers: list[tuple[str, str]], data: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        length = next((value for name, value in headers if name.lower() == "content-length"), str(len(data)))
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" else str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.wfile.flush()
            self.close_connection = True

    def _reset(self) -> None:
        """Close with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.rfile.close()
        self.close_connection = True

    def finish(self) -> None:
        if self.connection.fileno() != -1:
            super().finish()


@contextmanager
def serve_faults(
    backend: str, *, share: float, faults: Sequence[str], most: int
) -> Iterator[tuple[str, FaultProxy]]:
    """Start one; yields its endpoint and the proxy, whose `counts` tell what happened."""
    proxy = FaultProxy(backend, share, faults, most)
    with serve_loopback(type("Bound", (Handler,), {"proxy": proxy})) as url:
        yield url, proxy
