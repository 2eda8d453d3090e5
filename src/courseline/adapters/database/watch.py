"""Rows of what is watched of courses in a GitLab."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_library import EXAMPLE_VERSION_TAG
from courseline.adapters.database.tables_watch import (
    COURSE_MERGE_REQUEST,
    COURSE_PIPELINE,
    COURSE_WATCH,
    RECONCILE_MARK,
)
from courseline.usecases.react.watch_rows import Outcome, SeenHead, SeenPipeline, SeenRequest, Undone


class PostgresWatch:
    """See `usecases.react.watch_rows.WatchRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def library(self) -> str:
        """See `usecases.react.watch_rows.WatchRows`."""
        withdrawn = func.count().filter(EXAMPLE_VERSION_TAG.c.withdrawn)
        last = func.max(EXAMPLE_VERSION_TAG.c.withdrawn_at)
        labels, gone, at = self._connection.execute(select(func.count(), withdrawn, last)).one()
        return f"{labels} {gone} {at.isoformat() if at else ''}".rstrip()

    def heads(self) -> dict[UUID, SeenHead]:
        """See `usecases.react.watch_rows.WatchRows`."""
        return {row.course_id: _head(row) for row in self._connection.execute(select(COURSE_WATCH))}

    def head(self, course_id: UUID) -> SeenHead:
        """See `usecases.react.watch_rows.WatchRows`."""
        query = select(COURSE_WATCH).where(COURSE_WATCH.c.course_id == course_id)
        row = self._connection.execute(query).one_or_none()
        return SeenHead(course_id) if row is None else _head(row)

    def save_deploy(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = {"sha": sha, "looked_at": at, "library": self.library(), "outcome": asdict(outcome)}
        self._put(COURSE_WATCH, {"course_id": course_id}, values)

    def save_template(self, course_id: UUID, sha: str | None, outcome: Outcome, at: datetime) -> None:
        """See `usecases.react.watch_rows.WatchRows`."""
        values = {"template_sha": sha, "template_at": at, "template_outcome": asdict(outcome)}
        self._put(COURSE_WATCH, {"course_id": course_id}, values)

    def request(self, course_id: UUID, iid: int) -> SeenRequest | None:
        """See `usecases.react.watch_rows.WatchRows`."""
        table = COURSE_MERGE_REQUEST
        found = self._requests(table.c.course_id == course_id, table.c.iid == iid)
        return found[0] if found else None

    def requests(self, states: Collection[str], course_id: UUID | None = None) -> list[SeenRequest]:
        """See `usecases.react.watch_rows.WatchRows`."""
        table = COURSE_MERGE_REQUEST
        of = () if course_id is None else (table.c.course_id == course_id,)
        return self._requests(among(table.c.state, states), *of)

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

    def _requests(self, *conditions: ColumnElement[bool]) -> list[SeenRequest]:
        table = COURSE_MERGE_REQUEST
        query = select(table).where(*conditions).order_by(table.c.course_id, table.c.iid)
        return [SeenRequest(**row) for row in self._connection.execute(query).mappings()]

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
