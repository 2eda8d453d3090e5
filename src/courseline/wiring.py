"""Settings to real adapters; the only module that knows them all. Each is made when it is first needed."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from courseline.errors import InvalidInput, Problem
from courseline.settings import Settings, read_settings

if TYPE_CHECKING:
    from courseline.adapters.database.database import PostgresDatabase
    from courseline.adapters.database.intake import PostgresIntake
    from courseline.adapters.database.standing import DatabaseStanding
    from courseline.adapters.embedded_postgres import EmbeddedPostgres
    from courseline.adapters.git import GitAdapter
    from courseline.adapters.gitlab.client import GitLabClient
    from courseline.adapters.queue import QueueWorker
    from courseline.adapters.secrets import SecretBox
    from courseline.usecases.connect.connection import Surroundings
    from courseline.usecases.connect.diagnose import Instruments
    from courseline.usecases.forge import Forge, ForgeProject
    from courseline.usecases.library.try_examples import RunTrial
    from courseline.usecases.neighbours import Neighbours, Progress
    from courseline.usecases.object_store import ObjectLinks, ObjectStore
    from courseline.usecases.offline import Offline
    from courseline.usecases.ports import Credential


@dataclass
class Wiring:
    """All adapters of one process.

    Attributes:
        settings: what the environment says.
        command: name of the running command, for lease holders.
        progress: shows how far long work is, None for nothing.
        tell: shows a sentence beside the result, on standard error.
    """

    settings: Settings
    command: str = "courseline"
    progress: Progress | None = field(default=None, repr=False)
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False)

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return self.settings.database_url is None

    @cached_property
    def embedded_server(self) -> EmbeddedPostgres:
        """The server below COURSELINE_HOME; nothing is started yet."""
        from courseline.adapters.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415 - start-up time

        return EmbeddedPostgres(self.settings.home, self.settings.postgres_bin)

    def database_url(self) -> str:
        """URL of the database; starts the embedded server."""
        return self.settings.database_url or self.embedded_server.url()

    @cached_property
    def database(self) -> PostgresDatabase:
        """The database."""
        from courseline.adapters.database.database import PostgresDatabase  # noqa: PLC0415 - start-up time

        return PostgresDatabase(self.database_url(), migrates_itself=self.embedded)

    @cached_property
    def intake(self) -> PostgresIntake:
        """The short way into the inbox."""
        from courseline.adapters.database.intake import PostgresIntake  # noqa: PLC0415 - start-up time

        return PostgresIntake(self.database_url(), self.database.check_revision)

    @cached_property
    def store(self) -> ObjectStore:
        """The object store."""
        from courseline.adapters.objects_url import FolderLocation, parse_store_url  # noqa: PLC0415 - start-up time

        location = parse_store_url(self.settings.object_store)
        if isinstance(location, FolderLocation):
            from courseline.adapters.objects_folder import FolderStore  # noqa: PLC0415 - as above

            return FolderStore(location.directory)
        from courseline.adapters.objects_s3 import S3Store  # noqa: PLC0415 - as above

        return S3Store(location, self.settings.s3_access_key or "", self.settings.s3_secret_key or "")

    @property
    def object_links(self) -> ObjectLinks | None:
        """Makes addresses at which jobs reach the store themselves; None when they go through the receiver."""
        from courseline.adapters.objects_links import S3Links  # noqa: PLC0415 - start-up time
        from courseline.adapters.objects_url import S3Location, parse_store_url  # noqa: PLC0415 - as above

        location = parse_store_url(self.settings.object_store)
        if not isinstance(location, S3Location) or location.public_endpoint == location.endpoint:
            return None
        return S3Links(location, self.settings.s3_access_key or "", self.settings.s3_secret_key or "")

    @cached_property
    def git(self) -> GitAdapter:
        """Git."""
        from courseline.adapters.git import GitAdapter  # noqa: PLC0415 - start-up time

        # A job pushes to the GitLab that it runs in, whose address nobody has to set for it.
        hosts = {urlsplit(self.settings.gitlab_url or "").hostname, (self.settings.job.host or "").lower()}
        return GitAdapter(
            self.settings.git_protocols,
            self.settings.git_author,
            self.settings.home / "tmp",
            ci_skip_hosts=frozenset(host for host in hosts if host),
        )

    @cached_property
    def secrets(self) -> SecretBox:
        """Encrypts and opens credentials."""
        from courseline.adapters.secrets import KEY_FILE, SecretBox, key_of_home  # noqa: PLC0415 - start-up time

        keys, home = self.settings.secret_keys, self.settings.home
        if self.embedded and not keys:
            home.mkdir(parents=True, exist_ok=True)
        if self.embedded and (not keys or (home / KEY_FILE).exists()):
            # Behind the given keys it still opens what was encrypted before there were any.
            keys = (*keys, key_of_home(home))
        return SecretBox(keys)

    def clock(self) -> datetime:
        """Now, UTC, whole seconds; SOURCE_DATE_EPOCH when that is set."""
        return self.settings.source_date or datetime.now(UTC).replace(microsecond=0)

    def neighbours(self) -> Neighbours:
        """Everything a use case may talk to."""
        return self._neighbours(
            database=self.database,
            store=self.store,
            git=self.git,
            clock=self.clock,
            credential=self.credential,
            actor=self.settings.actor,
            bucket=self.bucket,
            find_project=self.find_project,
            forge=self.forge,
        )

    def _neighbours(self, **own: Any) -> Neighbours:
        from courseline.adapters.rules import rules_version  # noqa: PLC0415 - start-up time
        from courseline.adapters.yaml_files import read_yaml  # noqa: PLC0415 - as above
        from courseline.adapters.yaml_writer import write_yaml  # noqa: PLC0415 - as above
        from courseline.domain.library.repository_identity import repository_address  # noqa: PLC0415 - as above
        from courseline.usecases.neighbours import Neighbours, no_progress  # noqa: PLC0415 - as above

        return Neighbours(
            read_yaml=read_yaml,
            write_yaml=write_yaml,
            resolve_url=resolve_url,
            holder=f"{self.command}, process {os.getpid()} on {socket.gethostname()}",
            progress=self.progress or no_progress,
            rules=rules_version,
            address_of=lambda identity: repository_address(identity, self.settings.gitlab_url),
            **own,
        )

    def worker_neighbours(self) -> Neighbours:
        """As `neighbours`, with our GitLab's token for repositories there that have no secret of their own.

        Only for the worker: what answers jobs gives credentials away, and this one stays where it is.
        """
        return replace(self.neighbours(), credential=self._worker_credential)

    def _worker_credential(self, url: str, course_id: UUID | None, kind: str) -> Credential | None:
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        own = self.credential(url, course_id, kind)
        token, server = self.settings.gitlab_token, _server(url)
        if (
            own is not None
            or not token
            or server is None
            or server != _server(self.settings.gitlab_url or "")
        ):
            return own
        return Credential(server[0], "oauth2", token)

    @contextmanager
    def work(self, kind: str, inputs: Mapping[str, object], wait: float) -> Iterator[Neighbours]:
        """Everything a job's use case may talk to: our own adapters, or those of a work order of the receiver.

        Args:
            kind: `sync`, `deploy` or `student-template`.
            inputs: what is asked, see `usecases.jobs.open_work`.
            wait: seconds to wait for somebody else who writes there.

        Raises:
            Refused: the receiver gives no such work, or does not record what was done.
        """
        if not self.settings.through_receiver or self.settings.server is None:
            yield self.neighbours()
            return
        from courseline.adapters.jobs_api.work import Place, given_work  # noqa: PLC0415 - start-up time

        place = Place(
            server=self.settings.server,
            id_token=self.settings.id_token,
            home=self.settings.home,
            programs=self.settings.postgres_bin,
            git=self.git,
            resolve_url=resolve_url,
            tell=self.tell,
        )
        with given_work(place, kind, inputs, wait) as given:
            yield self._neighbours(
                database=given.database,
                store=given.store,
                git=given.git,
                clock=given.clock,
                credential=lambda url, _course, kind: given.credential(url, kind) or self._of_job(url),
                actor=given.order.actor,
                find_project=given.find_project,
            )

    def worker(self, concurrency: int) -> QueueWorker:
        """What works through the queue."""
        import structlog  # noqa: PLC0415 - start-up time

        from courseline.adapters.queue import QueueWorker  # noqa: PLC0415 - as above
        from courseline.usecases.react.work import handlers, supersede  # noqa: PLC0415 - as above

        with self.database.transaction():  # the embedded one is started and migrated, another one is checked
            pass
        log = structlog.get_logger()
        work = handlers(
            self.worker_neighbours, lambda task, ending: log.info("ended", work=str(task), ending=str(ending))
        )
        return QueueWorker(
            self.database_url(),
            work,
            lambda arguments: supersede(arguments, self.neighbours()),
            concurrency=concurrency,
        )

    def bucket(self, url: str, credential: Credential | None) -> ObjectStore:
        """The objects below the prefix that `url` names, with the repository's own keys or those of the store.

        Raises:
            InvalidInput: the address means no bucket.
        """
        from courseline.adapters.objects_s3 import S3Store  # noqa: PLC0415 - start-up time
        from courseline.adapters.objects_url import parse_source_url  # noqa: PLC0415 - as above

        keys = (self.settings.s3_access_key or "", self.settings.s3_secret_key or "")
        if credential is not None:
            keys = (credential.username, credential.secret)
        return S3Store(parse_source_url(url), *keys, may_create=False)

    @cached_property
    def gitlab(self) -> GitLabClient | None:
        """The client of the GitLab that COURSELINE_GITLAB_URL and COURSELINE_GITLAB_TOKEN name; None without both."""
        if not self.settings.gitlab_url or not self.settings.gitlab_token:
            return None
        from courseline.adapters.gitlab.budget import Budget  # noqa: PLC0415 - start-up time
        from courseline.adapters.gitlab.client import GitLabClient  # noqa: PLC0415 - as above

        budget = Budget(self.settings.api_budget)
        return GitLabClient(self.settings.gitlab_url, self.settings.gitlab_token, budget=budget)

    @cached_property
    def forge(self) -> Forge | None:
        """That GitLab, as use cases ask it."""
        if self.gitlab is None:
            return None
        from courseline.adapters.gitlab.forge import GitLabForge  # noqa: PLC0415 - start-up time

        return GitLabForge(self.gitlab)

    def surroundings(self, url: str | None = None, token: str | None = None) -> Surroundings:
        """Whom setting up a GitLab talks to; `url` and `token` before those of the settings.

        Raises:
            InvalidInput: there is no address or no token; each is named.
        """
        from courseline.adapters.gitlab.client import GitLabClient  # noqa: PLC0415 - start-up time
        from courseline.adapters.gitlab.forge_setup import GitLabSetup  # noqa: PLC0415 - as above
        from courseline.adapters.yaml_edits import YamlEdits  # noqa: PLC0415 - as above
        from courseline.usecases.connect.connection import Surroundings  # noqa: PLC0415 - as above

        url, token = url or self.settings.gitlab_url, token or self.settings.gitlab_token
        if not url or not token:
            raise no_gitlab(url, token)
        own = (url, token) == (self.settings.gitlab_url, self.settings.gitlab_token)
        client = self.gitlab if own and self.gitlab is not None else GitLabClient(url, token)
        return Surroundings(GitLabSetup(client), YamlEdits(), self.neighbours())

    def instruments(self, receiver: str | None, *, fix: bool) -> Instruments:
        """With what `courseline doctor` looks; nothing is reached yet."""
        from courseline.usecases.connect.diagnose import Instruments  # noqa: PLC0415 - start-up time

        return Instruments(
            clock=lambda: datetime.now(UTC),
            git_version=self.git.version,
            standing=self._standing,
            store=lambda: self.store,
            secrets=lambda: self.secrets,
            neighbours=self.neighbours,
            gitlab=self.surroundings if self.gitlab is not None else None,
            webhook_secrets=self.settings.webhook_secrets,
            receiver=receiver,
            unique=uuid4().hex,
            fix=fix,
        )

    def _standing(self) -> DatabaseStanding:
        from courseline.adapters.database.standing import standing  # noqa: PLC0415 - start-up time

        if self.embedded:  # it is brought to our revision at first use
            with self.database.transaction():
                pass
        return standing(self.database_url())

    def find_project(self, url: str) -> ForgeProject | None:
        """The GitLab project behind an address, where COURSELINE_GITLAB_TOKEN lets us ask; see `usecases.forge`."""
        return None if self.forge is None else self.forge.find_project(url)

    def credential(self, url: str, course_id: UUID | None, kind: str) -> Credential | None:
        """The course's or example repository's own secret on the server it was given for, else the job's token on its own.

        An address may come from a command line or a file, so a server is told by its host and port: a token is not sent
        to another service of the same machine, nor over http when its repository is reached over https.
        """
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        if kind == "examples" and (own := self._of_repository(url)) is not None:
            return own
        server = _server(url)
        if server is None:
            return None
        if course_id is not None:
            with self.database.transaction() as rows:
                course = next(iter(rows.courses.find(str(course_id))), None)
                sealed = rows.courses.credential(course_id, kind)
            registered = (
                {} if course is None else {"source": course.assignments_url, "template": course.template_url}
            )
            if sealed is not None and server == _server(registered.get(kind, "")):
                return Credential(server[0], "oauth2", self.secrets.open(course_id, kind, sealed))
        return self._of_job(url)

    def _of_job(self, url: str) -> Credential | None:
        """The job's own token on its own server."""
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        job, server = self.settings.job, _server(url)
        if server is not None and job.token and job.host and server == (job.host.lower(), job.port or 443):
            return Credential(server[0], "gitlab-ci-token", job.token)
        return None

    def _of_repository(self, url: str) -> Credential | None:
        from courseline.domain.library.repository_secret import open_secret  # noqa: PLC0415 - start-up time
        from courseline.domain.library.source_type import server_of  # noqa: PLC0415 - as above
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - as above

        if server_of(url) is None:
            return None
        with self.database.transaction() as rows:
            repository = rows.library.repository(urls=[resolve_url(url)])
            sealed = rows.library.credential(repository.id) if repository is not None else None
        if repository is None or sealed is None:
            return None
        kept = open_secret(self.secrets.open(repository.id, "examples", sealed), url)
        return Credential(urlsplit(kept.server).hostname or "", kept.user, kept.secret) if kept else None


