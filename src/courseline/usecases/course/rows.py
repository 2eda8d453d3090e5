"""Rows of courses and contents, as use cases see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from courseline.domain.course.course import Content, ContentType, Course


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """An encrypted secret.

    Attributes:
        id: of its row.
        owner: course or example repository it belongs to.
        name: of the owner, in words.
        kind: source, template or examples.
        ciphertext: as kept.
    """

    id: UUID
    owner: UUID
    name: str
    kind: str
    ciphertext: bytes = field(repr=False)


class CourseRows(Protocol):
    """Organizations, families, courses, contents."""

    def by_assignments(self, identity: str) -> Course | None:
        """The course whose assignments repository has this normalised URL."""
        ...

    def by_template(self, identity: str) -> Course | None:
        """The course whose student-template repository has this normalised URL."""
        ...

    def find(self, reference: str) -> list[Course]:
        """Courses by `organization/family/course`, course path or id text."""
        ...

    def all(self) -> list[Course]:
        """Every course, ordered by title."""
        ...

    def save(self, course: Course, *, names: Mapping[str, tuple[str, str]]) -> bool:
        """Insert or update organization, family and course; whether anything changed.

        Args:
            course: the course.
            names: `organization` and `family` -> (name, description).

        Raises:
            Refused: another course has this assignments or template repository.
        """
        ...

    def credential(self, course_id: UUID, kind: str) -> bytes | None:
        """The encrypted secret kept for a course and kind, None when there is none."""
        ...

    def save_credential(self, course_id: UUID, kind: str, ciphertext: bytes) -> bool:
        """Keep an encrypted secret of a course (`kind`: source or template); whether it is new or changed."""
        ...

    def drop_credential(self, course_id: UUID, kind: str) -> bool:
        """Forget a secret of a course; whether there was one."""
        ...

    def credentials(self) -> list[StoredCredential]:
        """Every encrypted secret, locked until the transaction ends, ordered by whose it is and kind."""
        ...

    def replace_credential(self, credential_id: UUID, ciphertext: bytes) -> None:
        """Keep an encrypted secret in place of the one with this id."""
        ...

    def contents(self, course_id: UUID, *, removed: bool = False) -> list[Content]:
        """Contents in order of position; with `removed`, those that left the course file too."""
        ...

    def types(self, course_id: UUID) -> list[ContentType]:
        """Content types of the course."""
        ...

    def save_contents(
        self, course_id: UUID, types: Sequence[ContentType], contents: Sequence[Content]
    ) -> bool:
        """Make types and contents exactly these, in one transaction with its caller; whether anything changed.

        Contents not among them are marked removed, never deleted; paths may swap.
        """
        ...
