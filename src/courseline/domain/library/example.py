"""Example repositories and examples as the library knows them."""

from __future__ import annotations

from dataclasses import dataclass
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
    """

    id: UUID
    repository_id: UUID
    repository_name: str
    identifier: str
    directory: str
    title: str

    @property
    def name(self) -> str:
        """`REPO:identifier`, unambiguous for a person."""
        return f"{self.repository_name}:{self.identifier}"
