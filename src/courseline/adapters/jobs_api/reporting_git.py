"""Git that tells the receiver where it found branches, and what it is about to push before it does."""

from __future__ import annotations

from dataclasses import dataclass, field

from courseline.adapters.jobs_api.reports import BEFORE_A_PUSH, Reports
from courseline.errors import PushRejected
from courseline.usecases.ports import Remote, RemoteRefs
from courseline.usecases.relayed_git import RelayedGit, RelayedRemote


@dataclass(frozen=True)
class ReportingGit(RelayedGit):
    """Implements `ports.Git`.

    Attributes:
        reports: to the receiver.
        seen: repository identity -> commit of its default branch, as it was last found.
    """

    reports: Reports
    seen: dict[str, str | None] = field(default_factory=dict)

    def stand_in(self, remote: Remote, identity: str) -> Remote:
        """A remote that reports."""
        return _Remote(remote, identity, self)


@dataclass(frozen=True)
class _Remote(RelayedRemote):
    owner: ReportingGit

    def refs(self, *, ahead: str | None = None) -> RemoteRefs:
        shown = self.inner.refs(ahead=ahead)
        self.owner.seen[self.identity] = shown.refs.get(f"refs/heads/{shown.head_branch or 'main'}")
        return shown

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
