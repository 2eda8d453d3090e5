"""A version that a release repeats."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from courseline.domain.library.example import Example


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A version of a repository found again by its git tree id, with every directory it was labelled in."""

    version_identifier: str
    version_id: UUID
    example: Example
    directories: tuple[str, ...]

    @property
    def repository_id(self) -> UUID:
        """Its repository."""
        return self.example.repository_id

    @property
    def example_id(self) -> UUID:
        """Its example."""
        return self.example.id
