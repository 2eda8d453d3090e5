"""Example repositories, examples, their versions, files, labels and dependencies."""

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
from sqlalchemy.dialects.postgresql import ARRAY

from courseline.adapters.database.tables import METADATA, UtcTime, hex_form, one_of

EXAMPLE_REPOSITORY = Table(
    "example_repository",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("visibility", Text, nullable=False),
    Column("source_type", Text, nullable=False, server_default="git"),
    Column("source_url", Text),
    Column("default_branch", Text),
    Column("project_id", BigInteger),
    Column("highest_label", Text),  # of all its examples, as shown; a release above it is new to each of them
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("organization_id", "name"),
    Index(
        "uq_example_repository_name_alone",
        "name",
        unique=True,
        postgresql_where=text("organization_id IS NULL"),
    ),
    CheckConstraint("name <> ''", name="name_given"),
    one_of("visibility", "public", "restricted", "private"),
    one_of("source_type", "git", "gitlab", "github", "minio", "s3"),
)

EXAMPLE_REPOSITORY_URL = Table(
    "example_repository_url",
    METADATA,
    Column("url", Text, primary_key=True),
    Column("example_repository_id", Uuid, ForeignKey("example_repository.id"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
)

EXAMPLE = Table(
    "example",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("example_repository_id", Uuid, ForeignKey("example_repository.id"), nullable=False),
    Column("identifier", Text, nullable=False),
    # These six follow the highest label.
    Column("directory", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("version_identifier", Text),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("example_repository_id", "identifier"),
    Index(None, "identifier"),
    hex_form("version_identifier", 40),
)

EXAMPLE_VERSION = Table(
    "example_version",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("example_id", Uuid, ForeignKey("example.id"), nullable=False),
    Column("version_identifier", Text, nullable=False),
    Column("content_digest", Text, nullable=False),
    Column("meta", JSON, nullable=False),
    Column("published_at", UtcTime, nullable=False),
    # What students get of it where no course says more, as it was built and judged when it was published, and by which
    # rules; the history has the seal of both.
    Column("view", Text),
    Column("view_rules", Text),
    UniqueConstraint("example_id", "content_digest"),
    UniqueConstraint("example_id", "version_identifier"),
    UniqueConstraint("id", "example_id"),
    Index(None, "version_identifier"),
    hex_form("version_identifier", 40),
    hex_form("content_digest", 64),
    hex_form("view_rules", 64),
)

EXAMPLE_VERSION_FILE = Table(
    "example_version_file",
    METADATA,
    Column("example_version_id", Uuid, ForeignKey("example_version.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("git_oid", Text, nullable=False, index=True),
    Column("role", Text, nullable=False),
    CheckConstraint("size >= 0", name="size_counted"),
    one_of("mode", "100644", "100755"),
    one_of("role", "public", "template", "submission", "test", "other"),
    hex_form("sha256", 64),
    hex_form("git_oid", 40),
)

EXAMPLE_VERSION_TAG = Table(
    "example_version_tag",
    METADATA,
    Column("example_id", Uuid, primary_key=True),  # there is one: the version's, below
    Column("canonical", Text, primary_key=True),
    Column("shown", Text, nullable=False),
    Column("example_version_id", Uuid, nullable=False),
    Column("directory", Text, nullable=False),
    Column("commit", Text, nullable=False),
    Column("tagged_at", UtcTime, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("withdrawn_reason", Text, nullable=False, server_default=""),
    Column("withdrawn_at", UtcTime),
    ForeignKeyConstraint(
        ["example_version_id", "example_id"],
        ["example_version.id", "example_version.example_id"],
        name="fk_example_version_tag_version_of_example",
    ),
    Index(None, "directory"),
    Index(None, "example_version_id", "example_id"),
    hex_form("commit", 40),
)

EXAMPLE_DEPENDENCY = Table(
    "example_dependency",
    METADATA,
    Column("example_version_id", Uuid, ForeignKey("example_version.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("as_written", Text, nullable=False),
    Column("version_range", Text),
    Column("files", ARRAY(Text)),
    Column("depends_id", Uuid, ForeignKey("example.id"), index=True),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Index("ix_example_dependency_not_found", "as_written", postgresql_where=text("depends_id IS NULL")),
)
