"""All tables together, for whoever needs the whole schema."""

from __future__ import annotations

from courseline.adapters.database import (
    tables_course,
    tables_ledger,
    tables_library,
    tables_watch,
    tables_work,
)
from courseline.adapters.database.tables import METADATA

__all__ = ["METADATA", "tables_course", "tables_ledger", "tables_library", "tables_watch", "tables_work"]
