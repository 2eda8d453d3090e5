"""The stand-in as a server on loopback: what tests start and ask."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flask import Flask, Response, g, jsonify, request
from tests.gitlab_double import (
    api_files,
    api_hooks,
    api_merge_requests,
    api_notes,
    api_people,
    api_pipelines,
    api_places,
    api_refs,
    api_repository,
    api_settings,
    api_statuses,
    oidc,
    rim,
    smart_http,
)
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.faults import Faults
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.oidc import Issuer
from tests.gitlab_double.post_office import PostOffice
from tests.gitlab_double.request_log import Asked
from tests.gitlab_double.runner import Runner
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from gitlab import Gitlab

PREFIX = "/api/v4"
_API = (
    api_files, api_people, api_places, api_repository, api_refs, api_merge_requests, api_notes, api_pipelines, api_statuses, api_settings,
    api_hooks,
)  # fmt: skip


class GitLabDouble:
    """A running stand-in.

    Args:
        root: directory for what it keeps on disk.
        version: of GitLab that it says it is.
        port: on 127.0.0.1; 0 for any.

    Attributes:
        forge: all that it remembers; hold `forge.lock` to change things while it runs.
        faults: what goes wrong on request.
        hooks: webhooks on their way.
        issuer: of id_tokens.
        runner: of the pipelines' jobs, offline until told otherwise.
    """

    def __init__(self, root: Path, *, version: str = "18.5.0", port: int = 0) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.forge = Forge(root, version)
        self.faults = Faults()
        self.hooks = PostOffice(self.forge)
        self.issuer = Issuer(self.forge)
        self.runner = Runner(self.forge, self.issuer)
        smart_http.prepare(root)
        self._server = make_server("127.0.0.1", port, self._app(), threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.forge.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True, name="gitlab"
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return self.forge.url

    def client(self, token: str = "") -> Gitlab:
        """python-gitlab, as the administrator unless told otherwise."""
        from gitlab import Gitlab

        return Gitlab(self.url, private_token=token or self.forge.admin, timeout=60)

    def git_url(self, path: str, token: str = "") -> str:
        """Address of a project's repository; with a token in it for tests that need no askpass."""
        host = self.url.removeprefix("http://")
        return f"http://{f'oauth2:{token}@' if token else ''}{host}/{path}.git"

    def settle(self) -> None:
        """Wait until nothing runs and nothing is under way."""
        self.runner.settle()
        self.hooks.settle()

    def stop(self) -> None:
        """End it."""
        self.faults.clear()
        self.runner.close()
        self.hooks.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _app(self) -> Flask:
        app = Flask("gitlab_double", static_folder=None)
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.config["forge"] = self.forge
        app.config["double"] = self
        app.url_map.converters["default"] = rim.Encoded
        app.url_map.merge_slashes = False
        for module in _API:
            app.register_blueprint(module.api, url_prefix=PREFIX)
        app.register_blueprint(oidc.api)
        app.register_blueprint(smart_http.api)
        app.before_request(self.faults.before)
        app.before_request(_enter)
        app.after_request(self._note)
        app.after_request(self.faults.after)
        app.teardown_request(_leave)
        app.register_error_handler(Exception, self._failed)
        app.wsgi_app = _Unslashed(app.wsgi_app)  # type: ignore[method-assign]
        return app

    def _note(self, answer: Response) -> Response:
        found = g.get("token")
        who = found.user.username if found else ""
        path = request.environ["RAW_URI"].partition("?")[0]
        self.forge.asked.add(Asked(request.method, path, who, answer.status_code))
        return answer

    def _failed(self, error: Exception) -> Response:
        if isinstance(error, Failure):
            if request.path.startswith(PREFIX):
                answer = jsonify(error.body)
            else:
                # git shows a text to the one who runs it.
                answer = Response(str(error.body["message"]), content_type="text/plain")
            answer.status_code = error.status
            answer.headers.update(error.headers)
            return answer
        if isinstance(error, HTTPException):
            answer = jsonify({"error": f"{error.code} {'Not Allowed' if error.code == 405 else error.name}"})
            answer.status_code = error.code or 500
            return answer
        self.forge.broken.append(error)
        answer = jsonify({"message": "500 Internal Server Error"})
        answer.status_code = 500
        return answer


class _Unslashed:
    """Keeps an encoded slash apart from one between two parts of a path."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        raw = environ["RAW_URI"].partition("?")[0]
        path = unquote(raw.replace("%2F", rim.SLASH).replace("%2f", rim.SLASH), errors="surrogateescape")
        environ["PATH_INFO"] = path.encode(errors="surrogateescape").decode("latin-1")
        answer: Iterable[bytes] = self._inner(environ, start)
        return answer


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing on standard error."""


def _enter() -> None:
    g.locked = False
    g.token = None
    if request.path.startswith(PREFIX):
        rim.forge().lock.acquire()
        g.locked = True
        g.token = rim.identify()


def _leave(_: BaseException | None) -> None:
    if g.get("locked"):
        g.locked = False
        rim.forge().lock.release()


@contextmanager
def serve_gitlab(root: Path, *, version: str = "18.5.0", port: int = 0) -> Iterator[GitLabDouble]:
    """Start one, and end it; an error of its own is the test's failure."""
    double = GitLabDouble(root, version=version, port=port)
    try:
        yield double
    finally:
        double.stop()
    if double.forge.broken:
        raise double.forge.broken[0]
