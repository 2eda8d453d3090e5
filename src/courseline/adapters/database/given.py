"""Values that a statement is given by the thousand: one parameter each, which PostgreSQL takes apart itself.

The driver puts a list together value by value, and looks through each text for letters with a meaning of their own. That
costs several times what the same values cost as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import psycopg

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # not the text `\u0000`, whose backslash is written twice


def rows_given(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows for `json_to_recordset(%(name)s::json) AS given (column type, ...)`.

    Args:
        rows: each name -> text, number, truth, UUID, time, list of these, or None.

    Raises:
        psycopg.DataError: a text holds NUL, which PostgreSQL's do not.
        ValueError: a time has no zone.
    """
    told = json.dumps(list(rows), ensure_ascii=False, default=_text)
    if "\\u0000" in told and _NUL.search(told):
        # The driver's own words, since it says so of values that it puts together itself.
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return told


def ids_given(ids: Iterable[UUID]) -> str:
    """Ids for `%(name)s::uuid[]`."""
    return f"{{{','.join([one.hex for one in ids])}}}"


def _text(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone; times are stored in UTC")
    if isinstance(value, datetime | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that a statement is given")
