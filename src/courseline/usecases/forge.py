"""What a GitLab says and takes, as use cases ask for it. A payload of a hook is a hint; what is asked here is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from courseline.usecases.forge_pipelines import ForgeJob, ForgePipeline

__all__ = [
    "FindProject",
    "Forge",
    "ForgeJob",
    "ForgeNote",
    "ForgePipeline",
    "ForgeProject",
    "ForgeRequest",
    "ForgeStatus",
    "no_project",
]

ProjectRef = int | str
"""A project's number, or its `group/project`."""


@dataclass(frozen=True, slots=True)
class ForgeProject:
    """A project of a GitLab; `visibility` is private, internal or public."""

    id: int
    visibility: str


@dataclass(frozen=True, slots=True)
class ForgeRequest:
    """A merge request as it is now.

    Attributes:
        project: number of the project it is to be merged into.
        iid: its number there.
        url: where people read it.
        title: as written by whoever opened it; anything at all.
        state: opened, closed, locked or merged.
        source_project: number of the project it comes from, None when that is gone.
        target_branch: it is to be merged into.
        head: last commit of its source branch; None for one without commits.
        merged_commit: the commit by which it is on the target branch, None before.
        base: commit that its changes are counted from; None in lists, and before GitLab has compared.
        updated_at: UTC.
    """

    project: int
    iid: int
    url: str
    title: str
    state: str
    source_project: int | None
    target_branch: str
    head: str | None
    merged_commit: str | None
    updated_at: datetime
    base: str | None = None


@dataclass(frozen=True, slots=True)
class ForgeNote:
    """A comment at a merge request."""

    id: int
    author: int
    body: str


class StatusState(StrEnum):
    """What a commit status says."""

    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ForgeStatus:
    """A commit status.

    Attributes:
        name: under which GitLab keeps the newest one.
        state: see `StatusState`.
        description: at most 255 characters.
        ref: branch that the commit is the head of, so that it joins that branch's pipeline.
        url: where people read more, None for nowhere.
    """

    name: str
    state: StatusState
    description: str
    ref: str | None = None
    url: str | None = None


FindProject = Callable[[str], ForgeProject | None]
"""(URL of a repository) -> its project; None where no GitLab can be asked of it: a PATH, another host, no token.

Raises:
    NotFound: that GitLab has no such project, or does not show it to us.
    NeighbourFailed: it does not answer.
"""


def no_project(_url: str) -> ForgeProject | None:
    """For callers that can ask no GitLab."""
    return None


class Forge(Protocol):
    """A GitLab.

    All methods raise `NeighbourFailed` when it does not answer, does not accept our token, or the budget of requests is
    spent; `NotFound` for what is not there or not shown to us; `Refused` for what we may not or what it takes for wrong.
    """

    def caused_by(self, event: str | None) -> Forge:
        """The same, asked because of the hook with this UUID, so that GitLab can stop hooks that cause each other."""
        ...

    def path_of(self, url: str) -> str | None:
        """`group/project` of an address on this GitLab, None for what is elsewhere."""
        ...

    def find_project(self, url: str) -> ForgeProject | None:
        """See `FindProject`."""
        ...

    def me(self) -> int:
        """Number of the user whose token we have."""
        ...

    def merge_request(self, project: ProjectRef, iid: int) -> ForgeRequest:
        """A merge request as it is now."""
        ...

    def merge_requests(self, group: str, since: datetime) -> Sequence[ForgeRequest]:
        """All below a group, of any state, that have changed since."""
        ...

    def merge_requests_of_project(self, project: ProjectRef, since: datetime) -> Sequence[ForgeRequest]:
        """The same of one project, for what is in no group that is shown to us."""
        ...

    def notes(self, project: ProjectRef, iid: int) -> Sequence[ForgeNote]:
        """All comments at a merge request, the oldest first."""
        ...

    def add_note(self, project: ProjectRef, iid: int, body: str) -> ForgeNote:
        """Write a comment."""
        ...

    def edit_note(self, project: ProjectRef, iid: int, note: int, body: str) -> None:
        """Write a comment of ours anew."""
        ...

    def delete_note(self, project: ProjectRef, iid: int, note: int) -> None:
        """Take a comment of ours back; one that is gone already is none."""
        ...

    def status(self, project: ProjectRef, commit: str, name: str) -> ForgeStatus | None:
        """What a commit's status of this name says now, in one of our two states; None for anything else."""
        ...

    def set_status(self, project: ProjectRef, commit: str, status: ForgeStatus) -> None:
        """Say something of a commit; what it says already may be said again."""
        ...

    def pipeline(self, project: ProjectRef, number: int) -> ForgePipeline:
        """A pipeline as it is now."""
        ...

    def pipelines(
        self, project: ProjectRef, *, ref: str | None = None, commit: str | None = None
    ) -> Sequence[ForgePipeline]:
        """The newest pipelines for a branch or tag, or for a commit; at most 20, the newest first."""
        ...

    def jobs(self, project: ProjectRef, pipeline: int) -> Sequence[ForgeJob]:
        """The jobs of a pipeline; of one that was repeated the last."""
        ...
