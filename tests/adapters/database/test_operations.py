from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert
from tests.builders.rows import NOW, hex_of, save_course
from tests.builders.waiting import PATIENCE

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.tables_ledger import OPERATION
from courseline.domain.ids import operation_id
from courseline.domain.ledger.operation import OperationKind, OperationState, inputs_digest
from courseline.errors import Conflict, NeighbourFailed, NotFound
from courseline.usecases.rows import StoredPlan

TARGET = "git.example.org/uni/python-101-assignments"
INPUTS = {"branch": "main", "plan": None, "größe": [1, {"b": 2, "a": 10**30}]}


def start(database: PostgresDatabase, inputs=INPUTS, target: str = TARGET, kind=OperationKind.DEPLOY):
    with database.transaction() as rows:
        return rows.ledger.start_operation(kind, target, inputs, NOW, None)


def end(database: PostgresDatabase, operation: UUID, state=OperationState.DONE) -> None:
    with database.transaction() as rows:
        rows.ledger.end_operation(operation, state, NOW + timedelta(minutes=1), "")


def test_an_operation_comes_back_as_it_was_started(database: PostgresDatabase):
    operation = start(database)
    assert operation.id == operation_id("deploy", TARGET, inputs_digest(INPUTS), 1)
    with database.transaction() as rows:
        assert rows.ledger.operation(operation.id) == operation
        assert rows.ledger.open_operation(TARGET) == operation
        assert rows.ledger.open_operation("elsewhere") is None
        assert rows.ledger.operation(UUID(int=0)) is None


def test_the_same_inputs_after_the_end_are_a_new_attempt(database: PostgresDatabase):
    first = start(database)
    end(database, first.id, OperationState.FAILED)
    second = start(database)
    assert (first.attempt, second.attempt) == (1, 2)
    assert second.id == operation_id("deploy", TARGET, second.inputs_digest, 2)
    end(database, second.id)
    assert start(database, {"branch": "other"}).attempt == 1


def test_a_second_operation_on_one_target_is_refused_while_the_first_is_open(database: PostgresDatabase):
    start(database)
    with pytest.raises(Conflict, match=r"a deploy started there at 2026-01-02 03:04:05 UTC has not ended"):
        start(database, {"branch": "other"}, kind=OperationKind.STUDENT_TEMPLATE)
    assert start(database, target="another").target == "another"


def test_of_two_that_start_at_once_the_second_waits_and_is_told_of_the_first(database: PostgresDatabase):
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as rows:
            rows.ledger.start_operation(OperationKind.DEPLOY, TARGET, INPUTS, NOW, None)
            second = pool.submit(start, database)
            with pytest.raises(TimeoutError):
                second.result(0.3)
        with pytest.raises(Conflict, match="a deploy started there"):
            second.result(PATIENCE)


def test_of_two_that_start_at_once_the_second_goes_on_when_the_first_comes_to_nothing(
    database: PostgresDatabase,
):
    waiting = []
    with ThreadPoolExecutor(1) as pool:
        with suppress(KeyError), database.transaction() as rows:
            rows.ledger.start_operation(OperationKind.DEPLOY, TARGET, INPUTS, NOW, None)
            waiting.append(pool.submit(start, database))
            with pytest.raises(TimeoutError):
                waiting[0].result(0.3)
            raise KeyError
        assert waiting[0].result(PATIENCE).attempt == 1


def test_one_open_operation_per_target_is_held_by_the_index_uq_operation_one_open_per_target(
    database: PostgresDatabase,
):
    start(database)
    row = {
        "id": UUID(int=1), "kind": "sync", "target": TARGET, "inputs": {}, "inputs_digest": hex_of("x", 64),
        "attempt": 1, "state": "open", "started_at": NOW,
    }  # fmt: skip
    with (
        pytest.raises(NeighbourFailed, match="uq_operation_one_open_per_target"),
        database.transaction() as rows,
    ):
        rows.courses._connection.execute(insert(OPERATION).values(row))


def test_checkpoints_add_up(database: PostgresDatabase):
    operation = start(database)
    with database.transaction() as rows:
        rows.ledger.checkpoint(operation.id, "based", {"base": "a", "history_head": "0:0"})
        rows.ledger.checkpoint(operation.id, "committed", {"commit": "b", "base": "c"})
    with database.transaction() as rows:
        found = rows.ledger.operation(operation.id)
    assert found is not None
    assert found.checkpoint == {"base": "c", "history_head": "0:0", "commit": "b"}


def test_nothing_is_recorded_for_an_operation_that_another_run_ended(database: PostgresDatabase):
    operation = start(database)
    end(database, operation.id, OperationState.ABANDONED)
    with (
        pytest.raises(Conflict, match="another run has ended it as abandoned"),
        database.transaction() as rows,
    ):
        rows.ledger.checkpoint(operation.id, "late", {})
    with pytest.raises(Conflict, match="another run has ended it as abandoned"):
        end(database, operation.id, OperationState.DONE)
    end(database, operation.id, OperationState.ABANDONED)
    with pytest.raises(NotFound), database.transaction() as rows:
        rows.ledger.checkpoint(UUID(int=0), "never", {})


def test_operations_of_a_target_come_newest_first(database: PostgresDatabase):
    first = start(database)
    end(database, first.id)
    second = start(database)
    start(database, target="another")
    with database.transaction() as rows:
        listed = rows.ledger.operations(TARGET)
    assert [one.id for one in listed] == [second.id, first.id]
    assert listed[1].state is OperationState.DONE
    assert listed[1].ended_at == NOW + timedelta(minutes=1)


def test_a_plan_comes_back_and_the_same_digest_again_changes_nothing(database: PostgresDatabase):
    with database.transaction() as rows:
        course = save_course(rows)
        plan = StoredPlan(
            hex_of("plan", 64),
            course.id,
            hex_of("head"),
            ({"path": "week1.größe", "n": [1, 2.5, None]}, {"z": 1, "a": 2}),
            NOW,
        )
        rows.ledger.save_plan(plan)
        rows.ledger.save_plan(StoredPlan(plan.digest, course.id, None, (), NOW + timedelta(days=1)))
    with database.transaction() as rows:
        kept = rows.ledger.plan(course.id, plan.digest)
        assert kept == plan
        assert list(kept.steps[1]) == ["z", "a"]
        assert rows.ledger.plan(UUID(int=0), plan.digest) is None
        assert rows.ledger.plan(course.id, hex_of("other", 64)) is None
