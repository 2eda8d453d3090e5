"""Asking a GitLab about projects; the client is python-gitlab.

Facts: https://docs.gitlab.com/api/projects/#get-a-single-project
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courseline.domain.paths import printable
from courseline.errors import NeighbourFailed, NotFound
from courseline.usecases.forge import ForgeProject

if TYPE_CHECKING:
    from gitlab import Gitlab

SECONDS = 20.0
"""Of silence after which an answer is given up; the client itself would wait for ever."""
_RETRIES = 2
_HIDDEN = {401, 403, 404}
_PORTS = {"https": 443, "http": 80}


class GitLabForge:
    """One GitLab.

    Args:
        url: `https://gitlab.example.org`.
        token: of a user or bot that may read projects; in no message.
        seconds: see `SECONDS`.
    """

    def __init__(self, url: str, token: str, *, seconds: float = SECONDS) -> None:
        self._url = url
        self._token = token
        self._seconds = seconds

    def find_project(self, url: str) -> ForgeProject | None:
        """See `usecases.forge.FindProject`."""
        path = self._path(url)
        if path is None:
            return None
        import requests  # noqa: PLC0415 - 200 ms that only a push to a GitLab needs
        from gitlab.exceptions import GitlabError  # noqa: PLC0415 - same

        asked = f"Asking {self._url} about the project {printable(path)}"
        try:
            found = self._client.projects.get(path, retry_transient_errors=True, max_retries=_RETRIES)
            return ForgeProject(int(found.id), str(found.visibility))
        except GitlabError as answer:
            if answer.response_code in _HIDDEN:
                raise NotFound(
                    f"{asked}: it shows no such project to us ({answer.response_code}). Correct studentTemplate.url, or give"
                    " the user of COURSELINE_GITLAB_TOKEN access."
                ) from None
            raise NeighbourFailed(f"{asked}: it answered {answer.response_code}. Try again later.") from None
        except (requests.RequestException, ValueError, AttributeError) as fault:
            raise NeighbourFailed(f"{asked}: no answer ({type(fault).__name__}). Try again later.") from None

    @cached_property
    def _client(self) -> Gitlab:
        from gitlab import Gitlab  # noqa: PLC0415 - see find_project

        return Gitlab(self._url, private_token=self._token, timeout=self._seconds)

    def _path(self, url: str) -> str | None:
        """`group/project` of an address on this GitLab, else None."""
        try:
            ours, theirs = urlsplit(self._url), urlsplit(url)
            same = (ours.hostname, ours.port or _PORTS.get(ours.scheme)) == (
                theirs.hostname,
                theirs.port or _PORTS.get(theirs.scheme),
            )
        except ValueError:
            return None
        if theirs.scheme not in _PORTS or not same:
            return None
        base = ours.path.rstrip("/")
        if not theirs.path.startswith(f"{base}/"):
            return None
        return theirs.path.removeprefix(base).strip("/").removesuffix(".git") or None
