"""Inbox and queue, in one transaction on a real PostgreSQL."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import psycopg
import pytest

from courseline.adapters.database.database import PostgresDatabase
from courseline.usecases.react.job import publish_tag
from courseline.usecases.react.rows import DeliveryState, NewDelivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECEIVED, FAILED = DeliveryState.RECEIVED, DeliveryState.FAILED


def delivery(key: str = "id:1", business_key: str | None = "tag_push h#7 v1 1") -> NewDelivery:
    return NewDelivery(key, business_key, "tag_push", "h#7", {"tag": "v1"})


def jobs(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT task_name, lock, queueing_lock, args, status::text, scheduled_at > now() FROM procrastinate_jobs ORDER BY id"
        ).fetchall()


def test_a_delivery_is_kept_once_by_its_key_and_by_what_it_tells(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        number = rows.inbox.add(delivery(), RECEIVED, "")
        assert number is not None
        assert rows.inbox.add(delivery(business_key="other"), RECEIVED, "") is None
        assert rows.inbox.add(delivery(key="id:2"), RECEIVED, "") is None
        assert rows.inbox.add(delivery("id:3", None), RECEIVED, "") is not None
        assert rows.inbox.add(delivery("id:4", None), RECEIVED, "") is not None


def test_a_hundred_at_once_are_one(database: PostgresDatabase) -> None:
    numbers: list[int | None] = []
    start = threading.Barrier(10)

    def add(sender: int) -> None:
        start.wait()
        for attempt in range(10):
            with database.transaction() as rows:
                numbers.append(rows.inbox.add(delivery(f"id:{sender} {attempt}"), RECEIVED, ""))

    senders = [threading.Thread(target=add, args=(number,)) for number in range(10)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(number is not None for number in numbers) == 1


def test_work_waits_once_and_may_wait_again_when_it_runs(database: PostgresDatabase) -> None:
    job = publish_tag("h#7", "https://h/a.git", "v1", delay=120)
    with database.transaction() as rows:
        assert [rows.queue.put(job), rows.queue.put(job)] == [True, False]
        assert rows.inbox.add(delivery(), RECEIVED, "") is not None  # the transaction goes on after a refusal
    assert jobs(database.url) == [
        ("publish_tag", "repository h#7", "publish_tag h#7 v1", {"project": "h#7", "url": "https://h/a.git", "tag": "v1"},
         "todo", True)
    ]  # fmt: skip
    with psycopg.connect(database.url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    with database.transaction() as rows:
        assert rows.queue.put(job)


def test_a_delivery_and_its_work_come_together_or_not_at_all(database: PostgresDatabase) -> None:
    def fail() -> None:
        with database.transaction() as rows:
            rows.inbox.add(delivery(), RECEIVED, "")
            rows.queue.put(publish_tag("h#7", "https://h/a.git", "v1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert jobs(database.url) == []
    with database.transaction() as rows:
        assert rows.inbox.latest([], 10) == []


def test_what_became_of_a_delivery(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        number = rows.inbox.add(delivery(), RECEIVED, "")
        assert number is not None
        rows.inbox.end(number, FAILED, "No such tag.", NOW)
        found = rows.inbox.find(number)
        assert found is not None
        assert (found.state, found.message, found.processed_at) == (FAILED, "No such tag.", NOW)
        assert rows.inbox.known("tag_push h#7 v1 1") == found
        assert rows.inbox.latest([RECEIVED], 10) == []
        rows.inbox.reopen(number)
        assert [one.state for one in rows.inbox.latest([RECEIVED], 10)] == [RECEIVED]
        assert rows.inbox.find(number + 1) is None


def test_how_inbox_and_queue_are_doing(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        nothing = rows.inbox.state()
        assert (nothing.oldest_received_at, nothing.jobs, nothing.reconciled_at) == (None, {}, None)
        rows.inbox.add(delivery(), RECEIVED, "")
        rows.inbox.add(delivery("id:2", None), DeliveryState.IGNORED, "No use.")
        rows.queue.put(publish_tag("h#7", "https://h/a.git", "v1"))
        state = rows.inbox.state()
    assert state.deliveries == {"received": 1, "done": 0, "ignored": 1, "failed": 0}
    assert state.oldest_received_at is not None
    assert state.jobs == {"todo": 1}
