"""Rows of what templates were judged on, as use cases see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.library.version import VersionFacts, VersionFile

GivenFile = tuple[str, str, str]
"""Path in the template repository, blob id, and the rule by which students get it."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one template gave to students at a place.

    Attributes:
        content_id: the place's content.
        version_id: the version it came from, None for content without an example.
        files: those that students had not been given before.
    """

    content_id: UUID
    version_id: UUID | None
    files: tuple[GivenFile, ...]


@dataclass(frozen=True, slots=True)
class MadeCommit:
    """The commit that an operation made or took over, None when it has none."""

    operation_id: UUID
    kind: OperationKind
    state: OperationState
    commit: str | None


@dataclass(frozen=True, slots=True)
class StoredJudgement:
    """What was kept of a published template.

    Attributes:
        facts: as `domain.students.judgement` writes them, JSON values.
        seal: what the history says about them, None when it says nothing.
        exposures: digest of what students of the course have been given until now.
    """

    facts: Mapping[str, object]
    seal: str | None
    exposures: str


@dataclass(frozen=True, slots=True)
class StoredView:
    """What was kept of the student view of a version that is deployed at a place.

    Attributes:
        content_id: the place's content.
        version: what is deployed there.
        tracking: blob id of the tracking file that the deploy wrote, None when it is not known.
        text: see `domain.students.settled_view`.
        seal: what the history of the version's repository says about it, None when it has none.
    """

    content_id: UUID
    version: VersionFacts
    tracking: str | None
    text: str
    seal: str | None


class TemplateRows(Protocol):
    """What a template run asks and keeps beside the ledger's other rows."""

    def operation_commits(self, target: str) -> list[MadeCommit]:
        """The commit of each operation on a target, newest first."""
        ...

    def exposures(self, course_id: UUID, contents: Collection[UUID] | None = None) -> list[Exposure]:
        """All that students of this course have been given, first things first; only at some contents when named."""
        ...

    def exposed_contents(self, course_id: UUID) -> set[UUID]:
        """Contents of which students have been given files."""
        ...

    def exposure_digest(self, course_id: UUID) -> str:
        """sha256 over all that students of this course have been given."""
        ...

    def keep_given(
        self, operation_id: UUID, exposures: Sequence[Exposure], judgement: Mapping[str, object]
    ) -> None:
        """Keep what the operation's template is about to give, and on what it was judged.

        It takes the place of what was kept of this operation before.
        """
        ...

    def expose(self, operation_id: UUID, at: datetime) -> None:
        """Record what was kept as about to be given: it was pushed.

        What this operation has recorded stays. Forgotten is what was kept of other operations on its target: only what
        is published is ever compared with.
        """
        ...

    def judgement(self, course_id: UUID, target: str, commit: str) -> StoredJudgement | None:
        """What was kept of the operation on `target` that made `commit` and is done."""
        ...

    def settled_views(self, contents: Collection[UUID], rules: str) -> list[StoredView]:
        """What was kept, by these rules, of the versions deployed at these contents; none that has dependencies."""
        ...

    def content_digests(self, version_ids: Collection[UUID]) -> dict[UUID, str]:
        """Content digest of those of the versions that the library has."""
        ...

    def withheld_among(
        self, version_ids: Collection[UUID], oids: Collection[str]
    ) -> dict[UUID, list[VersionFile]]:
        """Files of versions that are neither public nor a template there, and whose blob is one of `oids`, by version.

        A blob that the version publishes too is left out, and so is a version without any.
        """
        ...
