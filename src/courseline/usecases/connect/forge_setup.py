"""What setting up a GitLab needs of it, as a protocol; `wiring` brings the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from courseline.domain.connect.found import (
    FoundGroup,
    FoundHook,
    FoundProject,
    FoundRequest,
    FoundSchedule,
    FoundTag,
)
from courseline.domain.connect.webhook import WantedHook


class PlaceKind(StrEnum):
    """What a webhook can belong to, as in GitLab's addresses."""

    PROJECT = "projects"
    GROUP = "groups"


@dataclass(frozen=True, slots=True)
class Place:
    """A project or group that has webhooks."""

    kind: PlaceKind
    id: int
    path: str


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What GitLab says of the token we ask with.

    Attributes:
        name: as its owner called it.
        scopes: `api`, `read_api`, ...
        expires_on: last day it is accepted before; None for never.
        active: it is neither revoked nor expired.
        is_admin: its user administers the whole GitLab.
    """

    name: str
    scopes: tuple[str, ...]
    expires_on: date | None
    active: bool
    is_admin: bool


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What GitLab says of itself.

    Attributes:
        version: as it writes it, `19.1.2-ee`.
        number: major and minor.
        time: its clock, by the header `Date`; None when it sends none.
    """

    version: str
    number: tuple[int, int]
    time: datetime | None


class ForgeSetup(Protocol):
    """One GitLab, asked and changed by somebody who may.

    All methods raise `NeighbourFailed` when it does not answer or does not take our token, `Refused` when our token's
    user may not, `NotFound` when there is no such project or group for us.
    """

    @property
    def url(self) -> str:
        """Its address."""
        ...

    def server(self) -> ServerFacts:
        """Version and clock."""
        ...

    def token(self) -> TokenFacts:
        """Our own token."""
        ...

    def path_of(self, url: str) -> str | None:
        """`group/project` of an address on this GitLab; None for one elsewhere."""
        ...

    def project(self, reference: str | int) -> FoundProject | None:
        """By number or path; None when there is none for us."""
        ...

    def group(self, reference: str | int) -> FoundGroup | None:
        """By number or path; None when there is none for us."""
        ...

    def projects_of(self, group: FoundGroup) -> list[FoundProject]:
        """Of a group and those below it, without archived ones, ordered by path."""
        ...

    def create_group(
        self, path: str, name: str, description: str, parent: int | None, visibility: str
    ) -> FoundGroup:
        """Make a group; `path` is its last part."""
        ...

    def create_project(
        self, path: str, name: str, description: str, group: int, visibility: str, branch: str
    ) -> FoundProject:
        """Make an empty project in a group; `path` is its last part, `branch` the default one to be."""
        ...

    def hooks(self, place: Place) -> list[FoundHook]:
        """Its webhooks."""
        ...

    def save_hook(self, place: Place, number: int | None, wanted: WantedHook) -> int:
        """Make a webhook, or change the one of a number; answers its number."""
        ...

    def delete_hook(self, place: Place, number: int) -> None:
        """Remove a webhook; one that is gone is no error."""
        ...

    def test_hook(self, place: Place, number: int) -> None:
        """Have a test push delivered and wait for what the receiver answers.

        Raises:
            Refused: the receiver did not answer 2xx, or there is no commit to tell of; the message has GitLab's words.
        """
        ...

    def protected_tags(self, project: FoundProject) -> frozenset[str]:
        """Names and patterns."""
        ...

    def protect_tags(self, project: FoundProject, name: str) -> None:
        """Let only maintainers make tags of a name or pattern; one that is protected already is no error."""
        ...

    def unprotect_tags(self, project: FoundProject, name: str) -> None:
        """Take that back; one that is not protected is no error."""
        ...

    def is_branch_protected(self, project: FoundProject, branch: str) -> bool:
        """By whatever rule."""
        ...

    def protect_branch(self, project: FoundProject, branch: str) -> None:
        """Let only maintainers push and merge; one that is protected already is no error."""
        ...

    def unprotect_branch(self, project: FoundProject, branch: str) -> None:
        """Take that back; one that is not protected is no error."""
        ...

    def schedules(self, project: FoundProject) -> list[FoundSchedule]:
        """Its pipeline schedules."""
        ...

    def save_schedule(self, project: FoundProject, number: int | None, branch: str) -> int:
        """Make our schedule, or change the one of a number; answers its number."""
        ...

    def delete_schedule(self, project: FoundProject, number: int) -> None:
        """Remove a schedule; one that is gone is no error."""
        ...

    def file(self, project: FoundProject, path: str, ref: str) -> bytes | None:
        """A file at a branch, None when it is not there."""
        ...

    def holds(self, project: FoundProject, name: str) -> bool:
        """Whether a file of this name is in any directory of the default branch."""
        ...

    def tags(self, project: FoundProject) -> list[FoundTag]:
        """All tags, the last changed first."""
        ...

    def commit(
        self,
        project: FoundProject,
        branch: str,
        message: str,
        files: Mapping[str, bytes],
        *,
        updates: Sequence[str] = (),
        start: str | None = None,
    ) -> str:
        """One commit with files; answers its sha.

        Args:
            project: where.
            branch: is made when it is missing.
            message: of the commit.
            files: path -> bytes.
            updates: those that are there already.
            start: branch that a new branch begins at.
        """
        ...

    def open_request(self, project: FoundProject, source: str) -> FoundRequest | None:
        """The open merge request from a branch of the project itself."""
        ...

    def request_merge(self, project: FoundProject, source: str, title: str, text: str) -> FoundRequest:
        """Open a merge request into the default branch."""
        ...

    def close_request(self, project: FoundProject, iid: int, source: str) -> None:
        """Close a merge request and delete its branch."""
        ...

    def delete_branch(self, project: FoundProject, branch: str) -> None:
        """Remove a branch; one that is gone is no error."""
        ...
