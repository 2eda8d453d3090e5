"""Rows of repositories, examples and versions, as use cases see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from courseline.domain.library.example import Example, ExampleRepository
from courseline.domain.library.label import Label
from courseline.domain.library.version import ExampleVersion, LabelledVersion, VersionFacts
from courseline.usecases.library.seen_version import SeenVersion


@dataclass(frozen=True, slots=True)
class ExampleCard:
    """What a list of examples shows.

    Attributes:
        example: identity and title.
        organization: path of the repository's organization, None when it has none.
        description: from the newest meta.yaml, "" when it has none.
        subject: its `language`, "" when it has none.
        tags: its keywords.
        labels: all its labels, highest first.
    """

    example: Example
    organization: str | None
    description: str
    subject: str
    tags: tuple[str, ...]
    labels: tuple[LabelledVersion, ...]


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version, where it lies in the store, and what people call it.

    Attributes:
        version_id: the version.
        example_id: its example.
        repository_id: its repository.
        version_identifier: git tree id.
        name: `REPO:identifier@label` with its highest label; the tree id's beginning when it has none.
    """

    version_id: UUID
    example_id: UUID
    repository_id: UUID
    version_identifier: str
    name: str


@dataclass(frozen=True, slots=True)
class RepositoryCard:
    """What a list of example repositories shows.

    Attributes:
        repository: as registered.
        examples: how many it has published.
        has_credential: whether a secret of its own is kept.
    """

    repository: ExampleRepository
    examples: int
    has_credential: bool


class LibraryRows(Protocol):
    """Repositories, examples, versions, labels, dependencies."""

    def repository(self, *, urls: Collection[str], project: str | None = None) -> ExampleRepository | None:
        """The repository registered under one of the normalised URLs or the GitLab identity `project`.

        Raises:
            Refused: they point to two registered repositories; the message names both.
        """
        ...

    def add_repository(self, repository: ExampleRepository) -> None:
        """Register; creates its organization row when it names one that has none yet.

        Raises:
            Refused: another repository of that organization has the short name.
        """
        ...

    def repositories(self) -> list[RepositoryCard]:
        """Every registered repository, ordered by organization and name."""
        ...

    def credential(self, repository_id: UUID) -> bytes | None:
        """The encrypted secret kept for a repository, None when there is none."""
        ...

    def save_credential(self, repository_id: UUID, ciphertext: bytes) -> None:
        """Keep an encrypted secret of a repository in place of the one it has."""
        ...

    def drop_credential(self, repository_id: UUID) -> bool:
        """Forget the secret of a repository; whether there was one."""
        ...

    def seen(self, repository_id: UUID, version_identifiers: Collection[str]) -> list[SeenVersion]:
        """Versions of the repository with one of these tree ids."""
        ...

    def current(self, repository_id: UUID) -> list[SeenVersion]:
        """What the highest label of each example names, with the directory it names there and no other."""
        ...

    def highest_label(self, repository_id: UUID) -> Label | None:
        """The highest of all labels in the repository; None before its first release."""
        ...

    def given(self, repository_id: UUID, label: Label) -> dict[UUID, UUID]:
        """Example -> version of those that have the label."""
        ...

    def example(self, repository_id: UUID, identifier: str) -> Example | None:
        """The example by its key."""
        ...

    def find(self, references: Collection[str], course_id: UUID | None) -> dict[str, list[Example]]:
        """Examples meant by references: identifier, directory of any label, `REPO:identifier`, UUID text.

        The repository may be written with its organization, `ORGANIZATION/REPO:identifier`.

        Args:
            references: as written, placeholders already stripped.
            course_id: only repositories this course may use (own organization, public, restricted and listed);
                None for all.

        Returns:
            every reference, with its hits; identifier hits come alone when there are any in that repository.
        """
        ...

    def labels(self, example_ids: Collection[UUID]) -> dict[UUID, list[LabelledVersion]]:
        """All labels of these examples, highest first; examples without any are left out."""
        ...

    def labels_among(
        self, example_ids: Collection[UUID], canonical: Collection[str], version_ids: Collection[UUID]
    ) -> dict[UUID, list[LabelledVersion]]:
        """Of these examples only the labels that are among `canonical` or name one of these versions, highest first."""
        ...

    def versions(self, version_ids: Collection[UUID]) -> dict[UUID, ExampleVersion]:
        """Versions with files and dependencies."""
        ...

    def version_facts(self, version_ids: Collection[UUID]) -> dict[UUID, VersionFacts]:
        """The same without their files, which are many."""
        ...

    def with_files(self, versions: Iterable[VersionFacts]) -> dict[UUID, ExampleVersion]:
        """Versions of which all else is read already."""
        ...

    def version_by_tree(self, example_id: UUID, version_identifier: str) -> UUID | None:
        """Version of an example by its git tree id."""
        ...

    def examples(self, example_ids: Collection[UUID]) -> dict[UUID, Example]:
        """Examples by id."""
        ...

    def add_versions(
        self,
        versions: Sequence[tuple[Example, ExampleVersion, Mapping[str, object]]],
        views: Mapping[UUID, tuple[str, str]] | None = None,
    ) -> None:
        """Insert examples when new, versions, their files and dependencies; present ones stay as they are.

        Args:
            versions: each as (example with directory and title of this version, its content, parsed meta.yaml for
                description, subject and tags).
            views: rules and text of what `domain.students.settled_view` keeps, by version.
        """
        ...

    def add_labels(
        self, labels: Sequence[tuple[Example, LabelledVersion]], commit: str, at: datetime
    ) -> None:
        """Insert labels, one an example; its directory and title follow when it is its highest label.

        Args:
            labels: each with the example as it is at the tag.
            commit: the tag's.
            at: when it was published.

        Raises:
            Refused: the canonical label exists with another version.
        """
        ...

    def label_again(
        self,
        repository_id: UUID,
        label: Label,
        but: Collection[UUID],
        commit: str,
        at: datetime,
        *,
        more: bool = False,
    ) -> int:
        """Give a label above all of the repository to what every example shows, however many, and answer for how many.

        Args:
            repository_id: the repository.
            label: see `highest_label`.
            but: examples that do not get it.
            commit: the tag's.
            at: when it was published.
            more: `add_labels` gives it to others in this transaction, and then makes it the highest.

        Raises:
            NeighbourFailed: it is not above all others any more, because another run gave one meanwhile.
        """
        ...

    def withdraw(self, example_id: UUID, label: Label, reason: str, at: datetime) -> bool:
        """Mark a label so that ranges and `latest` skip it; whether it was not marked before."""
        ...

    def reinstate(self, example_id: UUID, label: Label) -> bool:
        """Take that mark away; whether there was one."""
        ...

    def link_dependencies(self, repository_id: UUID) -> int:
        """Fill `depends_id` of dependencies that can be found now (same repository first); how many were linked."""
        ...

    def inventory(self) -> list[KnownVersion]:
        """Every version, ordered by name."""
        ...

    def identities(self) -> dict[UUID, str]:
        """Identity of every registered repository."""
        ...

    def cards(
        self, *, text: str = "", tags: Collection[str] = (), reference: str | None = None
    ) -> list[ExampleCard]:
        """Examples ordered by name.

        Args:
            text: in their identifier, title, description or subject.
            tags: all of which they carry.
            reference: only those it means.
        """
        ...
