from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid5

import psycopg
import pytest
from psycopg import sql
from tests.builders.rows import NOW, a_course, a_repository, save_course
from tests.builders.waiting import PATIENCE

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.course.course import Course
from courseline.domain.ledger.history import GENESIS, Action, ChainHead, Event, verify_chain
from courseline.errors import InvalidInput, NotFound

SOME = UUID("0e6ee7b5-cbf2-5d76-ae34-6ad4be0a0b0b")
FULL = Event(
    Action.REASSIGNED,
    datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    content_id=uuid5(SOME, "content"),
    path="week1.größe",
    example_version_id=uuid5(SOME, "after"),
    previous_example_version_id=uuid5(SOME, "before"),
    version_tag="v1.0-β",
    operation_id=uuid5(SOME, "operation"),
    actor="gitlab.example.org#42",
    reason='Zeile 1\nZeile "2" \\ 🐍',
    details={
        "z": {"b": [1, 2.50, 10**40, -1e300], "a": None},
        "ünïcode 日本": "\u0000 \ud800 \u2028",
        "a": [True, False, {"nested": {"deep": [[]]}}],
        "10": 1,
        "9": 2,
    },
)


@pytest.fixture
def course(database: PostgresDatabase) -> Course:
    with database.transaction() as rows:
        return save_course(rows)


def events(count: int) -> list[Event]:
    return [replace(FULL, reason=f"event {n}", created_at=NOW + timedelta(seconds=n)) for n in range(count)]


def verify(database: PostgresDatabase, chain: UUID):
    with database.transaction() as rows:
        return verify_chain(chain, rows.ledger.history(chain))


def test_an_event_of_any_letters_and_numbers_keeps_its_hash(database: PostgresDatabase, course: Course):
    bare = Event(Action.FAILED, NOW)
    with database.transaction() as rows:
        assert rows.ledger.head(course.id) == ChainHead(0, GENESIS)
        head = rows.ledger.append(course.id, [FULL, bare])
    with database.transaction() as rows:
        first, second = rows.ledger.history(course.id)
        assert rows.ledger.head(course.id) == head
    assert (first.event, second.event) == (FULL, bare)
    assert first.event.created_at.tzinfo is UTC
    assert (first.previous_hash, second.previous_hash) == (GENESIS, first.hash)
    assert verify(database, course.id) == (head, None)
    assert head == ChainHead(2, second.hash)


