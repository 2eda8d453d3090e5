from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.given import ids_given, rows_given

ROWS = """
    SELECT * FROM json_to_recordset(%(rows)s::json)
        AS given (id uuid, at timestamptz, text text, number bigint, truth boolean, many text[])
"""
ROW = {
    "id": UUID(int=7),
    "at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    "text": "%s \\u0000 \\ \" ' {Функции} 🐍\n",
    "number": 2**62,
    "truth": False,
    "many": ["", "a,b", "}", "\\\\u0000", "NULL"],
}


@pytest.mark.parametrize("rows", [[], [ROW], [ROW, dict.fromkeys(ROW), ROW | {"many": []}]])
def test_rows_arrive_as_they_are_and_in_their_order(database: PostgresDatabase, rows):
    with database._engine.begin() as connection:
        found = connection.exec_driver_sql(ROWS, {"rows": rows_given(rows)})
        assert [row._asdict() for row in found] == rows


@pytest.mark.parametrize("text", ["\0", "\\\0", "\\\\\0x", "a\\\\\\\0", "\\u0000\0"])
def test_a_text_with_nul_is_refused_as_the_driver_refuses_it(text: str):
    with pytest.raises(psycopg.DataError, match=r"cannot contain NUL \(0x00\) bytes"):
        rows_given([{"text": text}])


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "u0000", "\\0"])
def test_a_text_that_only_looks_like_nul_is_taken(text: str):
    assert rows_given([{"text": text}])


def test_a_time_without_a_zone_and_what_has_no_form_are_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        rows_given([{"at": datetime(2026, 1, 2)}])  # noqa: DTZ001 - the point
    with pytest.raises(TypeError, match="bytes"):
        rows_given([{"bytes": b""}])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_ids_arrive_as_they_are(database: PostgresDatabase, count: int):
    ids = [uuid4() for _ in range(count)]
    with database._engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT %(ids)s::uuid[]", {"ids": ids_given(ids)})
        assert found.scalar_one() == ids
