"""Real git over smart HTTP on loopback: `git http-backend` behind a small threaded server."""

from __future__ import annotations

import base64
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.builders.repositories import ENVIRONMENT

GITLAB_LIKE = (
    "[http]\n\treceivepack = true\n[receive]\n\tadvertisePushOptions = true\n[safe]\n\tdirectory = *\n"
)
FILTERING = "[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    authorization: str


@dataclass(slots=True)
class GitServer:
    """A running server.

    Attributes:
        root: directory of the bare repositories it serves.
        config: git configuration file of the server.
        authorization: header that every request must carry; empty for none.
        moved: repository name -> location that its requests are redirected to, with the rest of the path appended.
        port: on 127.0.0.1.
        requests: everything asked so far.
    """

    root: Path
    config: Path
    authorization: str
    moved: Mapping[str, str]
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, name: str, userinfo: str = "") -> str:
        return f"http://{userinfo}{self.host}/{name}"

    def fetches(self) -> int:
        """How many requests went to upload-pack: one for the list of refs and one for each pack."""
        return sum(
            request.method == "POST" and request.path.endswith("git-upload-pack") for request in self.requests
        )


def http_backend(
    root: Path,
    config: Path,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    extra: Mapping[str, str] | None = None,
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Let `git http-backend` answer one request.

    Args:
        root: directory of the bare repositories.
        config: git configuration file.
        method: of the request, as the next four.
        path: below `root`.
        query: without the question mark.
        headers: their names in any case.
        body: whole.
        extra: environment variables for git and its hooks.

    Returns:
        Status, headers and body.
    """
    environment = {
        **ENVIRONMENT,
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
        "REMOTE_USER": "somebody",
        "REMOTE_ADDR": "127.0.0.1",
        **(extra or {}),
    }
    done = subprocess.run(
        ["git", "http-backend"], env=environment, input=body, capture_output=True, check=False
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    pairs = [line.partition(": ") for line in head.decode().split("\r\n")]
    found = [(key, value) for key, _, value in pairs if value]
    status = next((value for key, value in found if key == "Status"), "200 OK")
    return int(status[:3]), [pair for pair in found if pair[0] != "Status"], content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    git_server: GitServer

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def log_message(self, *arguments: object) -> None:
        """Say nothing on standard error."""

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        authorization = self.headers.get("Authorization", "")
        self.git_server.requests.append(Request(self.command, path, authorization))
        name, _, rest = path.lstrip("/").partition("/")
        moved = self.git_server.moved.get(name)
        if moved:
            self._send(301, [("Location", f"{moved}/{rest}?{query}")], b"")
        elif self.git_server.authorization not in {"", authorization}:
            self._send(401, [("WWW-Authenticate", 'Basic realm="git"')], b"HTTP Basic: Access denied\n")
        else:
            self._backend(path, query, body)

    def _backend(self, path: str, query: str, body: bytes) -> None:
        answer = http_backend(
            self.git_server.root, self.git_server.config, self.command, path, query, self.headers, body
        )
        self._send(*answer)

    def _send(self, status: int, headers: Sequence[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)


@contextmanager
def serve_git(
    root: Path,
    *,
    username: str = "",
    secret: str = "",
    filtering: bool = True,
    moved: Mapping[str, str] | None = None,
) -> Iterator[GitServer]:
    """Serve the bare repositories below `root`.

    Args:
        root: directory of repositories.
        username: with `secret`, asked for by basic authentication.
        secret: see `username`; empty lets everybody in.
        filtering: whether partial fetches are allowed, as GitLab does.
        moved: see `GitServer`.
    """
    wanted = "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode() if secret else ""
    with TemporaryDirectory() as scratch:
        config = Path(scratch) / "gitconfig"
        config.write_text(GITLAB_LIKE + (FILTERING if filtering else ""))
        server = GitServer(root, config, wanted, moved or {})
        handler = type("Handler", (_Handler,), {"git_server": server})
        listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        listener.daemon_threads = True
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            listener.server_close()
            thread.join()
