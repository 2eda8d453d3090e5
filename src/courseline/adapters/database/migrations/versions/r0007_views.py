"""Student views of versions, as they were built and judged when these were published."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE example_version ADD COLUMN view TEXT")
    op.execute("ALTER TABLE example_version ADD COLUMN view_rules TEXT")
    op.execute(
        "ALTER TABLE example_version ADD CONSTRAINT ck_example_version_view_rules_hex"
        " CHECK (view_rules ~ '^[0-9a-f]{64}$')"
    )
    op.execute(
        "CREATE INDEX ix_deployment_history_example_version_id ON deployment_history (example_version_id)"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_deployment_history_example_version_id")
    op.execute("ALTER TABLE example_version DROP COLUMN view, DROP COLUMN view_rules")
