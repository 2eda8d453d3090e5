"""What GitLab tells us, typed. An event is a hint: whoever acts on it looks at the repository itself first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A GitLab project.

    Attributes:
        host: of its web address, lower case, with a port that is not the scheme's own.
        id: never changes, also when the project is renamed.
        path: `group/project`, as it is now.
        url: for git over http(s).
    """

    host: str
    id: int
    path: str
    url: str

    @property
    def identity(self) -> str:
        """`HOST#ID`, as repositories are registered under."""
        return f"{self.host}#{self.id}"


@dataclass(frozen=True, slots=True)
class TagPushed:
    """A tag was made, moved or deleted.

    Attributes:
        project: whose.
        tag: without `refs/tags/`.
        before: object it was at; zeros when it is new.
        after: object it is at; zeros when it is gone. Of an annotated tag the tag's own id.
    """

    project: Project
    tag: str
    before: str
    after: str

    @property
    def is_gone(self) -> bool:
        """The tag was deleted."""
        return not self.after.strip("0")


@dataclass(frozen=True, slots=True)
class BranchPushed:
    """A branch was made, moved or deleted; ids as in `TagPushed`.

    Attributes:
        is_default: it is the project's default branch.
    """

    project: Project
    branch: str
    before: str
    after: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class MergeRequestChanged:
    """A merge request was opened, changed, merged or closed.

    Attributes:
        project: it is to be merged into.
        iid: its number there.
        source_project: id of the project it comes from; another one for a fork.
        target_branch: it is to be merged into.
        state: opened, merged, closed or locked.
        head: last commit of its source branch.
        updated_at: as GitLab wrote it; two changes of one moment are one.
    """

    project: Project
    iid: int
    source_project: int
    target_branch: str
    state: str
    head: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class PipelineChanged:
    """A pipeline is at another status: created, running, success, failed, canceled, ...

    Attributes:
        ref: branch or tag, for a merge request `refs/merge-requests/5/head`.
        ended_at: as GitLab wrote it, "" before; one that is repeated ends again.
    """

    project: Project
    pipeline: int
    ref: str
    is_tag: bool
    commit: str
    status: str
    ended_at: str = ""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job of a pipeline is at another status.

    Attributes:
        job: its number.
        name: as the pipeline's file has it.
        pipeline: number of its pipeline.
        ref: branch or tag.
    """

    project: Project
    job: int
    name: str
    pipeline: int
    ref: str
    is_tag: bool
    status: str


@dataclass(frozen=True, slots=True)
class TokenExpires:
    """An access token of a project or group runs out soon; `expires_on` as GitLab wrote it, a date.

    For a group the `project` is that group: without a host, and with no address for git.
    """

    project: Project
    name: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class Unused:
    """Something that we do nothing with.

    Attributes:
        kind: GitLab's word for it, "" when it has none.
        reason: why nothing is done, one sentence.
    """

    kind: str
    reason: str


Event = TagPushed | BranchPushed | MergeRequestChanged | PipelineChanged | JobChanged | TokenExpires | Unused

WORDS: dict[type, str] = {
    TagPushed: "tag_push",
    BranchPushed: "push",
    MergeRequestChanged: "merge_request",
    PipelineChanged: "pipeline",
    JobChanged: "build",
    TokenExpires: "access_token",
}


def facts_of(event: Event) -> dict[str, object]:
    """What an event tells, as plain values; `dataclasses.asdict` does the same and copies each of them."""
    facts = _plain(event)
    if not isinstance(event, Unused):
        facts["project"] = _plain(event.project)
    return facts


def _plain(told: Event | Project) -> dict[str, object]:
    return {name: getattr(told, name) for name in told.__dataclass_fields__}


def kind_of(event: Event) -> str:
    """GitLab's word for the event."""
    return event.kind if isinstance(event, Unused) else WORDS[type(event)]


def event_of(kind: str, facts: Mapping[str, object]) -> Event | None:
    """The event that was recorded as these facts; None when they are no event's."""
    known = next((one for one, word in WORDS.items() if word == kind), None)
    project = facts.get("project")
    if known is None or not isinstance(project, Mapping):
        return None
    try:
        made: Event = known(**{**facts, "project": Project(**project)})
    except TypeError:  # recorded by an earlier release, whose facts were others
        return None
    return made
