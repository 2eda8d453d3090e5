"""Where Alembic comes in: runs the steps on the connection that `upgrade` opened, each in its own transaction.

The connection already holds the advisory lock and the time limits, so that two upgrades never mix and a step that
waits for a busy table gives up instead of stopping everybody behind it.
"""

from __future__ import annotations

from alembic import context

from courseline.adapters.database.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transaction_per_migration=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
