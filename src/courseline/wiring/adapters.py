"""Settings to real adapters, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courseline.settings import Settings

if TYPE_CHECKING:
    from courseline.adapters.database.database import PostgresDatabase
    from courseline.adapters.database.intake import PostgresIntake
    from courseline.adapters.embedded_postgres import EmbeddedPostgres
    from courseline.adapters.git import GitAdapter
    from courseline.adapters.gitlab.client import GitLabClient
    from courseline.adapters.secrets import SecretBox
    from courseline.usecases.forge import Forge, ForgeProject
    from courseline.usecases.neighbours import Progress
    from courseline.usecases.object_store import ObjectLinks, ObjectStore
    from courseline.usecases.ports import Credential


@dataclass
class Adapters:
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

    def find_project(self, url: str) -> ForgeProject | None:
        """The GitLab project behind an address, where COURSELINE_GITLAB_TOKEN lets us ask; see `usecases.forge`."""
        return None if self.forge is None else self.forge.find_project(url)

    def clock(self) -> datetime:
        """Now, UTC, whole seconds; SOURCE_DATE_EPOCH when that is set."""
        return self.settings.source_date or datetime.now(UTC).replace(microsecond=0)
