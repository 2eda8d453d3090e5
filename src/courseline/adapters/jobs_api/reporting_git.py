"""Git that tells the receiver where it found branches, and what it is about to push before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from courseline.adapters.jobs_api.reports import BEFORE_A_PUSH, Reports
from courseline.domain.tree import Tree
from courseline.errors import PushRejected
from courseline.usecases.ports import Change, Commit, Credential, Git, Remote, RemoteRefs, Workspace
from courseline.usecases.whole_repository import WholeRepository


@dataclass
class ReportingGit:
    """Implements `ports.Git`.

    Attributes:
        git: the real one.
        reports: to the receiver.
        resolve_url: normalised identity of a URL or PATH.
        seen: repository identity -> commit of its default branch, as it was last found.
    """

    git: Git
    reports: Reports
    resolve_url: Callable[[str], str]
    seen: dict[str, str | None] = field(default_factory=dict)

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """See `ports.Git`."""
        with self.git.workspace() as workspace:
            yield _Workspace(workspace, self)

    def whole(
        self, url: str, credential: Credential | None = None
    ) -> AbstractContextManager[WholeRepository]:
        """See `ports.Git`."""
        return self.git.whole(url, credential)

    def is_local_path(self, url: str) -> bool:
        """See `ports.Git`."""
        return self.git.is_local_path(url)


@dataclass
class _Workspace:
    inner: Workspace
    owner: ReportingGit
    remotes: dict[str, Remote] = field(default_factory=dict)

    def remote(self, url: str, credential: Credential | None = None) -> Remote:
        if url not in self.remotes:
            identity = self.owner.resolve_url(url)
            self.remotes[url] = _Remote(self.inner.remote(url, credential), identity, self.owner)
        return self.remotes[url]

    def tree(self, commit: str) -> Tree:
        return self.inner.tree(commit)

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        return self.inner.read_blobs(oids)

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        return self.inner.sizes(oids)

    def commits(self, tip: str, *, since: str | None = None, limit: int | None = None) -> Sequence[Commit]:
        return self.inner.commits(tip, since=since, limit=limit)

    def merge(self, base: str, ours: str, theirs: str, *, at: datetime) -> str | None:
        return self.inner.merge(base, ours, theirs, at=at)

    def write_commit(
        self,
        *,
        parent: str | None,
        changes: Sequence[Change],
        message: str,
        at: datetime,
        author: str | None = None,
    ) -> str:
        return self.inner.write_commit(parent=parent, changes=changes, message=message, at=at, author=author)


@dataclass
class _Remote:
    inner: Remote
    identity: str
    owner: ReportingGit

    @property
    def url(self) -> str:
        return self.inner.url

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        shown = self.inner.refs(ahead=ahead)
        self.owner.seen[self.identity] = shown.refs.get(f"refs/heads/{shown.head_branch or 'main'}")
        return shown

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        return self.inner.fetch(ref, depth=depth, filter=filter)

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        self.inner.fetch_blobs(oids)

    def push(self, sha: str, branch: str, *, expected: str | None) -> None:
        """See `ports.Remote`; raises NeighbourFailed too, and pushes nothing, when the work was taken from us."""
        reports = self.owner.reports
        reports.add("seen", self.owner.seen)
        reports.add("pushing", {"target": self.identity, "branch": branch, "base": expected, "commit": sha})
        reports.delivered(BEFORE_A_PUSH)
        try:
            self.inner.push(sha, branch, expected=expected)
        except PushRejected:
            reports.add("pushing", {})  # it is not there, and will not be
            raise
