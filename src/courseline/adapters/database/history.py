"""The append-only history: rows go in behind the head of their chain, under that chain's lock, and never change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, Row, exists, func, select

from courseline.adapters.database.connection import advisory_key
from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import COURSE, COURSE_FAMILY, ORGANIZATION
from courseline.adapters.database.tables_ledger import DEPLOYMENT_HISTORY as HISTORY
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY
from courseline.domain.ledger.history import Action, ChainHead, Event, HistoryRow, chained
from courseline.errors import NotFound

BATCH = 1000


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
        owner = self._owner(chain)
        # Held until the transaction ends, so that the next writer sees this head and not the one before.
        self._connection.execute(select(func.pg_advisory_xact_lock(advisory_key("history", str(chain)))))
        head = self.head(chain)
        rows = []
        for event in events:
            row = chained(chain, head, event)
            rows.append(
                {
                    "chain": chain,
                    "course_id": None,
                    "example_repository_id": None,
                    owner: chain,
                    "seq": row.seq,
                    "hash_version": row.hash_version,
                    "action": str(event.action),
                    "course_content_id": event.content_id,
                    "path": event.path,
                    "example_version_id": event.example_version_id,
                    "previous_example_version_id": event.previous_example_version_id,
                    "version_tag": event.version_tag,
                    "workflow_id": event.operation_id,
                    "actor": event.actor,
                    "reason": event.reason,
                    "details": dict(event.details),
                    "created_at": event.created_at,
                    "previous_hash": row.previous_hash,
                    "hash": row.hash,
                }
            )
            head = ChainHead(row.seq, row.hash)
        if rows:
            self._connection.execute(HISTORY.insert(), rows)
        return head

    def head(self, chain: UUID) -> ChainHead:
        """See `usecases.rows.LedgerRows`."""
        query = (
            select(HISTORY.c.seq, HISTORY.c.hash)
            .where(HISTORY.c.chain == chain)
            .order_by(HISTORY.c.seq.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
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

    def _owner(self, chain: UUID) -> str:
        owners = {"course_id": COURSE, "example_repository_id": EXAMPLE_REPOSITORY}
        query = select(*(exists().where(table.c.id == chain).label(name) for name, table in owners.items()))
        for name, is_owner in zip(owners, self._connection.execute(query).one(), strict=True):
            if is_owner:
                return name
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
