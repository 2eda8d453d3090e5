"""What a GitLab has, as far as courseline is concerned; facts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group.

    Attributes:
        id: its number.
        path: with those of the groups above it.
        url: for people.
        visibility: private, internal or public.
    """

    id: int
    path: str
    url: str
    visibility: str


@dataclass(frozen=True, slots=True)
class FoundProject:
    """A project.

    Attributes:
        id: its number.
        path: with that of its group.
        url: for people.
        git_url: for git over http(s).
        visibility: private, internal or public.
        default_branch: None while it has none.
        is_empty: nothing was ever committed.
        is_fork: made from another project.
        ci_path: file its pipelines are read from, `.gitlab-ci.yml` unless somebody chose another one.
    """

    id: int
    path: str
    url: str
    git_url: str
    visibility: str
    default_branch: str | None
    is_empty: bool
    is_fork: bool
    ci_path: str


@dataclass(frozen=True, slots=True)
class FoundHook:
    """A webhook of a project or group.

    Attributes:
        id: its number.
        url: where it sends to.
        events: switch -> whether it is on; a GitLab that does not know an event leaves it out.
        verifies_tls: whether it looks at our certificate.
        has_signing: whether it has a signing token; None where GitLab does not say.
        has_token: whether it has a secret token; None where GitLab does not say.
        every_branch: it tells of pushes to every branch.
        alert: `executable`, `temporarily_disabled` or `disabled`.
    """

    id: int
    url: str
    events: Mapping[str, bool]
    verifies_tls: bool
    has_signing: bool | None
    has_token: bool | None
    every_branch: bool
    alert: str


@dataclass(frozen=True, slots=True)
class FoundSchedule:
    """A pipeline schedule; `ref` is a branch, `active` whether it starts anything."""

    id: int
    description: str
    ref: str
    cron: str
    active: bool


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """An open merge request, `iid` its number in the project."""

    iid: int
    url: str


@dataclass(frozen=True, slots=True)
class FoundTag:
    """A tag; `target` is the id of what it points to, of an annotated tag the tag's own."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class FoundSetup:
    """How a project is set up.

    Attributes:
        project: see `FoundProject`.
        hooks: its own ones.
        protected_tags: names and patterns.
        is_branch_protected: its default branch.
        schedules: all of them.
        ci: bytes of the file that pipelines are read from; None without one.
        request: the open merge request of an earlier connect.
        tags: newest first.
    """

    project: FoundProject
    hooks: tuple[FoundHook, ...] = ()
    protected_tags: frozenset[str] = frozenset()
    is_branch_protected: bool = False
    schedules: tuple[FoundSchedule, ...] = ()
    ci: bytes | None = None
    request: FoundRequest | None = None
    tags: tuple[FoundTag, ...] = ()
