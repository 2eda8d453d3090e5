"""Receiver and worker as they run for real: gunicorn and `courseline worker`, on a PostgreSQL that keeps what it commits."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from tests.builders.outputs import ROOT, job_environment
from tests.builders.postgres import temporary_home
from tests.builders.waiting import until

from courseline.adapters.database.upgrade import upgrade
from courseline.adapters.embedded_postgres import EmbeddedPostgres

COMMANDS = Path(sys.executable).parent


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket in a directory of ours, whose address nobody else can take between two starts."""

    def __init__(self, path: Path) -> None:
        super().__init__("receiver", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(str(self._path))


@dataclass
class LiveReceiver:
    """Both processes.

    Attributes:
        directory: logs and the store.
        home: of the database server, with a short name; the socket is there.
        server: of the database.
        secrets: of the webhooks.
        extra: further settings of both.
        listening: file descriptors of sockets on which the receiver listens too: its address is known before it runs.
    """

    directory: Path
    home: Path
    server: EmbeddedPostgres
    secrets: str
    extra: dict[str, str] = field(default_factory=dict)
    listening: tuple[int, ...] = ()
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url()

    @property
    def environment(self) -> dict[str, str]:
        settings = job_environment(
            self.directory,
            self.url,
            {"COURSELINE_WEBHOOK_SECRETS": self.secrets, "HOME": "/nonexistent", **self.extra},
        )
        return {"PATH": os.environ["PATH"], **settings}

    @property
    def socket(self) -> Path:
        return self.home / "receiver.sock"

    def start(self, name: str, *options: str) -> None:
        """Start `receiver` or `worker`."""
        commands: Mapping[str, list[str | Path]] = {
            "receiver": [
                COMMANDS / "gunicorn", "--chdir", ROOT, "--config", ROOT / "webhook/gunicorn_settings.py",
                "--bind", f"unix:{self.socket}", *(f"--bind=fd://{number}" for number in self.listening),
            ],
            "worker": [COMMANDS / "courseline", "worker"],
        }  # fmt: skip
        with (self.directory / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*commands[name], *options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self.listening,
            )

    def kill(self, name: str) -> None:
        """End a process and all that it started, as a power cut would."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def crash_database(self) -> None:
        """End the server as a power cut would, and start it again."""
        pid = int((self.home / "postgres/data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{pid}/stat").exists() or _is_dead(pid), "the database server ended")
        self.server.url()

    def post(self, body: bytes, headers: Mapping[str, str]) -> int | None:
        """Send a webhook; its status, None when no answer came."""
        connection = UnixConnection(self.socket)
        try:
            connection.request("POST", "/hooks/gitlab", body, dict(headers))
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def query(self, text: str) -> list[tuple[object, ...]]:
        """Rows of the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute(text)  # type: ignore[arg-type]
            return found.fetchall() if found.description else []

    def pass_time(self) -> None:
        """What waits for later may begin, and workers that were killed have been silent for long."""
        self.query(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()"
        )
        if "worker" not in self.running:
            self.query("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def live_receiver(directory: Path, secrets: str, programs: Path | None = None) -> Iterator[LiveReceiver]:
    """Neither process runs yet; both are ended afterwards. PostgreSQL's `programs` are the package's when None."""
    with temporary_home(programs) as home:
        server = EmbeddedPostgres(home, programs)
        upgrade(server.url())
        made = LiveReceiver(directory, home, server, secrets)
        try:
            yield made
        finally:
            for name in list(made.running):
                made.kill(name)


def _is_dead(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True
