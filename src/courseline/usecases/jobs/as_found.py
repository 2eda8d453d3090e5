"""Git as a job found it: branches stand where they stood then, and what would be pushed must be what the job pushed.

With it the job's own use case is run once more, to record what the job did: nothing is pushed, and nothing is believed
but what comes out the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from courseline.domain.tree import Tree
from courseline.errors import Refused
from courseline.usecases.ports import Change, Commit, Credential, Git, Remote, RemoteRefs, Workspace
from courseline.usecases.whole_repository import WholeRepository


@dataclass(frozen=True, slots=True)
class Pushed:
    """A commit of a job that a branch holds: repository identity, branch, commit."""

    target: str
    branch: str
    commit: str


class NotWhatWasPushed(Refused):
    """What the job pushed is not what it was told to do."""


@dataclass(frozen=True, slots=True)
class AsFound:
    """Implements `ports.Git`.

    Attributes:
        git: the real one.
        heads: repository identity -> commit that its default branch was at, None for no commit yet.
        pushed: what the job pushed, None for nothing.
        resolve_url: normalised identity of a URL or PATH.
    """

    git: Git
    heads: Mapping[str, str | None]
    pushed: Pushed | None
    resolve_url: Callable[[str], str]

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


@dataclass(slots=True)
class _Workspace:
    inner: Workspace
    found: AsFound
    remotes: dict[str, Remote] = field(default_factory=dict)

    def remote(self, url: str, credential: Credential | None = None) -> Remote:
        identity = self.found.resolve_url(url)
        if url not in self.remotes:
            self.remotes[url] = _Remote(self.inner.remote(url, credential), identity, self.found)
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


@dataclass(slots=True)
class _Remote:
    inner: Remote
    identity: str
    found: AsFound

    @property
    def url(self) -> str:
        return self.inner.url

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        del ahead  # it may stand elsewhere by now than where it was found
        shown = self.inner.refs()
        if self.identity not in self.found.heads:
            return shown
        head = self.found.heads[self.identity]
        ref = f"refs/heads/{shown.head_branch or 'main'}"
        refs = {name: sha for name, sha in shown.refs.items() if name != ref}
        return RemoteRefs(shown.head_branch, refs | ({ref: head} if head is not None else {}))

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        return self.inner.fetch(ref, depth=depth, filter=filter)

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        self.inner.fetch_blobs(oids)

    def push(self, sha: str, branch: str, *, expected: str | None) -> None:
        """Nothing is pushed: it is there already, or the job did something else than it was told.

        Raises:
            NotWhatWasPushed: so it is.
        """
        del expected
        pushed = self.found.pushed
        if pushed is None:
            raise NotWhatWasPushed(
                f"Recording what a job did in {self.inner.url}: the job reported that nothing was to be pushed, and there"
                f" was something (commit {sha}). Run the job again."
            )
        if (pushed.target, pushed.branch, pushed.commit) != (self.identity, branch, sha):
            raise NotWhatWasPushed(
                f"Recording what a job did in {self.inner.url}: {branch} holds its commit {pushed.commit}, which is not"
                f" the commit that its order makes ({sha}). Nothing was recorded of it; look at that commit."
            )