def wire(command: str, progress: Progress | None = None) -> Wiring:
    """Read the settings and wire.

    Raises:
        InvalidInput: the settings have problems, all named.
    """
    return Wiring(read_settings(), command, progress)


def offline(directory: Path, progress: Progress | None) -> Offline:
    """What a command needs that only reads `directory`, an existing one; no setting is asked."""
    from courseline.adapters.directory import LocalDirectory  # noqa: PLC0415 - start-up time
    from courseline.adapters.yaml_files import read_yaml  # noqa: PLC0415 - as above
    from courseline.adapters.yaml_writer import write_yaml  # noqa: PLC0415 - as above
    from courseline.usecases.neighbours import no_progress  # noqa: PLC0415 - as above
    from courseline.usecases.offline import Offline  # noqa: PLC0415 - as above

    return Offline(
        directory=LocalDirectory(directory),
        read_yaml=read_yaml,
        write_yaml=write_yaml,
        clock=lambda: datetime.now(UTC).replace(microsecond=0),
        progress=progress or no_progress,
    )


def trial_runner() -> RunTrial:
    """What runs an example's own tests on this machine."""
    from courseline.adapters.trial_run import run_trial  # noqa: PLC0415 - start-up time

    return run_trial


def resolve_url(url: str) -> str:
    """Normalised identity of a URL, of a bucket and its prefix, or of a PATH, whose links are resolved.

    Raises:
        InvalidInput: it is none of them.
    """
    from courseline.domain.library.source_type import is_bucket  # noqa: PLC0415 - start-up time

    if is_bucket(url):
        from courseline.adapters.objects_url import parse_source_url  # noqa: PLC0415 - as above

        return parse_source_url(url).identity
    from courseline.adapters.git.url import directory_of, is_local_path  # noqa: PLC0415 - start-up time
    from courseline.domain.library.repository_identity import normalise_url  # noqa: PLC0415 - as above

    return normalise_url(str(directory_of(url)) if is_local_path(url) else url)


def no_gitlab(url: str | None, token: str | None) -> InvalidInput:
    """What is missing before a GitLab can be asked."""
    needed = {
        "COURSELINE_GITLAB_URL": (url, "Set it like: https://gitlab.example.org"),
        "COURSELINE_GITLAB_TOKEN": (
            token,
            "Set it to a token with the scope `api` of a maintainer (of a group: owner).",
        ),
    }
    problems = [
        Problem(name, None, f"{name} is not set.", fix=fix)
        for name, (value, fix) in needed.items()
        if not value
    ]
    return InvalidInput("Asking GitLab: it is not said which, or as whom.", problems)


def _server(url: str) -> tuple[str, int] | None:
    """Host and port of an http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname and port and parts.scheme in {"https", "http"} else None
