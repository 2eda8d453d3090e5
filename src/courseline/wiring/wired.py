"""Adapters to what use cases talk to: in a command, in a job, in the worker, in the doctor's hands."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from courseline.wiring.addresses import no_gitlab, resolve_url
from courseline.wiring.credentials import Credentials

if TYPE_CHECKING:
    from courseline.adapters.database.standing import DatabaseStanding
    from courseline.adapters.queue import QueueWorker
    from courseline.usecases.connect.connection import Surroundings
    from courseline.usecases.connect.diagnose import Instruments
    from courseline.usecases.neighbours import Neighbours


class Wiring(Credentials):
    """One process, wired."""

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
        return replace(self.neighbours(), credential=self.worker_credential)

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
                credential=lambda url, _course, kind: given.credential(url, kind) or self.job_credential(url),
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
