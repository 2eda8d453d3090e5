"""Which revision of the schema this release works with; checked at the first transaction without loading Alembic."""

from __future__ import annotations

from sqlalchemy import Connection

REVISION = "0010"


def revision_of(connection: Connection) -> str | None:
    """The revision recorded in a database, None when it has none."""
    if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)
