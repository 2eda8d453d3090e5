"""Records as the database takes them, each valid as it stands; a test names only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from courseline.domain import ids
from courseline.domain.course.course import Content, ContentKind, ContentType, Course
from courseline.domain.ledger.work_order import LEASE_SECONDS, WorkKind, WorkState
from courseline.domain.library.example import Example, ExampleRepository, Visibility
from courseline.domain.library.label import Label
from courseline.domain.library.version import Dependency, ExampleVersion, LabelledVersion, Role, VersionFile
from courseline.domain.tree import FILE, blob_oid
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.rows import Rows

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WEEK = ContentType(ContentKind.UNIT, "week", "Week", "#4CAF50")
ASSIGNMENT = ContentType(ContentKind.ASSIGNMENT, "assignment", "Assignment", "#2196F3")


def hex_of(text: str, digits: int = 40) -> str:
    """Some digest that stands for `text`."""
    return hashlib.sha512(text.encode()).hexdigest()[:digits]


def label(text: str) -> Label:
    parsed = Label.parse(text)
    assert parsed is not None
    return parsed


def a_repository(
    name: str = "examples",
    *,
    organization: str | None = "uni",
    visibility: Visibility = Visibility.PRIVATE,
    urls: Sequence[str] | None = None,
    identity: str | None = None,
    project_id: int | None = None,
) -> ExampleRepository:
    url = f"git.example.org/{organization or 'nobody'}/{name}"
    fixed = identity or url
    return ExampleRepository(
        ids.repository_id(fixed),
        fixed,
        name,
        organization,
        visibility,
        tuple(urls if urls is not None else (url,)),
        project_id,
    )


def an_example(
    repository: ExampleRepository,
    identifier: str = "hello-world",
    *,
    directory: str | None = None,
    title: str = "",
) -> Example:
    return Example(
        ids.example_id(repository.id, identifier),
        repository.id,
        repository.name,
        identifier,
        directory or identifier,
        title or identifier.replace("-", " ").title(),
    )


def a_version(
    example: Example,
    content: str = "one",
    *,
    files: Mapping[str, tuple[str, Role]] | None = None,
    dependencies: Sequence[Dependency] = (),
) -> ExampleVersion:
    """A version whose files are given as path -> (text, role)."""
    given = files if files is not None else {"README.md": (f"# {content}\n", Role.PUBLIC)}
    listed = tuple(
        VersionFile(
            path,
            FILE,
            len(text.encode()),
            hashlib.sha256(text.encode()).hexdigest(),
            blob_oid(text.encode()),
            role,
        )
        for path, (text, role) in sorted(given.items())
    )
    digest = hex_of(f"{example.id} {content}", 64)
    return ExampleVersion(
        ids.version_id(example.id, digest),
        example.id,
        example.repository_id,
        hex_of(f"tree {example.identifier} {content}"),
        digest,
        tuple(dependencies),
        NOW,
        listed,
    )


def labelled(version: ExampleVersion, text: str, directory: str) -> LabelledVersion:
    return LabelledVersion(label(text), version.id, version.version_identifier, directory)


def publish(
    rows: Rows,
    example: Example,
    text: str = "v1.0",
    version: ExampleVersion | None = None,
    meta: Mapping[str, object] | None = None,
) -> ExampleVersion:
    """Version and label in one; the example's repository must be registered."""
    made = version or a_version(example)
    rows.library.add_versions([(example, made, meta or {})])
    rows.library.add_labels([(example, labelled(made, text, example.directory))], hex_of(text), NOW)
    return made


def a_course(
    path: str = "python-101", *, organization: str = "uni", repositories: Sequence[str] = ()
) -> Course:
    base = f"git.example.org/{organization}/{path}"
    return Course(
        ids.course_id(organization, "python", path),
        organization,
        "python",
        path,
        path.title(),
        "",
        f"https://{base}-assignments.git",
        f"{base}-assignments",
        f"https://{base}-student-template.git",
        f"{base}-student-template",
        tuple(repositories),
    )


def a_work_order(course: Course, kind: WorkKind = WorkKind.DEPLOY) -> WorkOrder:
    return WorkOrder(
        id=uuid4(),
        kind=kind,
        target=course.assignments_identity if kind is WorkKind.DEPLOY else course.template_identity,
        url=course.assignments_url,
        course_id=course.id,
        repository_id=None,
        inputs={"branch": "main"},
        holder="job 7 of uni/python-101",
        actor="git.example.org#7",
        token_id=str(uuid4()),
        evidence={"project_id": 42},
        heads={course.assignments_identity: "1" * 40},
        state=WorkState.OPEN,
        started_at=NOW,
        expires_at=NOW + timedelta(seconds=LEASE_SECONDS),
    )


def save_course(rows: Rows, course: Course | None = None) -> Course:
    saved = course or a_course()
    rows.courses.save(saved, names={"organization": ("University", ""), "family": ("Python", "")})
    return saved


def a_content(course: Course, path: str, position: int = 0, *, type_slug: str = "assignment") -> Content:
    return Content(ids.content_id(course.id, path, 0), path, path, type_slug, path.title(), position)


def save_contents(rows: Rows, course: Course, *paths: str) -> list[Content]:
    """Assignments at these paths, and nothing else in the course."""
    contents = [a_content(course, path, position) for position, path in enumerate(paths)]
    rows.courses.save_contents(course.id, [WEEK, ASSIGNMENT], contents)
    return contents


def content_id(course: Course, path: str) -> UUID:
    return ids.content_id(course.id, path, 0)
