"""An HTTP server on loopback that gives the answers it was told, one after the other, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.builders.loopback import QuietHandler, serve_loopback


@dataclass(frozen=True)
class Say:
    """One answer; `body` is sent as JSON."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Scripted:
    """A running one; the last answer is given for all that comes after it."""

    url: str
    answers: list[Say]
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serve_script(*answers: Say) -> Iterator[Scripted]:
    """Start one."""
    scripted = Scripted("", list(answers))

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            scripted.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            said = scripted.answers[min(len(scripted.asked), len(scripted.answers)) - 1]
            if said.hang_up:
                self.close_connection = True
                return
            raw = b"" if said.status == 204 else json.dumps(said.body).encode()
            self.send_response_only(said.status)
            for name, value in {"Content-Type": "application/json", **said.headers}.items():
                self.send_header(name, value.replace("{url}", scripted.url))
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - names of http.server

    with serve_loopback(Handler) as url:
        scripted.url = url
        yield scripted
