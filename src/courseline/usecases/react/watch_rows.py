"""What is watched of courses in a GitLab, as use cases see it: heads, merge requests, pipelines, how far was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from courseline.usecases.react.ended import ENDED

MERGED, OPENED = "merged", "opened"


@dataclass(frozen=True, slots=True)
class Undone:
    """A place that a deploy left as it was, and why."""

    path: str
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a deploy or a template job came to, so far as the next one would say the same.

    Attributes:
        undone: what was not done.
        problem: why nothing at all was done, "" when that is not so.
    """

    undone: tuple[Undone, ...] = ()
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Nothing was left undone."""
        return not self.undone and not self.problem


@dataclass(frozen=True, slots=True)
class SeenHead:
    """How far the default branch of a course's assignments repository was followed.

    Attributes:
        course_id: the course.
        sha: head behind the last deploy that looked at it, its own commit included; None before the first.
        looked_at: when.
        library: see `WatchRows.library`, as it was then.
        outcome: what that deploy came to.
        template_sha: head that the student template was last made from.
        template_outcome: what that came to.
    """

    course_id: UUID
    sha: str | None = None
    looked_at: datetime | None = None
    library: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    template_sha: str | None = None
    template_outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A merge request on a course's assignments repository, as it was looked at last.

    Attributes:
        course_id: the course.
        iid: its number.
        project: number of its GitLab project.
        url: where people read it.
        state: opened, closed, locked or merged.
        target_branch: it is to be merged into.
        head: of its source branch.
        base: commit that it was begun from.
        target: head of the target branch that was planned on.
        merged_commit: by which it is on the target branch.
        touches: it changes something that courseline acts on.
        plan: digest of its last plan.
        wanting: that plan has steps that another state of the library may mend.
        library: see `WatchRows.library`, as it was then.
        looked_at: when.
        told_at: when its note was last brought up to date in this state of it; None before. Of a merged one the time of
            the deploy that its note tells of, which is another one whenever a deploy looks again.
        settled: its note says that it is deployed, so nothing more is to be told.
    """

    course_id: UUID
    iid: int
    project: int
    url: str
    state: str
    target_branch: str
    head: str
    looked_at: datetime
    base: str | None = None
    target: str | None = None
    merged_commit: str | None = None
    touches: bool = False
    plan: str | None = None
    wanting: bool = False
    library: str = ""
    told_at: datetime | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class SeenPipeline:
    """A pipeline of a course's assignments repository; `jobs` are those of ours: name, status, url."""

    course_id: UUID
    number: int
    project: int
    ref: str
    commit: str
    status: str
    url: str
    jobs: Sequence[Mapping[str, str]]
    seen_at: datetime

    @property
    def is_running(self) -> bool:
        """It was not at its end when it was seen."""
        return self.status not in ENDED

    @property
    def went_wrong(self) -> bool:
        """It failed or was canceled."""
        return self.status in {"failed", "canceled"}


class WatchRows(Protocol):
    """What is watched."""

    def library(self) -> str:
        """A word for the state of the library: another one as soon as a label comes, is withdrawn or reinstated."""
        ...

    def heads(self) -> dict[UUID, SeenHead]:
        """By course id."""
        ...

    def head(self, course_id: UUID) -> SeenHead:
        """That of a course; an empty one before anything was seen."""
        ...

    def save_deploy(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """A deploy has looked at the course, which is at `sha` now."""
        ...

    def save_template(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """The student template was made, or refused, from `sha`."""
        ...

    def request(self, course_id: UUID, iid: int) -> SeenRequest | None:
        """A merge request."""
        ...

    def requests(self, states: Collection[str], course_id: UUID | None = None) -> list[SeenRequest]:
        """Those in one of these states, of all courses or one, by number."""
        ...

    def save_request(self, request: SeenRequest) -> None:
        """Insert or update."""
        ...

    def pipelines(self, course_id: UUID | None = None, limit: int = 50) -> list[SeenPipeline]:
        """The newest first."""
        ...

    def save_pipeline(self, pipeline: SeenPipeline) -> None:
        """Insert or update."""
        ...

    def mark(self, scope: str) -> datetime | None:
        """How far a group's merge requests were read; None before the first time."""
        ...

    def save_mark(self, scope: str, at: datetime) -> None:
        """They were read up to this moment."""
        ...
