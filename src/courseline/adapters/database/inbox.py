"""Rows of the inbox: events that have arrived."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from courseline.adapters.database.tables_ledger import WEBHOOK_DELIVERY as T
from courseline.usecases.react.job import Task
from courseline.usecases.react.rows import Delivery, DeliveryState, InboxState, NewDelivery

_COLUMNS = (
    T.c.number, T.c.event, T.c.project, T.c.payload, T.c.state, T.c.message, T.c.received_at, T.c.processed_at,
)  # fmt: skip


class PostgresInbox:
    """See `usecases.react.rows.InboxRows`.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, delivery: NewDelivery, state: DeliveryState, message: str) -> int | None:
        """Record; answers its number, None when its key or its business key is there already."""
        ended = state is not DeliveryState.RECEIVED
        query = (
            upsert(T)
            .values(
                delivery_key=delivery.key,
                business_key=delivery.business_key,
                event=delivery.event,
                project=delivery.project,
                payload=dict(delivery.facts),
                state=str(state),
                message=message,
                processed_at=func.now() if ended else null(),
            )
            .on_conflict_do_nothing()
            .returning(T.c.number)
        )
        number: int | None = self._connection.scalar(query)
        return number

    def known(self, business_key: str) -> Delivery | None:
        """The delivery that carries a business key; nobody else changes it before this transaction ends."""
        query = select(*_COLUMNS).where(T.c.business_key == business_key).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _delivery(row)

    def end(self, number: int, state: DeliveryState, message: str, now: datetime) -> None:
        """Say what became of one."""
        values = {"state": str(state), "message": message, "processed_at": now}
        self._connection.execute(update(T).where(T.c.number == number).values(values))

    def reopen(self, number: int) -> None:
        """Let it wait again."""
        values = {"state": str(DeliveryState.RECEIVED), "message": "", "processed_at": None}
        self._connection.execute(update(T).where(T.c.number == number).values(values))

    def find(self, number: int) -> Delivery | None:
        """One delivery."""
        row = self._connection.execute(select(*_COLUMNS).where(T.c.number == number)).mappings().one_or_none()
        return None if row is None else _delivery(row)

    def latest(self, states: Sequence[DeliveryState], limit: int) -> list[Delivery]:
        """The newest first; every state when none is named."""
        query = select(*_COLUMNS).order_by(T.c.number.desc()).limit(limit)
        if states:
            query = query.where(T.c.state.in_([str(state) for state in states]))
        return [_delivery(row) for row in self._connection.execute(query).mappings()]

    def heard_of(self, projects: Collection[str]) -> dict[str, datetime]:
        """When a webhook last told of each of these projects; what a reconcile found was told by nobody."""
        told = T.c.delivery_key.notlike("found:%")
        query = (
            select(T.c.project, func.max(T.c.received_at))
            .where(T.c.project.in_(projects), told)
            .group_by(T.c.project)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def state(self) -> InboxState:
        """How it is doing, inbox and queue."""
        counted = self._connection.execute(select(T.c.state, func.count()).group_by(T.c.state))
        deliveries = dict.fromkeys(map(str, DeliveryState), 0) | {row[0]: row[1] for row in counted}
        oldest = self._connection.scalar(
            select(func.min(T.c.received_at)).where(T.c.state == str(DeliveryState.RECEIVED))
        )
        jobs = self._connection.execute(
            text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
        )
        reconciled = self._connection.scalar(
            text(
                "SELECT max(events.at) FROM procrastinate_events AS events JOIN procrastinate_jobs AS jobs"
                " ON jobs.id = events.job_id WHERE jobs.task_name = :task AND events.type = 'succeeded'"
            ),
            {"task": str(Task.RECONCILE)},
        )
        seen = self._connection.scalar(text("SELECT max(last_heartbeat) FROM procrastinate_workers"))
        today = self._connection.execute(select(func.current_date())).scalar_one()
        tokens = len(self.expiring_tokens(today))
        return InboxState(deliveries, oldest, {row[0]: row[1] for row in jobs}, reconciled, seen, tokens)

    def expiring_tokens(self, today: date) -> list[Delivery]:
        """The newest warning of each access token that runs out, and whose day has not passed."""
        day = T.c.payload["expires_on"].as_string()
        query = (
            select(*_COLUMNS)
            .where(
                T.c.event == "access_token", T.c.state == str(DeliveryState.DONE), day >= today.isoformat()
            )
            .order_by(T.c.number.desc())
        )
        newest: dict[tuple[object, object], Delivery] = {}
        for row in self._connection.execute(query).mappings():
            delivery = _delivery(row)
            of = delivery.facts.get("project")
            token = str(of.get("path") if isinstance(of, dict) else of), delivery.facts.get("name")
            newest.setdefault(token, delivery)
        return list(newest.values())


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        number=row["number"],
        event=row["event"],
        project=row["project"],
        facts=row["payload"],
        state=DeliveryState(row["state"]),
        message=row["message"],
        received_at=row["received_at"],
        processed_at=row["processed_at"],
    )
