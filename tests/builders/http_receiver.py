"""The receiver on loopback, in this process: for tests that want to be delivered to by HTTP and do not kill it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from webhook.application import create_app
from werkzeug.serving import WSGIRequestHandler, make_server

from courseline.wiring import Wiring


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing on standard error."""


@contextmanager
def http_receiver(wiring: Wiring) -> Iterator[str]:
    """Its address; it works on the database of `wiring`."""
    server = make_server("127.0.0.1", 0, create_app(wiring), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
