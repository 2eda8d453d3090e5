"""Canaries in every secret: what a job through the receiver leaves behind, and shows while it runs, holds none of them."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from tests.builders.courses import Bench, bench, example, place
from tests.builders.git_http import GitServer, serve_git
from tests.builders.issuer import Issuer
from tests.builders.outputs import ROOT, SCRIPTS
from tests.builders.postgres import PostgresServer, temporary_home
from tests.builders.receiving import Receiving, receiving

from courseline.wiring import resolve_url

OF_THE_COURSE = "canary-of-the-course-0123456789"
SERVERS_OWN = {
    "COURSELINE_SECRET_KEYS": Fernet.generate_key().decode(),
    "COURSELINE_GITLAB_TOKEN": "canary-of-the-server-0123456789",
    "COURSELINE_WEBHOOK_SECRETS": "canary-of-the-webhooks-0123456789",
}
_KEY = re.compile(rb"[A-Za-z0-9_-]{43}")


@dataclass
class Watched:
    """All that could be seen of a job.

    Attributes:
        arguments: of every process that was seen.
        environments: of every process but the job itself.
        files: bytes of files below its home, while it ran and afterwards.
        said: standard output and standard error.
        processes: those that were seen beside the job.
        read: versions of files that were read.
    """

    arguments: bytes = b""
    environments: bytes = b""
    files: bytes = b""
    said: bytes = b""
    processes: set[int] = field(default_factory=set)
    read: set[tuple[str, int, int]] = field(default_factory=set)

    def everything(self) -> bytes:
        return self.arguments + self.environments + self.files + self.said


@dataclass
class Place:
    course: Bench
    receiver: Receiving
    git: GitServer
    home: Path


@pytest.fixture
def place_with_secrets(tmp_path: Path, postgres: PostgresServer, issuer: Issuer) -> Iterator[Place]:
    """A course whose repositories ask for a secret that only the database knows."""
    with (
        postgres.fresh() as url,
        temporary_home() as home,
        serve_git(tmp_path, username="oauth2", secret=OF_THE_COURSE) as git,
        receiving(tmp_path, url, home, issuer, SERVERS_OWN) as receiver,
    ):
        course = bench(tmp_path, url, example("hello"))
        course.wish(place("week1") + place("week1.hello", "hello", "v1.0"))
        found = course.course
        addresses = [git.url("assignments.git"), git.url("template.git")]
        with psycopg.connect(url) as connection:
            connection.execute(
                "UPDATE course SET assignments_project_id = 42, assignments_url = %s, assignments_identity = %s,"
                " template_url = %s, template_identity = %s",
                [text for address in addresses for text in (address, resolve_url(address))],
            )
        with receiver.wiring.database.transaction() as rows:
            for kind in ("source", "template"):
                sealed = receiver.wiring.secrets.seal(found.id, kind, OF_THE_COURSE)
                rows.courses.save_credential(found.id, kind, sealed)
        yield Place(course, receiver, git, home)
        course.close()


def watched(at: Place, command: str, token: str) -> Watched:
    """Run a job and look at it all the time."""
    seen = Watched()
    job = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "scripts" / SCRIPTS[command]),
            "--assignments",
            at.git.url("assignments.git"),
        ],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **at.receiver.environment(token)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    while job.poll() is None:
        _look(at.home, job.pid, seen)
    assert job.stdout is not None
    seen.said = job.stdout.read()
    job.stdout.close()
    _files(at.home, seen)
    assert job.returncode == 0, seen.said.decode()
    return seen


def _look(home: Path, job: int, seen: Watched) -> None:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError, IndexError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    for pid in parents:
        above = pid
        while above not in {0, 1, job}:
            above = parents.get(above, 0)
        with suppress(OSError):
            here = Path(f"/proc/{pid}/cwd").resolve()
            if above == job or here.is_relative_to(home):
                seen.arguments += Path(f"/proc/{pid}/cmdline").read_bytes()
                environment = Path(f"/proc/{pid}/environ").read_bytes()
                # Between fork and exec a child is still the job itself, down to its arguments; after exec it never is.
                unlike = any(
                    Path(f"/proc/{pid}/{name}").read_bytes() != Path(f"/proc/{job}/{name}").read_bytes()
                    for name in ("cmdline", "environ")
                )
                if pid != job and unlike:
                    seen.environments += environment
                    seen.processes.add(pid)
    _files(home, seen)


def _files(home: Path, seen: Watched) -> None:
    """Everything below it but PostgreSQL's own data; `TestOpening` of the API sees to what rows are sent."""
    for directory, inside, names in os.walk(home):
        inside[:] = [name for name in inside if name not in {"data", "data.new"}]
        for name in names:
            path = Path(directory, name)
            with suppress(OSError):
                status = path.stat()
                version = (str(path), status.st_mtime_ns, status.st_size)
                if version not in seen.read:
                    seen.read.add(version)
                    seen.files += path.read_bytes()


@pytest.mark.parametrize("command", ["courseline-deploy", "courseline-student-template"])
def test_a_job_shows_no_secret(
    place_with_secrets: Place, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    at = place_with_secrets
    if command == "courseline-student-template":
        watched(at, "courseline-deploy", at.receiver.token("courseline-deploy"))
    token = at.receiver.token(command)
    seen = watched(at, command, token)
    assert len(seen.processes) > 1, "git and PostgreSQL were seen"
    assert any(request.authorization for request in at.git.requests), "the course's secret was used"
    for name, secret in {"course": OF_THE_COURSE, "id_token": token, **SERVERS_OWN}.items():
        assert secret.encode() not in seen.everything(), name
    hashes = {row[0] for row in at.course.query("SELECT key_hash FROM work_order")}
    assert not any(hashlib.sha256(word).hexdigest() in hashes for word in _KEY.findall(seen.everything()))
    logged = "".join(capfd.readouterr())
    assert "work given" in logged
    for secret in (OF_THE_COURSE, token, *SERVERS_OWN.values()):
        assert secret not in logged
    rows = at.course.query("SELECT t::text FROM work_order AS t UNION ALL SELECT t::text FROM operation AS t")
    assert not any(secret in str(rows) for secret in (OF_THE_COURSE, token, *SERVERS_OWN.values()))
