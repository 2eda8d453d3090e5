"""A course, its contents and the kinds of content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ContentKind(StrEnum):
    """The two kinds of content: a unit holds contents, an assignment is submittable."""

    UNIT = "unit"
    ASSIGNMENT = "assignment"

    @property
    def submittable(self) -> bool:
        """Whether students hand it in, so that an example can be deployed to it."""
        return self is ContentKind.ASSIGNMENT


@dataclass(frozen=True, slots=True)
class ContentType:
    """A course's own name for a kind (`week`, `assignment`)."""

    kind: ContentKind
    slug: str
    title: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A node of the course tree.

    Attributes:
        id: see `domain.ids.content_id`; stays when the content moves.
        path: ltree path now (`week1.hello_world`).
        first_path: ltree path it was born at.
        type_slug: slug of its content type.
        title: for people.
        position: order among all contents of the file, from 0.
        directory: directory in the assignments repository, fixed at first deploy; None before.
        properties: course-specific values (`maxSubmissions`, ...).
        removed: no longer in the course file.
    """

    id: UUID
    path: str
    first_path: str
    type_slug: str
    title: str
    position: int
    directory: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """A registered course.

    Attributes:
        id: see `domain.ids.course_id`.
        organization: path of its organization.
        family: path of its course family.
        path: its own path.
        name: for people.
        description: for people.
        assignments_url: URL or path of the assignments repository, as written.
        assignments_identity: the same, normalised (`normalise_url`).
        template_url: URL or path of the student-template repository, as written.
        template_identity: the same, normalised.
        template_project_id: number of the template's GitLab project, None when not said.
        template_visibility: how open that project may be at most (private, internal, public), None when not said.
        example_repositories: restricted repositories it may use, each NAME or ORGANIZATION/NAME.
        execution_backends: as written, each with `slug`.
        timezone: IANA name.
    """

    id: UUID
    organization: str
    family: str
    path: str
    name: str
    description: str
    assignments_url: str
    assignments_identity: str
    template_url: str
    template_identity: str
    example_repositories: tuple[str, ...] = ()
    execution_backends: tuple[Mapping[str, object], ...] = ()
    timezone: str = "UTC"
    template_project_id: int | None = None
    template_visibility: str | None = None

    @property
    def title(self) -> str:
        """`organization/family/course`, for messages."""
        return f"{self.organization}/{self.family}/{self.path}"
