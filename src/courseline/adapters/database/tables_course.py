"""Organizations, course families, courses and their contents."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from courseline.adapters.database.tables import METADATA, Ltree, UtcTime, one_of

ORGANIZATION = Table(
    "organization",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("path", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    CheckConstraint("path <> ''", name="path_given"),
)

COURSE_FAMILY = Table(
    "course_family",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("organization_id", Uuid, ForeignKey("organization.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("organization_id", "path"),
    CheckConstraint("path <> ''", name="path_given"),
)

COURSE = Table(
    "course",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("course_family_id", Uuid, ForeignKey("course_family.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("assignments_url", Text, nullable=False),
    Column("assignments_identity", Text, nullable=False, unique=True),
    Column("template_url", Text, nullable=False),
    Column("template_identity", Text, nullable=False, unique=True),
    Column("template_project_id", BigInteger),
    Column("template_visibility", Text),
    Column("execution_backends", JSON, nullable=False, server_default=text("'[]'::json")),
    Column("timezone", Text, nullable=False, server_default="UTC"),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    # Fixed when GitLab first names the project of this address to us: an address can become another project's.
    Column("assignments_project_id", BigInteger, unique=True),
    UniqueConstraint("course_family_id", "path"),
    CheckConstraint("path <> ''", name="path_given"),
    CheckConstraint("assignments_identity <> template_identity", name="two_repositories"),
    one_of("template_visibility", "private", "internal", "public"),
)

COURSE_EXAMPLE_REPOSITORY = Table(
    "course_example_repository",
    METADATA,
    Column("course_id", Uuid, ForeignKey("course.id"), primary_key=True),
    # The short name as the deployment file writes it: a course may list a repository that is registered later.
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)

COURSE_CONTENT_KIND = Table(
    "course_content_kind",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("has_ascendants", Boolean, nullable=False),
    Column("has_descendants", Boolean, nullable=False),
    Column("submittable", Boolean, nullable=False),
)

COURSE_CONTENT_TYPE = Table(
    "course_content_type",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("course_id", Uuid, ForeignKey("course.id"), nullable=False),
    Column("course_content_kind_id", Text, ForeignKey("course_content_kind.id"), nullable=False),
    Column("slug", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("color", Text),
    Column("position", Integer, nullable=False),
    # Contents that left the course keep their type, so a type that left the file stays too.
    Column("removed_at", UtcTime),
    UniqueConstraint("course_id", "slug"),
    UniqueConstraint("id", "course_id"),
    Index(None, "course_content_kind_id"),
)

COURSE_CONTENT = Table(
    "course_content",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("course_id", Uuid, ForeignKey("course.id"), nullable=False),
    Column("course_content_type_id", Uuid, nullable=False),
    Column("path", Ltree, nullable=False),
    Column("first_path", Ltree, nullable=False),
    Column("title", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("directory", Text),
    Column("properties", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("removed_at", UtcTime),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    ForeignKeyConstraint(
        ["course_content_type_id", "course_id"],
        ["course_content_type.id", "course_content_type.course_id"],
        name="fk_course_content_type_of_course",
    ),
    Index(
        "uq_course_content_course_id_path",
        "course_id",
        "path",
        unique=True,
        postgresql_where=text("removed_at IS NULL"),
    ),
    Index("ix_course_content_path_gist", "path", postgresql_using="gist"),
    Index(None, "course_id", "position"),
    Index(None, "course_content_type_id", "course_id"),
)
