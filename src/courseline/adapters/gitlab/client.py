"""The one client for a GitLab: python-gitlab, always with a timeout, one per thread, its errors turned into ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from courseline.adapters.gitlab.budget import Budget
from courseline.domain.paths import printable
from courseline.errors import Conflict, CourselineError, NeighbourFailed, NotFound, Refused

if TYPE_CHECKING:
    from gitlab import Gitlab

SECONDS = 20.0
"""Of silence after which an answer is given up; python-gitlab itself would wait for ever."""
PER_PAGE = 100
"""The most that GitLab gives at once (https://docs.gitlab.com/api/rest/#pagination)."""
EVENT_HEADER = "X-Gitlab-Event-UUID"
"""Sent back so that GitLab sees when hooks cause each other in a circle."""
_LONGEST_QUOTE = 300
_OWN_BUDGET = 300
_PORTS = {"https": 443, "http": 80}


class GitLabClient:
    """One GitLab.

    Args:
        url: `https://gitlab.example.org`.
        token: of a user or bot; in no message and no representation.
        budget: of requests, shared by all that this process asks; None for one of its own.
        seconds: see `SECONDS`.
        event: UUID of the hook that caused what is asked, None for none.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        budget: Budget | None = None,
        seconds: float = SECONDS,
        event: str | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._budget = budget or Budget(_OWN_BUDGET)
        self._seconds = seconds
        self._event = event
        self._threads = threading.local()

    def caused_by(self, event: str | None) -> GitLabClient:
        """The same GitLab, asked because of a hook; the budget stays the same one."""
        return GitLabClient(
            self.url, self._token, budget=self._budget, seconds=self._seconds, event=event or None
        )

    @property
    def api(self) -> Gitlab:
        """python-gitlab; of this thread, because its session must not be shared."""
        found: Gitlab | None = getattr(self._threads, "api", None)
        if found is None:
            found = self._threads.api = self._made()
        return found

    @contextmanager
    def asking(self, what: str) -> Iterator[None]:
        """Ask for something: what python-gitlab and the network raise inside comes out as errors of ours.

        Args:
            what: is being done, as the beginning of a sentence ("Reading merge request 5 of uni/course").

        Raises:
            NotFound: 404.
            Refused: 403, or GitLab takes what was sent for wrong (400, 422).
            Conflict: 409 and 412.
            NeighbourFailed: the token is not accepted (401), no answer, or one that makes no sense.
        """
        import requests  # noqa: PLC0415 - 200 ms that only who asks a GitLab needs
        from gitlab.exceptions import GitlabError  # noqa: PLC0415 - same

        asked = f"{what} at {self.url}"
        try:
            yield
        except CourselineError as known:
            raise type(known)(f"{asked}: {known.message}", known.problems) from None
        except GitlabError as answer:
            raise self._meant(asked, answer.response_code, _quote(answer.error_message)) from None
        except requests.RequestException as fault:
            raise NeighbourFailed(f"{asked}: no answer ({type(fault).__name__}). Try again later.") from None
        except (ValueError, TypeError, AttributeError, KeyError, LookupError) as fault:
            raise NeighbourFailed(
                f"{asked}: the answer is not what GitLab documents ({type(fault).__name__}). Is COURSELINE_GITLAB_URL the"
                " address of a GitLab? Try again later."
            ) from None

    def path_of(self, url: str) -> str | None:
        """`group/project` of an address on this GitLab, None for what is elsewhere."""
        try:
            ours, theirs = urlsplit(self.url), urlsplit(url)
            same = (ours.hostname, ours.port or _PORTS.get(ours.scheme)) == (
                theirs.hostname,
                theirs.port or _PORTS.get(theirs.scheme),
            )
        except ValueError:
            return None
        base = f"{ours.path.rstrip('/')}/"
        if theirs.scheme not in _PORTS or not same or not theirs.path.startswith(base):
            return None
        return theirs.path.removeprefix(base).strip("/").removesuffix(".git") or None

    @staticmethod
    def encoded(project: int | str) -> str:
        """A project's number or path, as a part of an API's path."""
        return quote(str(project), safe="")

    def _made(self) -> Gitlab:
        import requests  # noqa: PLC0415 - see asking
        from gitlab import Gitlab  # noqa: PLC0415 - same

        from courseline.adapters.gitlab.transport import BudgetedBackend  # noqa: PLC0415 - it loads both

        api = Gitlab(
            self.url,
            private_token=self._token,
            timeout=self._seconds,
            per_page=PER_PAGE,
            keep_base_url=True,
            retry_transient_errors=False,
            backend=_Given(BudgetedBackend(requests.Session(), self._budget)),
        )
        if self._event:
            api.headers[EVENT_HEADER] = self._event
        return api

    def _meant(self, asked: str, code: int | None, said: str) -> CourselineError:
        said = said.replace(self._token, "***") if self._token else said
        words = f" ({code}{f', {said}' if said else ''})"
        if code == 401:
            return NeighbourFailed(
                f"{asked}: it does not accept our token{words}. Give COURSELINE_GITLAB_TOKEN one that is valid; what waits is"
                " tried again."
            )
        if code == 403:
            return Refused(
                f"{asked}: we may not{words}. Give the user of COURSELINE_GITLAB_TOKEN the role and scope for it."
            )
        if code == 404:
            return NotFound(
                f"{asked}: there is none, or it is not shown to us{words}. Check the address, or give the user of"
                " COURSELINE_GITLAB_TOKEN access."
            )
        if code in {409, 412}:
            return Conflict(
                f"{asked}: something else is there or was faster{words}. Look at it and try again."
            )
        if code in {400, 422}:
            return Refused(f"{asked}: it refused what was sent{words}.")
        return NeighbourFailed(
            f"{asked}: it answered{words if code else ' nothing that can be read'}. Try again later."
        )


class _Given:
    """python-gitlab wants a class to make its backend from; ours is made already."""

    def __init__(self, backend: object) -> None:
        self._backend = backend

    def __call__(self, **_options: object) -> object:
        return self._backend


def _quote(said: object) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    if "<" in text and "html" in text.lower():
        return "a web page"
    return printable(text[:_LONGEST_QUOTE])