def test_appending_nothing_answers_the_head(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        head = rows.ledger.append(course.id, events(1))
        assert rows.ledger.append(course.id, []) == head


def test_a_long_chain_is_read_in_order_and_in_batches(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        rows.ledger.append(course.id, events(2100))
        read = [row.seq for row in rows.ledger.history(course.id)]
    assert read == list(range(1, 2101))
    assert verify(database, course.id)[1] is None


def test_eight_writers_at_once_make_one_chain(database: PostgresDatabase, course: Course):
    faults: list[BaseException] = []
    together = threading.Barrier(8)

    def write(number: int) -> None:
        try:
            together.wait(PATIENCE)
            for n in range(10):
                with database.transaction() as rows:
                    rows.ledger.append(
                        course.id, [replace(FULL, reason=f"{number}.{n}.{part}") for part in "ab"]
                    )
        except BaseException as fault:
            faults.append(fault)
            raise

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
    assert faults == []
    head, broken = verify(database, course.id)
    assert (head.seq, broken) == (160, None)
    with database.transaction() as rows:
        reasons = [row.event.reason for row in rows.ledger.history(course.id)]
    assert len(set(reasons)) == 160
    assert all(a[:-1] == b[:-1] for a, b in zip(reasons[::2], reasons[1::2], strict=True))


def test_two_chains_do_not_wait_for_each_other(database: PostgresDatabase, course: Course):
    repository = a_repository()
    with database.transaction() as rows:
        rows.library.add_repository(repository)
    with database.transaction() as slow:
        slow.ledger.append(course.id, events(1))
        with database.transaction() as quick:
            assert quick.ledger.append(repository.id, events(1)).seq == 1


def test_a_rolled_back_event_leaves_no_gap(database: PostgresDatabase, course: Course):
    def stopped() -> None:
        with database.transaction() as rows:
            rows.ledger.append(course.id, events(2))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stopped()
    with database.transaction() as rows:
        assert rows.ledger.append(course.id, events(1)).seq == 1


def test_a_chain_belongs_to_a_course_or_a_repository(database: PostgresDatabase, course: Course):
    repository = a_repository("prog-examples")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        assert rows.ledger.chains() == {}
        rows.ledger.append(repository.id, events(1))
        rows.ledger.append(course.id, events(1))
        assert rows.ledger.chains() == {
            course.id: "course uni/python/python-101",
            repository.id: "example repository prog-examples",
        }
        with pytest.raises(NotFound, match="neither a registered course nor"):
            rows.ledger.append(SOME, events(1))


def test_a_reason_that_cannot_be_stored_is_refused_and_records_nothing(
    database: PostgresDatabase, course: Course
):
    for reason in ("nul \0", "surrogate \ud800"):
        with pytest.raises(InvalidInput, match="cannot be stored"), database.transaction() as rows:
            rows.ledger.append(course.id, [replace(FULL, reason=reason)])
    assert verify(database, course.id) == (ChainHead(), None)


CHANGES = {
    "hash_version": "7",
    "action": "'failed'",
    "course_content_id": "gen_random_uuid()",
    "path": "path || '.x'",
    "example_version_id": "NULL",
    "previous_example_version_id": "gen_random_uuid()",
    "version_tag": "NULL",
    "workflow_id": "gen_random_uuid()",
    "actor": "'gitlab.example.org#1'",
    "reason": "''",
    "details": "'{}'",
    "created_at": "created_at + interval '1 microsecond'",
    "previous_hash": "md5('') || md5('')",
    "hash": "md5('') || md5('')",
}


def as_superuser(url: str, *statements: str | sql.Composed) -> None:
    """What the triggers do not stop: somebody with all rights who switches them off."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_field_is_found_in_its_row(database: PostgresDatabase, course: Course, column: str):
    with database.transaction() as rows:
        rows.ledger.append(course.id, events(5))
    change = sql.SQL("UPDATE deployment_history SET {} = {} WHERE seq = 3")
    as_superuser(database.url, change.format(sql.Identifier(column), sql.SQL(CHANGES[column])))
    head, broken = verify(database, course.id)
    assert broken is not None
    assert (head.seq, broken.seq) == (2, 3)


def test_every_column_that_can_be_changed_is_covered_above(database: PostgresDatabase):
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'deployment_history'"
        ).fetchall()
    # The key and its two halves cannot change without the row leaving its chain.
    assert {name for (name,) in found} - {"chain", "seq", "course_id", "example_repository_id"} == set(
        CHANGES
    )


INSERTED = """
    INSERT INTO deployment_history
        SELECT chain, 0, course_id, NULL, hash_version, action, course_content_id, path, example_version_id,
            previous_example_version_id, version_tag, workflow_id, actor, reason, details, created_at, previous_hash, hash
        FROM deployment_history WHERE seq = 1
"""


@pytest.mark.parametrize(
    ("change", "last_good", "found_at"),
    [
        ("DELETE FROM deployment_history WHERE seq = 3", 2, 3),
        ("DELETE FROM deployment_history WHERE seq = 1", 0, 1),
        ("UPDATE deployment_history SET seq = seq + 1 WHERE seq = 5", 4, 5),
        ("UPDATE deployment_history SET seq = CASE seq WHEN 2 THEN 102 ELSE 2 END WHERE seq = 2", 1, 2),
        (INSERTED, 0, 1),
    ],
)  # fmt: skip
def test_missing_moved_and_inserted_rows_are_found(
    database: PostgresDatabase, course: Course, change: str, last_good: int, found_at: int
):
    with database.transaction() as rows:
        rows.ledger.append(course.id, events(5))
    as_superuser(database.url, change)
    head, broken = verify(database, course.id)
    assert broken is not None
    assert (head.seq, broken.seq) == (last_good, found_at)


def test_a_cut_tail_leaves_a_chain_that_holds_but_ends_early(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        told = rows.ledger.append(course.id, events(5))
    as_superuser(database.url, "DELETE FROM deployment_history WHERE seq > 3")
    head, broken = verify(database, course.id)
    assert broken is None
    assert head.seq == 3
    assert str(head) != str(told)


def test_a_word_that_is_no_action_is_found_and_not_stumbled_over(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        rows.ledger.append(course.id, events(2))
    as_superuser(
        database.url,
        "ALTER TABLE deployment_history DROP CONSTRAINT ck_deployment_history_action_known",
        "UPDATE deployment_history SET action = 'invented' WHERE seq = 2",
    )
    head, broken = verify(database, course.id)
    assert broken is not None
    assert (head.seq, broken.seq) == (1, 2)


def test_another_course_has_a_chain_of_its_own(database: PostgresDatabase, course: Course):
    with database.transaction() as rows:
        other = save_course(rows, a_course("python-102"))
        rows.ledger.append(course.id, events(2))
        assert rows.ledger.append(other.id, events(1)).seq == 1
        assert [row.chain for row in rows.ledger.history(other.id)] == [other.id]
