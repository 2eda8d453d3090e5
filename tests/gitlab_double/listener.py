"""A receiver of webhooks that keeps what comes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.builders.loopback import QuietHandler, serve_loopback


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """The receiver; `status` is what it answers."""

    url: str = ""
    status: int = 200
    letters: list[Letter] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """No answer inside."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()


@contextmanager
def listen() -> Iterator[Listener]:
    """Start one."""
    made = Listener()
    made.gate.set()

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - name of http.server
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.letters.append(Letter(dict(self.headers.items()), body))
            made.gate.wait()
            try:
                self.send_response(made.status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                # The sender did not wait.
                self.close_connection = True

    with serve_loopback(Handler) as url:
        made.url = f"{url}/hooks"
        try:
            yield made
        finally:
            made.gate.set()
