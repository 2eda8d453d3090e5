"""The append-only history: rows go in behind the head of their chain, under that chain's lock, and never change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from courseline.adapters.database.connection import advisory_key
from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import COURSE, COURSE_FAMILY, ORGANIZATION
from courseline.adapters.database.tables_ledger import DEPLOYMENT_HISTORY as HISTORY
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY
from courseline.domain.ledger.history import Action, ChainHead, Event, HistoryRow, chained
from courseline.errors import NotFound

BATCH = 1000

# Held until the transaction ends, so that the next writer sees this head and not the one before.
_LOCK = """
    SELECT pg_advisory_xact_lock(%(key)s),
        EXISTS (SELECT FROM course WHERE id = %(chain)s) AS course_id,
        EXISTS (SELECT FROM example_repository WHERE id = %(chain)s) AS example_repository_id
"""
_HEAD = "SELECT seq, hash FROM deployment_history WHERE chain = %(chain)s ORDER BY seq DESC LIMIT 1"
_COLUMNS = {
    "seq": "bigint",
    "hash_version": "smallint",
    "action": "text",
    "course_content_id": "uuid",
    "path": "text",
    "example_version_id": "uuid",
    "previous_example_version_id": "uuid",
    "version_tag": "text",
    "workflow_id": "uuid",
    "actor": "text",
    "reason": "text",
    "details": "json",
    "created_at": "timestamptz",
    "previous_hash": "text",
    "hash": "text",
}
# What a release of thousands of examples did is one long text: in an array in text each of its quotes would be escaped.
_GIVEN = ", ".join(
    f"given.{name}::json" if kind == "json" else f"given.{name}" for name, kind in _COLUMNS.items()
)
_ARRAYS = ", ".join(
    f"%({name})b::text[]" if kind == "json" else f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items()
)
_APPEND = f"""
    INSERT INTO deployment_history (chain, course_id, example_repository_id, {", ".join(_COLUMNS)})
    SELECT %(chain)s, %(course_id)s, %(example_repository_id)s, {_GIVEN}
    FROM unnest({_ARRAYS}) AS given ({", ".join(_COLUMNS)})
"""  # noqa: S608 - the names are written above


class HistoryRows:
    """The part of `usecases.rows.LedgerRows` about the history.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, chain: UUID, events: Sequence[Event]) -> ChainHead:
        """See `usecases.rows.LedgerRows`.

        Raises:
            NotFound: there is neither a course nor an example repository with this id.
        """
        owner = self._own(chain)
        head = self.head(chain)
        rows: list[tuple[object, ...]] = []
        for event in events:
            row = chained(chain, head, event)
            rows.append(
                (
                    row.seq,
                    row.hash_version,
                    str(event.action),
                    event.content_id,
                    event.path,
                    event.example_version_id,
                    event.previous_example_version_id,
                    event.version_tag,
                    event.operation_id,
                    event.actor,
                    event.reason,
                    json.dumps(dict(event.details)),
                    event.created_at,
                    row.previous_hash,
                    row.hash,
                )
            )
            head = ChainHead(row.seq, row.hash)
        if rows:
            columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
            owners = {"course_id": None, "example_repository_id": None, owner: chain}
            self._connection.exec_driver_sql(_APPEND, {"chain": chain, **owners, **columns})
        return head

    def head(self, chain: UUID) -> ChainHead:
        """See `usecases.rows.LedgerRows`."""
        row = self._connection.exec_driver_sql(_HEAD, {"chain": chain}).first()
        return ChainHead() if row is None else ChainHead(row.seq, row.hash)

    def history(self, chain: UUID) -> Iterator[HistoryRow]:
        """See `usecases.rows.LedgerRows`; read in batches, so that a long chain does not fill the memory."""
        query = select(HISTORY).where(HISTORY.c.chain == chain).order_by(HISTORY.c.seq).limit(BATCH)
        rows = self._connection.execute(query).all()
        while rows:
            yield from map(_history_row, rows)
            rows = self._connection.execute(query.where(HISTORY.c.seq > rows[-1].seq)).all()

    def chains(self) -> dict[UUID, str]:
        """See `usecases.rows.LedgerRows`."""
        ids = list(self._connection.scalars(select(HISTORY.c.chain).distinct()))
        courses = (
            select(COURSE.c.id, func.concat_ws("/", ORGANIZATION.c.path, COURSE_FAMILY.c.path, COURSE.c.path))
            .join(COURSE_FAMILY, COURSE_FAMILY.c.id == COURSE.c.course_family_id)
            .join(ORGANIZATION, ORGANIZATION.c.id == COURSE_FAMILY.c.organization_id)
            .where(among(COURSE.c.id, ids))
        )
        repositories = select(EXAMPLE_REPOSITORY.c.id, EXAMPLE_REPOSITORY.c.name).where(
            among(EXAMPLE_REPOSITORY.c.id, ids)
        )
        words = {chain: f"something that is no longer registered ({chain})" for chain in ids}
        words |= {chain: f"course {title}" for chain, title in self._connection.execute(courses)}
        words |= {
            chain: f"example repository {name}" for chain, name in self._connection.execute(repositories)
        }
        return dict(sorted(words.items(), key=lambda item: (item[1], str(item[0]))))

    def _own(self, chain: UUID) -> str:
        """Lock a chain; the column that names its owner."""
        key = advisory_key("history", str(chain))
        row = self._connection.exec_driver_sql(_LOCK, {"key": key, "chain": chain}).one()
        if row.course_id:
            return "course_id"
        if row.example_repository_id:
            return "example_repository_id"
        raise NotFound(
            f"Recording history: {chain} is neither a registered course nor a registered repository."
        )


def _history_row(row: Row[tuple[object, ...]]) -> HistoryRow:
    event = Event(
        # A word that is no action can only come from tampering; it stays as it is, so that its hash tells.
        action=Action(row.action) if row.action in set(Action) else cast("Action", row.action),
        created_at=row.created_at,
        content_id=row.course_content_id,
        path=row.path,
        example_version_id=row.example_version_id,
        previous_example_version_id=row.previous_example_version_id,
        version_tag=row.version_tag,
        operation_id=row.workflow_id,
        actor=row.actor,
        reason=row.reason,
        details=row.details,
    )
    return HistoryRow(row.chain, row.seq, event, row.previous_hash, row.hash, row.hash_version)
