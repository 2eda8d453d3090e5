"""Git as a job found it: branches stand where they stood then, and what would be pushed must be what the job pushed.

With it the job's own use case is run once more, to record what the job did: nothing is pushed, and nothing is believed
but what comes out the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from courseline.errors import Refused
from courseline.usecases.ports import Remote, RemoteRefs
from courseline.usecases.relayed_git import RelayedGit, RelayedRemote


@dataclass(frozen=True, slots=True)
class Pushed:
    """A commit of a job that a branch holds: repository identity, branch, commit."""

    target: str
    branch: str
    commit: str


class NotWhatWasPushed(Refused):
    """What the job pushed is not what it was told to do."""


@dataclass(frozen=True)
class AsFound(RelayedGit):
    """Implements `ports.Git`.

    Attributes:
        heads: repository identity -> commit that its default branch was at, None for no commit yet.
        pushed: what the job pushed, None for nothing.
    """

    heads: Mapping[str, str | None]
    pushed: Pushed | None

    def stand_in(self, remote: Remote, identity: str) -> Remote:
        """A remote as the job found it."""
        return _Remote(remote, identity, self)


@dataclass(frozen=True)
class _Remote(RelayedRemote):
    found: AsFound

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        del ahead  # it may stand elsewhere by now than where it was found
        shown = self.inner.refs()
        if self.identity not in self.found.heads:
            return shown
        head = self.found.heads[self.identity]
        ref = f"refs/heads/{shown.head_branch or 'main'}"
        refs = {name: sha for name, sha in shown.refs.items() if name != ref}
        return RemoteRefs(shown.head_branch, refs | ({ref: head} if head is not None else {}))

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
