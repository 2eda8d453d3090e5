"""The schema's own types and how its constraints are named; the tables are in `tables_*.py`.

JSON columns are `json`, not `jsonb`: what is stored comes back as written, so that a hash over it can be computed
again (`jsonb` reorders keys, rewrites numbers and refuses the NUL escape).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    MetaData,
    any_,
    func,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import TypeDecorator, UserDefinedType

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


class Ltree(UserDefinedType[str]):
    """A label path of contrib ltree: https://www.postgresql.org/docs/14/ltree.html."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """The type's name in SQL."""
        return "LTREE"

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        """Parameters arrive as text."""
        return func.text2ltree(bindvalue, type_=self)


ischema_names["ltree"] = Ltree  # so that reflection, and with it the comparison with the migrations, knows it


class UtcTime(TypeDecorator[datetime]):
    """`timestamptz` that takes aware times only and answers UTC, whatever the session's time zone is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would mean something else on each machine."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; times are stored in UTC")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant in UTC."""
        del dialect
        return None if value is None else value.astimezone(UTC)


def hex_form(column: str, digits: int) -> CheckConstraint:
    """The column holds exactly so many lower-case hexadecimal digits (or null)."""
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{{digits}}}$'", name=f"{column}_hex")


def one_of(column: str, *values: str) -> CheckConstraint:
    """The column holds one of these words (or null)."""
    return CheckConstraint(
        f"{column} IN ({', '.join(repr(value) for value in values)})", name=f"{column}_known"
    )


def among(column: ColumnElement[Any], values: Iterable[object]) -> ColumnElement[bool]:
    """`column = ANY(array)`: one parameter however many values, and an index on the column serves it."""
    return column == any_(literal(list(values), ARRAY(column.type)))
