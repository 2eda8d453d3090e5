"""Work orders of pipelines' jobs, and the number of a course's assignments project, by which GitLab names it to us."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

ORDERS = """
CREATE TABLE work_order (
    id uuid CONSTRAINT pk_work_order PRIMARY KEY,
    kind text NOT NULL,
    target text NOT NULL,
    url text NOT NULL,
    course_id uuid CONSTRAINT fk_work_order_course_id REFERENCES course (id),
    example_repository_id uuid CONSTRAINT fk_work_order_example_repository_id REFERENCES example_repository (id),
    inputs json NOT NULL,
    holder text NOT NULL,
    actor text NOT NULL,
    token_id text NOT NULL,
    key_hash text NOT NULL,
    evidence json NOT NULL,
    heads json DEFAULT '{}'::json NOT NULL,
    state text NOT NULL,
    started_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_seq integer DEFAULT 0 NOT NULL,
    report json DEFAULT '{}'::json NOT NULL,
    message text DEFAULT '' NOT NULL,
    CONSTRAINT uq_work_order_token_id_kind UNIQUE (token_id, kind),
    CONSTRAINT ck_work_order_owner_is_one CHECK ((course_id IS NULL) <> (example_repository_id IS NULL)),
    CONSTRAINT ck_work_order_kind_known CHECK (kind IN ('sync', 'deploy', 'student-template')),
    CONSTRAINT ck_work_order_state_known CHECK (
        state IN ('reading', 'open', 'ended', 'recording', 'recorded', 'nothing', 'refused', 'failed')
    ),
    CONSTRAINT ck_work_order_key_hash_hex CHECK (key_hash ~ '^[0-9a-f]{64}$')
)
"""


def upgrade() -> None:
    op.execute(ORDERS)
    op.execute("CREATE INDEX ix_work_order_course_id ON work_order (course_id)")
    op.execute("CREATE INDEX ix_work_order_example_repository_id ON work_order (example_repository_id)")
    op.execute(
        "CREATE UNIQUE INDEX uq_work_order_one_unsettled_per_target ON work_order (target)"
        " WHERE state IN ('open', 'ended', 'recording')"
    )
    op.execute("ALTER TABLE course ADD COLUMN assignments_project_id bigint")
    op.execute(
        "ALTER TABLE course ADD CONSTRAINT uq_course_assignments_project_id UNIQUE (assignments_project_id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE course DROP COLUMN assignments_project_id")
    op.execute("DROP TABLE work_order")
