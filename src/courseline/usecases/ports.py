"""What use cases need from the outside, as protocols; `wiring` brings the real ones.

Those of the object store are in `usecases/object_store.py` and the database's rows in `usecases/rows.py`, so that each
file stays one noun.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courseline.domain.located import Located
from courseline.domain.tree import Tree, TreeFile
from courseline.usecases.whole_repository import WholeRepository


class Clock(Protocol):
    """Where `now` comes from."""

    def __call__(self) -> datetime:
        """The time, UTC, whole seconds."""
        ...


class ReadYaml(Protocol):
    """Reads YAML strictly (limits, no aliases, no duplicate keys)."""

    def __call__(self, raw: bytes, path: str) -> Located:
        """Parse `raw`, called `path` in problems.

        Raises:
            InvalidInput: with problems that carry path and line.
        """
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """A user name and secret for one host; never printed, never in an argument or URL."""

    host: str
    username: str
    secret: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as read from a repository.

    Attributes:
        sha: 40 hex digits.
        parents: in order.
        tree: its tree id.
        author: `Name <mail>`.
        committed_at: UTC.
        message: whole text, decoded with replacement characters.
    """

    sha: str
    parents: tuple[str, ...]
    tree: str
    author: str
    committed_at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class PutFile:
    """Write a file: by content, or by the id of a blob the workspace already has."""

    path: str
    mode: str
    content: bytes | str  # bytes: content; str: blob id


@dataclass(frozen=True, slots=True)
class DeletePath:
    """Remove a file or a whole directory."""

    path: str


Change = PutFile | DeletePath


@dataclass(frozen=True, slots=True)
class RemoteRefs:
    """What a remote shows.

    Attributes:
        head_branch: branch its HEAD names, None for an empty or detached one.
        refs: full ref name -> sha (`refs/heads/main`, `refs/tags/v1`); no peeled entries, no HEAD.
    """

    head_branch: str | None
    refs: Mapping[str, str]


class Remote(Protocol):
    """One repository that is fetched from or pushed to.

    All methods raise `NeighbourFailed` when it does not answer and `NotFound` when it does not exist; messages show
    the URL without credentials.
    """

    @property
    def url(self) -> str:
        """As given, without credentials."""
        ...

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        """One `ls-remote`.

        Args:
            ahead: a full ref name, or `HEAD`, that will be fetched next with neither depth nor filter given: it comes
                at the same time.
        """
        ...

    def fetch(self, ref: str, *, depth: int | None = 1, filter: str | None = "blob:none") -> str:  # noqa: A002 - git's word
        """Fetch a full ref name or a sha with fsck; answers the commit's sha (tags are peeled).

        Args:
            ref: `refs/heads/...`, `refs/tags/...` or 40 hex digits.
            depth: None for all commits.
            filter: `blob:none`, `tree:0`, or None for everything.

        Raises:
            NotFound: no such ref.
            InvalidInput: git's fsck refused an object; the message says which and why.
        """
        ...

    def fetch_blobs(self, oids: Iterable[str]) -> None:
        """Bring the blobs that the workspace lacks, in one request."""
        ...

    def push(self, sha: str, branch: str, *, expected: str | None) -> None:
        """Plain fast-forward push of `sha` to `refs/heads/branch`, never forced.

        Args:
            sha: the commit to push.
            branch: short name.
            expected: sha the branch must have now; None when it must not exist.

        Raises:
            PushRejected: the branch is elsewhere, or a hook or rule refused; the message tells which.
            InvalidInput: the target is a path that is not a bare repository.
        """
        ...


class Workspace(Protocol):
    """One temporary bare repository; nothing is ever checked out. Gone when its context ends."""

    def remote(self, url: str, credential: Credential | None = None) -> Remote:
        """A remote of this workspace; the same URL gives the same remote.

        Raises:
            InvalidInput: URL form or protocol is not allowed; the message names COURSELINE_GIT_PROTOCOLS.
        """
        ...

    def tree(self, commit: str) -> Tree:
        """All files of a commit or tree (`ls-tree -r -z`)."""
        ...

    def files(self, commit: str, paths: Collection[str]) -> dict[str, TreeFile]:
        """Those of the paths that are files of a commit, by path; sooner than all of its listing is there."""
        ...

    def read_blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Contents of blobs the workspace has (`cat-file --batch`, no filters); fetch them first."""
        ...

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Bytes of those of the blobs that the workspace has, by id; none is read."""
        ...

    def commits(self, tip: str, *, since: str | None = None, limit: int | None = None) -> Sequence[Commit]:
        """First-parent-independent log of fetched commits, newest first, without those reachable from `since`."""
        ...

    def write_commit(
        self,
        *,
        parent: str | None,
        changes: Sequence[Change],
        message: str,
        at: datetime,
        author: str | None = None,
    ) -> str:
        """Make a commit with `fast-import`; same arguments, same sha.

        Args:
            parent: fetched commit to build on, None for a first commit.
            changes: applied in order to the parent's tree (deletes before puts of the same path).
            message: with trailers; ends with a newline.
            at: author and committer time, UTC.
            author: `Name <mail>`; the configured one when None.
        """
        ...

    def merge(self, base: str, ours: str, theirs: str, *, at: datetime) -> str | None:
        """A commit with what `theirs` changed since `base` brought into `ours`; None where both changed the same lines.

        Args:
            base: fetched commit.
            ours: fetched commit; the parent of the merge.
            theirs: fetched commit. Blobs of files that both changed must be in the workspace too.
            at: author and committer time, UTC.
        """
        ...


class Git(Protocol):
    """Opens workspaces."""

    def workspace(self) -> AbstractContextManager[Workspace]:
        """A fresh workspace; leftovers of killed runs are swept."""
        ...

    def whole(
        self, url: str, credential: Credential | None = None
    ) -> AbstractContextManager[WholeRepository]:
        """Fetch all that the refs of `url` reach; of a directory see also what they do not reach.

        Raises:
            InvalidInput: the address is not allowed, or fsck refused an object.
        """
        ...

    def is_local_path(self, url: str) -> bool:
        """Whether `url` means a directory on this machine."""
        ...
