"""All that jobs leave behind, in a form in which two ways to the same end are equal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from tests.builders.repositories import git

from courseline.domain.ledger.operation import RESUMED

NATURAL_KEYS = {
    "organization": ("path",),
    "course_family": ("path",),
    "course_content_type": ("course_id", "slug"),
}
"""Tables that others refer to by an id that is drawn at random, with what names their rows instead."""
SERVER_TIMES = {"removed_at"}
"""Columns without a default that the server's clock fills; only whether they are filled counts."""


def end_state(root: Path, database_url: str) -> dict[str, object]:
    """Refs, objects and rows.

    Left out are only ids drawn at random (what refers to them shows the row's natural key), what the server's clock
    wrote, and how often an operation was taken up. Everything else is there: contents, deployments, history with its
    hashes, operations with their ids and attempts.
    """
    state: dict[str, object] = {
        f"refs of {path.name}": git(path, "for-each-ref", "--format=%(refname) %(objectname)")
        for path in sorted(root.glob("*.git"))
    }
    objects = root / "objects"
    state["objects"] = {
        str(path.relative_to(objects)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(objects.rglob("*"))
        if path.is_file() and path.relative_to(objects).parts[0] != ".partial"
    }
    with psycopg.connect(database_url) as connection:
        state |= _rows(connection)
    return state


def differences(found: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    """What differs, a line each."""
    lines: list[str] = []
    for part in sorted({*found, *expected}):
        one, other = found.get(part), expected.get(part)
        if one == other:
            continue
        if isinstance(one, list) and isinstance(other, list):
            lines += [f"{part}: unexpected {row}" for row in one if row not in other]
            lines += [f"{part}: missing {row}" for row in other if row not in one]
            lines += [f"{part}: {len(one)} rows instead of {len(other)}"]
        else:
            lines.append(f"{part}: {one} instead of {other}")
    return lines


def _rows(connection: psycopg.Connection[Any]) -> dict[str, object]:
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name <> 'alembic_version' AND coalesce(column_default, '')"
        " !~ '(now|clock_timestamp|gen_random_uuid)\\(' ORDER BY table_name, ordinal_position"
    ):
        columns.setdefault(table, []).append(column)
    columns["operation_event"] = ["operation_id", "name", "facts"]
    names: dict[object, str] = {}
    for table, keys in NATURAL_KEYS.items():
        for row_id, *key in connection.execute(f"SELECT id, {', '.join(keys)} FROM {table}"):  # type: ignore[arg-type] # noqa: S608 - names above
            names[row_id] = f"{table} {' '.join(map(str, key))}"
    rows: dict[str, object] = {}
    for table, wanted in columns.items():
        query = f"SELECT {', '.join(wanted)} FROM {table}"  # noqa: S608 - names from the catalogue
        lines = sorted(
            " ".join(f"{name}={_shown(name, value, names)}" for name, value in zip(wanted, row, strict=True))
            for row in connection.execute(query)  # type: ignore[arg-type]
        )
        if table == "operation_event":
            lines = [line for line in dict.fromkeys(lines) if f" name={RESUMED!r} " not in line]
        rows[f"table {table}"] = lines
    return rows


def _shown(column: str, value: object, names: Mapping[object, str]) -> str:
    if column in SERVER_TIMES:
        return str(value is not None)
    return names.get(value, str(value)) if isinstance(value, UUID) else repr(value)
