"""A receiver with its worker in this process, over real HTTP, and jobs that work through it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from tests.builders.issuer import Issuer
from tests.builders.outputs import job_environment
from webhook.application import create_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from courseline.settings import read_settings
from courseline.usecases.jobs.settle_work import settle_work
from courseline.wiring import Wiring

ENVIRONMENTS = {
    "courseline-sync": "courseline/library",
    "courseline-deploy": "courseline/assignments",
    "courseline-student-template": "courseline/student-template",
}


class _Quiet(WSGIRequestHandler):
    def log(self, *arguments: object) -> None:  # type: ignore[override]
        """Say nothing on standard error."""


@dataclass
class Receiving:
    """A running receiver.

    Attributes:
        wiring: of the server.
        issuer: the GitLab that it believes.
        home: of jobs; the server's own is another.
        server: answers its requests.
        app: what does.
        works: whether its worker does; ended jobs wait otherwise.
        deaf: part of the paths that it answers with 503, "" for none.
    """

    wiring: Wiring
    issuer: Issuer
    home: Path
    server: BaseWSGIServer
    app: Flask
    works: bool = True
    deaf: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request, or be as if somebody had pulled the plug of what is behind the proxy."""
        if self.deaf and self.deaf in environ["PATH_INFO"]:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self.app(environ, start_response)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def token(self, command: str, *, tag: str | None = None, **changed: Any) -> str:
        """An id_token of a job that runs a command, as ci-templates have it."""
        claims: dict[str, Any] = {"environment": ENVIRONMENTS[command]}
        if tag is not None:
            claims |= {"ref": tag, "ref_type": "tag", "ref_path": f"refs/tags/{tag}"}
        return self.issuer.token(self.url, **(claims | changed))

    def environment(self, token: str, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """Variables of a job: of ours only the receiver's address and the token that GitLab made."""
        return {
            "COURSELINE_HOME": str(self.home),
            "COURSELINE_SERVER": self.url,
            "COURSELINE_ID_TOKEN": token,
            "COURSELINE_GIT_PROTOCOLS": "https,http,file",
            **(settings or {}),
        }

    def work(self) -> None:
        """Do what waits in the queue, now, as `courseline worker` does."""
        self.wiring.worker(1).run(wait=False)

    def _work(self) -> None:
        """The worker's part in what jobs did, as soon as one has ended."""
        while not self._stop.wait(0.05):
            if self.works:
                with self.wiring.database.transaction() as rows:
                    left = [one.id for one in rows.work.left(self.wiring.clock()) if one.report.get("ended")]
                for order in left:
                    settle_work(order, self.wiring.neighbours())


@contextmanager
def receiving(
    root: Path, database_url: str, home: Path, issuer: Issuer, settings: Mapping[str, str] | None = None
) -> Iterator[Receiving]:
    """Run a receiver and its worker on a database, with the store and home in `root`.

    Args:
        root: of the server.
        database_url: migrated.
        home: of jobs, where PostgreSQL's user may pass.
        issuer: the GitLab that it believes.
        settings: more of the server's.
    """
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Quiet)
    environment = {
        **job_environment(root, database_url),
        "COURSELINE_WEBHOOK_SECRETS": "a-secret-of-the-tests",
        "COURSELINE_GITLAB_URL": issuer.url,
        "COURSELINE_SERVER": f"http://127.0.0.1:{server.server_port}",
        **(settings or {}),
    }
    wiring = Wiring(read_settings(environment), "the tests")
    made = Receiving(wiring, issuer, home, server, create_app(wiring))
    server.app = made
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True),
        threading.Thread(target=made._work, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made._stop.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()
        wiring.database.close()
