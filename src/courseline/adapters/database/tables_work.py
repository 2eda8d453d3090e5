"""Work orders of pipelines' jobs."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from courseline.adapters.database.tables import METADATA, UtcTime, hex_form, one_of

WORK_ORDER = Table(
    "work_order",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("course_id", Uuid, ForeignKey("course.id"), index=True),
    Column("example_repository_id", Uuid, ForeignKey("example_repository.id"), index=True),
    Column("inputs", JSON, nullable=False),
    Column("holder", Text, nullable=False),
    Column("actor", Text, nullable=False),
    # An id_token opens one order of each kind; sent again it gets the same one.
    Column("token_id", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("heads", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("state", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_seq", Integer, nullable=False, server_default=text("0")),
    Column("report", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("message", Text, nullable=False, server_default=""),
    UniqueConstraint("token_id", "kind"),
    Index(
        "uq_work_order_one_unsettled_per_target",
        "target",
        unique=True,
        postgresql_where=text("state IN ('open', 'ended', 'recording')"),
    ),
    CheckConstraint("(course_id IS NULL) <> (example_repository_id IS NULL)", name="owner_is_one"),
    one_of("kind", "sync", "deploy", "student-template"),
    one_of("state", "reading", "open", "ended", "recording", "recorded", "nothing", "refused", "failed"),
    hex_form("key_hash", 64),
)
