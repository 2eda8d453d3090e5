"""Example repositories and examples as the library knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from courseline.domain.library.source_type import SourceType


class Visibility(StrEnum):
    """Who may use a repository's examples.

    PUBLIC: every course. RESTRICTED: courses that list it in `exampleRepositories`, also those of its own organization.
    PRIVATE: courses of its own organization.
    """

    PUBLIC = "public"
    RESTRICTED = "restricted"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class ExampleRepository:
    """A registered repository of examples.

    Attributes:
        id: see `domain.ids.repository_id`.
        identity: fixed at registration, never computed again.
        name: short name, unique within its organization; the REPO in `REPO:identifier`.
        organization: path of the owning organization, None when it has none.
        visibility: see `Visibility`.
        urls: every normalised URL it has been seen under.
        project_id: GitLab project id, None when unknown.
        source_type: what kind of place it is.
    """

    id: UUID
    identity: str
    name: str
    organization: str | None
    visibility: Visibility
    urls: tuple[str, ...] = ()
    project_id: int | None = None
    source_type: SourceType = SourceType.GIT


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the library; key = (repository, identifier).

    Attributes:
        id: see `domain.ids.example_id`.
        repository_id: its repository.
        repository_name: short name of that repository.
        identifier: text, lower case, dot-separated parts.
        directory: where it lay at the label published last.
        title: from the meta.yaml published last.
        organization: path of the one that owns the repository, None when it has none or nobody asked.
    """

    id: UUID
    repository_id: UUID
    repository_name: str
    identifier: str
    directory: str
    title: str
    organization: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """`REPO:identifier`, unambiguous within an organization."""
        return f"{self.repository_name}:{self.identifier}"

    @property
    def full_name(self) -> str:
        """`ORGANIZATION/REPO:identifier`, which nothing else has; the same as `name` without an organization."""
        return self.name if self.organization is None else f"{self.organization}/{self.name}"


def telling_names(examples: Sequence[Example]) -> list[str]:
    """A name of each that means no other of them, in order: in full, or its id, only where shorter ones do not do."""
    short = Counter(example.name for example in examples)
    full = Counter(example.full_name for example in examples)
    taken = {example.name for example in examples if example.organization is None}
    return sorted(
        example.name
        if short[example.name] == 1
        else example.full_name
        if full[example.full_name] == 1 and example.full_name not in taken
        else f"{example.id} ({example.name})"
        for example in examples
    )
