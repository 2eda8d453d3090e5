"""What is watched of courses in a GitLab: heads, merge requests, pipelines, and how far each group was read."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text, Uuid, text

from courseline.adapters.database.tables import METADATA, UtcTime, hex_form, one_of

COURSE_WATCH = Table(
    "course_watch",
    METADATA,
    Column("course_id", Uuid, ForeignKey("course.id"), primary_key=True),
    Column("sha", Text),
    Column("looked_at", UtcTime),
    Column("library", Text, nullable=False, server_default=""),
    Column("outcome", JSON, nullable=False, server_default=text("'{}'::json")),
    Column("template_sha", Text),
    Column("template_at", UtcTime),
    Column("template_outcome", JSON, nullable=False, server_default=text("'{}'::json")),
    hex_form("sha", 40),
    hex_form("template_sha", 40),
)

COURSE_MERGE_REQUEST = Table(
    "course_merge_request",
    METADATA,
    Column("course_id", Uuid, ForeignKey("course.id"), primary_key=True),
    Column("iid", Integer, primary_key=True),
    Column("project", BigInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("target_branch", Text, nullable=False),
    Column("head", Text, nullable=False),
    Column("base", Text),
    Column("target", Text),
    Column("merged_commit", Text),
    Column("touches", Boolean, nullable=False),
    Column("plan", Text),
    Column("wanting", Boolean, nullable=False, server_default=text("false")),
    Column("library", Text, nullable=False, server_default=""),
    Column("looked_at", UtcTime, nullable=False),
    Column("told_at", UtcTime),
    Column("settled", Boolean, nullable=False, server_default=text("false")),
    one_of("state", "opened", "closed", "locked", "merged"),
    hex_form("head", 40),
    hex_form("base", 40),
    hex_form("target", 40),
    hex_form("merged_commit", 40),
    hex_form("plan", 64),
)

COURSE_PIPELINE = Table(
    "course_pipeline",
    METADATA,
    Column("course_id", Uuid, ForeignKey("course.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("project", BigInteger, nullable=False),
    Column("ref", Text, nullable=False),
    Column("commit", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("jobs", JSON, nullable=False, server_default=text("'[]'::json")),
    Column("seen_at", UtcTime, nullable=False),
    hex_form("commit", 40),
)

RECONCILE_MARK = Table(
    "reconcile_mark",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("read_until", UtcTime, nullable=False),
)
