"""Deployments, the history, operations, plans, exposure, people, deliveries and secrets."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from courseline.adapters.database.tables import METADATA, UtcTime, hex_form, one_of

OPERATION = Table(
    "operation",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("course_id", Uuid, ForeignKey("course.id"), index=True),
    Column("inputs", JSON, nullable=False),
    Column("inputs_digest", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("checkpoint", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("message", Text, nullable=False, server_default=""),
    Column("holder", Text),
    Column("expires_at", UtcTime),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    UniqueConstraint("kind", "target", "inputs_digest", "attempt"),
    Index("uq_operation_one_open_per_target", "target", unique=True, postgresql_where=text("state = 'open'")),
    Index(None, "target", "started_at"),
    CheckConstraint("attempt >= 1", name="attempt_counted"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_when_closed"),
    one_of("kind", "sync", "deploy", "student-template", "rollback", "adopt-template"),
    one_of("state", "open", "done", "refused", "failed", "abandoned"),
    hex_form("inputs_digest", 64),
)

OPERATION_EVENT = Table(
    "operation_event",
    METADATA,
    Column("operation_id", Uuid, ForeignKey("operation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=text("clock_timestamp()")),
)

COURSE_CONTENT_DEPLOYMENT = Table(
    "course_content_deployment",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("course_content_id", Uuid, ForeignKey("course_content.id"), nullable=False, unique=True),
    Column("example_version_id", Uuid, ForeignKey("example_version.id"), index=True),
    Column("deployed_version_id", Uuid, ForeignKey("example_version.id"), index=True),
    Column("deployed_commit", Text),
    Column("rendered_tree", Text),
    Column("deployed_tree", Text),
    Column("deployed_at", UtcTime),
    Column("deployment_status", Text, nullable=False),
    Column("deployment_path", Text),
    Column("deployment_metadata", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("workflow_id", Uuid, ForeignKey("operation.id"), index=True),
    Column("example_identifier", Text),
    Column("version_tag", Text),
    Column("is_customized", Boolean, nullable=False, server_default=text("false")),
    Column("last_customized_at", UtcTime),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    one_of("deployment_status", "pending", "deploying", "deployed", "failed", "unassigned"),
    hex_form("deployed_commit", 40),
    hex_form("rendered_tree", 40),
    hex_form("deployed_tree", 40),
)

DEPLOYMENT_HISTORY = Table(
    "deployment_history",
    METADATA,
    # No foreign keys: the history outlives what it is about. `chain` is the course's id or the repository's.
    Column("chain", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("course_id", Uuid),
    Column("example_repository_id", Uuid),
    Column("hash_version", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("course_content_id", Uuid),
    Column("path", Text, nullable=False),
    Column("example_version_id", Uuid),
    Column("previous_example_version_id", Uuid),
    Column("version_tag", Text),
    Column("workflow_id", Uuid),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("course_id", "seq"),
    Index(None, "course_content_id", "seq"),
    Index(None, "workflow_id"),
    Index(None, "example_version_id"),
    CheckConstraint(
        "(course_id IS NULL) <> (example_repository_id IS NULL) AND chain = coalesce(course_id, example_repository_id)",
        name="chain_of_one",
    ),
    one_of(
        "action",
        "registered", "published", "labelled", "assigned", "reassigned", "deployed", "moved", "removed", "failed",
        "reverted", "template_published", "withdrawn", "reinstated", "merged", "adopted", "detached", "rolled_back",
    ),
    hex_form("previous_hash", 64),
    hex_form("hash", 64),
)  # fmt: skip

PLAN = Table(
    "plan",
    METADATA,
    Column("course_id", Uuid, ForeignKey("course.id"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("base_sha", Text),
    Column("merge_request", Integer),
    Column("steps", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    hex_form("digest", 64),
    hex_form("base_sha", 40),
)

TEMPLATE_EXPOSURE = Table(
    "template_exposure",
    METADATA,
    Column("course_content_id", Uuid, ForeignKey("course_content.id"), primary_key=True),
    Column("operation_id", Uuid, ForeignKey("operation.id"), primary_key=True),
    Column("example_version_id", Uuid, ForeignKey("example_version.id")),
    Column("exposed_at", UtcTime, nullable=False),
    Column("files", JSON, nullable=False),  # path, blob id and rule of each
)

ACTOR = Table(
    "actor",
    METADATA,
    Column("actor", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
)

WEBHOOK_DELIVERY = Table(
    "webhook_delivery",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("delivery_key", Text, nullable=False, unique=True),
    Column("business_key", Text, unique=True),
    Column("event", Text, nullable=False),
    Column("project", Text),
    Column("payload", JSON, nullable=False),
    Column("state", Text, nullable=False, server_default="received"),
    Column("message", Text, nullable=False, server_default=""),
    Column("received_at", UtcTime, nullable=False, server_default=func.now()),
    Column("processed_at", UtcTime),
    Index(None, "state", "received_at"),
    one_of("state", "received", "done", "ignored", "failed"),
)

CREDENTIAL = Table(
    "credential",
    METADATA,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("course_id", Uuid, ForeignKey("course.id")),
    Column("example_repository_id", Uuid, ForeignKey("example_repository.id")),
    Column("kind", Text, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False, server_default=func.now()),
    Column("updated_at", UtcTime, nullable=False, server_default=func.now()),
    UniqueConstraint("course_id", "kind"),
    UniqueConstraint("example_repository_id", "kind"),
    CheckConstraint("(course_id IS NULL) <> (example_repository_id IS NULL)", name="owner_is_one"),
    one_of("kind", "source", "template", "examples"),
)
