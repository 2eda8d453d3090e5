"""An HTTP server on loopback that answers everything alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.builders.loopback import QuietHandler, serve_loopback


@contextmanager
def serve_answer(
    status: int, content_type: str, body: bytes, headers: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Start one; yields its endpoint."""

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response_only(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815 - names of http.server

    with serve_loopback(Handler) as url:
        yield url
