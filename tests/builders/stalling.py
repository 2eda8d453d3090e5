"""A git server that begins to answer a fetch and never goes on, until it is told to behave."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.builders.git_http import serve_git

_KEPT = ("Content-Type", "Content-Encoding", "Git-Protocol", "Accept")


class StallingServer:
    """In front of a real one.

    Attributes:
        stalling: whether fetches stall.
        stalled: set when a fetch has been kept waiting.
        port: on 127.0.0.1.
    """

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.stalling = True
        self.stalled = threading.Event()
        self.over = threading.Event()
        self.port = 0

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server_of: StallingServer

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.server_of.stalling and b"command=fetch" in body:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-upload-pack-result")
            self.end_headers()
            self.wfile.flush()
            self.server_of.stalled.set()
            self.server_of.over.wait()
            return
        self._pass_on(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing on standard error."""

    def _pass_on(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self.server_of.backend)
        headers = {name: self.headers[name] for name in _KEPT if name in self.headers}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve_stalling(root: Path) -> Iterator[StallingServer]:
    """Serve the bare repositories below `root`; fetches stall at first."""
    with serve_git(root) as real:
        server = StallingServer(real.host)
        handler = type("Handler", (_Handler,), {"server_of": server})
        listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        listener.daemon_threads = True
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown()
            listener.server_close()
            thread.join()
