"""Git in front of another one: remotes are replaced by what stands for them, all else is passed on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from courseline.domain.tree import Tree, TreeFile
from courseline.usecases.ports import Change, Commit, Credential, Git, Remote, RemoteRefs, Workspace
from courseline.usecases.whole_repository import WholeRepository


@dataclass(frozen=True)
class RelayedRemote(ABC):
    """A remote in front of another; what is asked and pushed is for who inherits to say.

    Attributes:
        inner: the real one.
        identity: of its repository.
    """

    inner: Remote
    identity: str

    @property
    def url(self) -> str:
        """See `ports.Remote`."""
        return self.inner.url

    @abstractmethod
    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        """See `ports.Remote`."""

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        """See `ports.Remote`."""
        return self.inner.fetch(ref, depth=depth, filter=filter)

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        """See `ports.Remote`."""
        self.inner.fetch_blobs(oids)

    @abstractmethod
    def push(self, sha: str, branch: str, *, expected: str | None) -> None:
        """See `ports.Remote`."""


@dataclass(frozen=True)
class RelayedGit(ABC):
    """Implements `ports.Git`.

    Attributes:
        git: the real one.
        resolve_url: normalised identity of a URL or PATH.
    """

    git: Git
    resolve_url: Callable[[str], str]

    @abstractmethod
    def stand_in(self, remote: Remote, identity: str) -> Remote:
        """What stands for the remote of a repository."""

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        """See `ports.Git`."""
        with self.git.workspace() as workspace:
            yield _RelayedWorkspace(workspace, self)

    def whole(
        self, url: str, credential: Credential | None = None
    ) -> AbstractContextManager[WholeRepository]:
        """See `ports.Git`."""
        return self.git.whole(url, credential)

    def is_local_path(self, url: str) -> bool:
        """See `ports.Git`."""
        return self.git.is_local_path(url)


@dataclass(frozen=True)
class _RelayedWorkspace:
    inner: Workspace
    owner: RelayedGit
    remotes: dict[str, Remote] = field(default_factory=dict)

    def remote(self, url: str, credential: Credential | None = None) -> Remote:
        if url not in self.remotes:
            identity = self.owner.resolve_url(url)
            self.remotes[url] = self.owner.stand_in(self.inner.remote(url, credential), identity)
        return self.remotes[url]

    def tree(self, commit: str) -> Tree:
        return self.inner.tree(commit)

    def files(self, commit: str, paths: Collection[str]) -> dict[str, TreeFile]:
        return self.inner.files(commit, paths)

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
