"""The short way into inbox and queue."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from tests.builders.s3 import closed_port

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.intake import PostgresIntake
from courseline.errors import NeighbourFailed
from courseline.usecases.react.job import Job, publish_tag
from courseline.usecases.react.rows import DeliveryState, NewDelivery

RECEIVED = DeliveryState.RECEIVED


@pytest.fixture
def intake(database: PostgresDatabase) -> Iterator[PostgresIntake]:
    made = PostgresIntake(database.url, database.check_revision)
    yield made
    made.close()


def delivery(name: str = "d1", business: str | None = None) -> NewDelivery:
    return NewDelivery(f"id:{name}", business or f"tag {name}", "tag_push", "host#7", {"tag": name})


def job(tag: str = "v1") -> Job:
    return publish_tag("host#7", "https://host/examples.git", tag, delay=120)


def rows(database: PostgresDatabase, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_a_delivery_and_its_work_are_recorded_together(
    intake: PostgresIntake, database: PostgresDatabase
) -> None:
    assert intake.record(delivery(), RECEIVED, "", job())
    ((number, state, payload, ended),) = rows(
        database, "SELECT number::text, state, payload, processed_at FROM webhook_delivery"
    )
    assert (state, payload, ended) == ("received", {"tag": "d1"}, None)
    ((arguments, lock, waits),) = rows(
        database, "SELECT args, lock, scheduled_at > now() + interval '1 minute' FROM procrastinate_jobs"
    )
    assert arguments == {
        "project": "host#7",
        "url": "https://host/examples.git",
        "tag": "v1",
        "delivery": number,
    }
    assert (lock, waits) == ("repository host#7", True)


def test_what_asks_for_no_work_is_ended_at_once(intake: PostgresIntake, database: PostgresDatabase) -> None:
    assert intake.record(delivery(), DeliveryState.IGNORED, "No use.", None)
    assert rows(database, "SELECT state, message, processed_at IS NOT NULL FROM webhook_delivery") == [
        ("ignored", "No use.", True)
    ]
    assert rows(database, "SELECT 1 FROM procrastinate_jobs") == []


@pytest.mark.parametrize(
    ("second", "work"),
    [
        (delivery(), job("v2")),
        (delivery("d2", business="tag d1"), job("v2")),
        (delivery("d2"), job()),
        (NewDelivery("id:d2", "b", "tag_push", None, {"tag": "\0"}), job("v2")),
    ],
    ids=["same delivery", "same business", "same work", "no text for PostgreSQL"],
)
def test_what_is_not_new_or_cannot_be_stored_changes_nothing(
    intake: PostgresIntake, database: PostgresDatabase, second: NewDelivery, work: Job
) -> None:
    assert intake.record(delivery(), RECEIVED, "", job())
    assert not intake.record(second, RECEIVED, "", work)
    assert rows(database, "SELECT count(*) FROM webhook_delivery") == [(1,)]
    assert rows(database, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    assert intake.record(delivery("d3"), RECEIVED, "", job("v3"))


def test_of_many_at_once_each_delivery_has_one_job(
    intake: PostgresIntake, database: PostgresDatabase
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: intake.record(delivery(str(n % 100)), RECEIVED, "", job(f"v{n % 100}")), range(200)
            )
        )
    assert sum(answers) == 100
    joined = "SELECT count(*), count(DISTINCT number) FROM webhook_delivery JOIN procrastinate_jobs ON args->>'delivery' = number::text"
    assert rows(database, joined) == [(100, 100)]


def test_a_connection_that_has_gone_is_replaced(intake: PostgresIntake, database: PostgresDatabase) -> None:
    assert intake.record(delivery(), RECEIVED, "", job())
    rows(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert intake.record(delivery("d2"), RECEIVED, "", job("v2"))


def test_what_it_commits_is_on_disk_also_where_the_server_is_set_otherwise(intake: PostgresIntake) -> None:
    intake.record(delivery(), RECEIVED, "", job())
    connection = intake._connection
    assert connection is not None
    assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_database_that_is_away_is_named_to_each() -> None:
    with closed_port() as port:
        url = f"postgresql://ada:sesame@127.0.0.1:{port}/courseline"
        away = PostgresIntake(url, lambda: None)
        with pytest.raises(NeighbourFailed, match="Reaching the database") as told:
            away.record(delivery(), RECEIVED, "", job())
        assert "sesame" not in told.value.message


def test_another_revision_is_refused_before_anything_is_written(database: PostgresDatabase) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    fresh = PostgresDatabase(database.url)
    with pytest.raises(NeighbourFailed, match="9999"):
        PostgresIntake(database.url, fresh.check_revision).record(delivery(), RECEIVED, "", job())
    fresh.close()
