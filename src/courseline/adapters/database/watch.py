"""Rows of what is watched of courses in a GitLab."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Json
from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables_watch import (
    COURSE_MERGE_REQUEST,
    COURSE_PIPELINE,
    RECONCILE_MARK,
)
from courseline.usecases.react.watch_rows import Outcome, SeenHead, SeenPipeline, SeenRequest, Undone

_LIBRARY = """
    SELECT concat_ws(
        ' ', count(*), count(*) FILTER (WHERE withdrawn),
        to_char(max(withdrawn_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
    ) FROM example_version_tag
"""
_HEADS = (
    "SELECT course_id, sha, looked_at, library, outcome, template_sha, template_outcome FROM course_watch"
)
_SAVE_DEPLOY = f"""
    INSERT INTO course_watch (course_id, sha, looked_at, library, outcome)
    VALUES (%(course_id)s, %(sha)s, %(at)s, ({_LIBRARY}), %(outcome)s)
    ON CONFLICT (course_id) DO UPDATE
    SET sha = excluded.sha, looked_at = excluded.looked_at, library = excluded.library, outcome = excluded.outcome
"""  # noqa: S608 - all of it is written here
_SAVE_TEMPLATE = """
    INSERT INTO course_watch (course_id, template_sha, template_at, template_outcome)
    VALUES (%(course_id)s, %(sha)s, %(at)s, %(outcome)s)
    ON CONFLICT (course_id) DO UPDATE SET template_sha = excluded.template_sha,
        template_at = excluded.template_at, template_outcome = excluded.template_outcome
"""
_REQUESTS = f"SELECT {', '.join(one.name for one in fields(SeenRequest))} FROM course_merge_request"  # noqa: S608
_IN_ORDER = " ORDER BY course_id, iid"


class PostgresWatch:
    """See `usecases.react.watch_rows.WatchRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def library(self) -> str:
        """See `usecases.react.watch_rows.WatchRows`."""
        return str(self._connection.exec_driver_sql(_LIBRARY).scalar_one())

    def heads(self) -> dict[UUID, SeenHead]:
        """See `usecases.react.watch_rows.WatchRows`."""
        return {row.course_id: _head(row) for row in self._connection.exec_driver_sql(_HEADS)}

    def head(self, course_id: UUID) -> SeenHead:
        """See `usecases.react.watch_rows.WatchRows`."""
        query = _HEADS + " WHERE course_id = %(course_id)s"
        row = self._connection.exec_driver_sql(query, {"course_id": course_id}).one_or_none()
        return SeenHead(course_id) if row is None else _head(row)

    def save_deploy(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = {"course_id": course_id, "sha": sha, "at": at, "outcome": Json(asdict(outcome))}
        self._connection.exec_driver_sql(_SAVE_DEPLOY, values)

    def save_template(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = {"course_id": course_id, "sha": sha, "at": at, "outcome": Json(asdict(outcome))}
        self._connection.exec_driver_sql(_SAVE_TEMPLATE, values)

    def request(self, course_id: UUID, iid: int) -> SeenRequest | None:
        """See `usecases.react.watch_rows.WatchRows`."""
        one = " WHERE course_id = %(course_id)s AND iid = %(iid)s"
        found = self._requests(one, {"course_id": course_id, "iid": iid})
        return found[0] if found else None

    def requests(self, states: Collection[str], course_id: UUID | None = None) -> list[SeenRequest]:
        """See `usecases.react.watch_rows.WatchRows`."""
        values: dict[str, object] = {"states": list(states)}
        if course_id is None:
            return self._requests(" WHERE state = ANY(%(states)s)", values)
        of = " WHERE course_id = %(course_id)s AND state = ANY(%(states)s)"
        return self._requests(of, values | {"course_id": course_id})

    def save_request(self, request: SeenRequest) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = asdict(request)
        key = {name: values.pop(name) for name in ("course_id", "iid")}
        self._put(COURSE_MERGE_REQUEST, key, values)

    def pipelines(self, course_id: UUID | None = None, limit: int = 50) -> list[SeenPipeline]:
        """See `usecases.react.watch_rows.WatchRows`."""
        table = COURSE_PIPELINE
        query = select(table).order_by(table.c.number.desc()).limit(limit)
        if course_id is not None:
            query = query.where(table.c.course_id == course_id)
        return [SeenPipeline(**row) for row in self._connection.execute(query).mappings()]

    def save_pipeline(self, pipeline: SeenPipeline) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = {one.name: getattr(pipeline, one.name) for one in fields(pipeline)}
        values["jobs"] = [dict(job) for job in pipeline.jobs]
        key = {name: values.pop(name) for name in ("course_id", "number")}
        self._put(COURSE_PIPELINE, key, values)

    def mark(self, scope: str) -> datetime | None:
        """See `usecases.react.watch_rows.WatchRows`."""
        query = select(RECONCILE_MARK.c.read_until).where(RECONCILE_MARK.c.scope == scope)
        found: datetime | None = self._connection.scalar(query)
        return found

    def save_mark(self, scope: str, at: datetime) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        self._put(RECONCILE_MARK, {"scope": scope}, {"read_until": at})

    def _requests(self, condition: str, values: dict[str, object]) -> list[SeenRequest]:
        rows = self._connection.exec_driver_sql(_REQUESTS + condition + _IN_ORDER, values)
        return [SeenRequest(*row) for row in rows]

    def _put(self, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
        statement = insert(table).values({**key, **values})
        self._connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def _head(row: Row[Any]) -> SeenHead:
    return SeenHead(
        course_id=row.course_id,
        sha=row.sha,
        looked_at=row.looked_at,
        library=row.library,
        outcome=_outcome(row.outcome),
        template_sha=row.template_sha,
        template_outcome=_outcome(row.template_outcome),
    )


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    undone = tuple(Undone(**one) for one in kept.get("undone", ()))
    return Outcome(undone, str(kept.get("problem", "")))
