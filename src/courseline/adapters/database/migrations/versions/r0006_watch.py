"""What is watched of courses in a GitLab, so that what no event told of is found and nothing is done twice."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = (
    """
    CREATE TABLE course_watch (
        course_id UUID NOT NULL,
        sha TEXT,
        looked_at TIMESTAMP WITH TIME ZONE,
        library TEXT DEFAULT '' NOT NULL,
        outcome JSON DEFAULT '{}'::json NOT NULL,
        template_sha TEXT,
        template_at TIMESTAMP WITH TIME ZONE,
        template_outcome JSON DEFAULT '{}'::json NOT NULL,
        CONSTRAINT pk_course_watch PRIMARY KEY (course_id),
        CONSTRAINT ck_course_watch_sha_hex CHECK (sha ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_watch_template_sha_hex CHECK (template_sha ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_course_watch_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    """
    CREATE TABLE course_merge_request (
        course_id UUID NOT NULL,
        iid INTEGER NOT NULL,
        project BIGINT NOT NULL,
        url TEXT NOT NULL,
        state TEXT NOT NULL,
        target_branch TEXT NOT NULL,
        head TEXT NOT NULL,
        base TEXT,
        target TEXT,
        merged_commit TEXT,
        touches BOOLEAN NOT NULL,
        plan TEXT,
        wanting BOOLEAN DEFAULT false NOT NULL,
        library TEXT DEFAULT '' NOT NULL,
        looked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        told_at TIMESTAMP WITH TIME ZONE,
        settled BOOLEAN DEFAULT false NOT NULL,
        CONSTRAINT pk_course_merge_request PRIMARY KEY (course_id, iid),
        CONSTRAINT ck_course_merge_request_state_known CHECK (state IN ('opened', 'closed', 'locked', 'merged')),
        CONSTRAINT ck_course_merge_request_head_hex CHECK (head ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_merge_request_base_hex CHECK (base ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_merge_request_target_hex CHECK (target ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_merge_request_merged_commit_hex CHECK (merged_commit ~ '^[0-9a-f]{40}$'),
        CONSTRAINT ck_course_merge_request_plan_hex CHECK (plan ~ '^[0-9a-f]{64}$'),
        CONSTRAINT fk_course_merge_request_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    """
    CREATE TABLE course_pipeline (
        course_id UUID NOT NULL,
        number BIGINT NOT NULL,
        project BIGINT NOT NULL,
        ref TEXT NOT NULL,
        commit TEXT NOT NULL,
        status TEXT NOT NULL,
        url TEXT NOT NULL,
        jobs JSON DEFAULT '[]'::json NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_course_pipeline PRIMARY KEY (course_id, number),
        CONSTRAINT ck_course_pipeline_commit_hex CHECK (commit ~ '^[0-9a-f]{40}$'),
        CONSTRAINT fk_course_pipeline_course_id FOREIGN KEY(course_id) REFERENCES course (id)
    )
    """,
    """
    CREATE TABLE reconcile_mark (
        scope TEXT NOT NULL,
        read_until TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_reconcile_mark PRIMARY KEY (scope)
    )
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("DROP TABLE reconcile_mark, course_pipeline, course_merge_request, course_watch")
