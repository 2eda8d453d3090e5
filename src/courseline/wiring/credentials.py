"""Whose secret goes with an address: the course's, the example repository's, the job's, for the worker also our own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from courseline.wiring.adapters import Adapters
from courseline.wiring.addresses import resolve_url, server_of

if TYPE_CHECKING:
    from courseline.usecases.ports import Credential


class Credentials(Adapters):
    """Finds secrets with the adapters of one process."""

    def credential(self, url: str, course_id: UUID | None, kind: str) -> Credential | None:
        """The course's or example repository's own secret on the server it was given for, else the job's token on its own.

        An address may come from a command line or a file, so a server is told by its host and port: a token is not sent
        to another service of the same machine, nor over http when its repository is reached over https.
        """
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        if kind == "examples" and (own := self._of_repository(url)) is not None:
            return own
        server = server_of(url)
        if server is None:
            return None
        if course_id is not None:
            with self.database.transaction() as rows:
                course = next(iter(rows.courses.find(str(course_id))), None)
                sealed = rows.courses.credential(course_id, kind)
            registered = (
                {} if course is None else {"source": course.assignments_url, "template": course.template_url}
            )
            if sealed is not None and server == server_of(registered.get(kind, "")):
                return Credential(server[0], "oauth2", self.secrets.open(course_id, kind, sealed))
        return self.job_credential(url)

    def worker_credential(self, url: str, course_id: UUID | None, kind: str) -> Credential | None:
        """As `credential`; where that finds none on our GitLab, COURSELINE_GITLAB_TOKEN. Only for the worker."""
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        own = self.credential(url, course_id, kind)
        token, server = self.settings.gitlab_token, server_of(url)
        if (
            own is not None
            or not token
            or server is None
            or server != server_of(self.settings.gitlab_url or "")
        ):
            return own
        return Credential(server[0], "oauth2", token)

    def job_credential(self, url: str) -> Credential | None:
        """The job's own token on its own server."""
        from courseline.usecases.ports import Credential  # noqa: PLC0415 - start-up time

        job, server = self.settings.job, server_of(url)
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
