"""One open writer per target; what a killed run left is resumed by the same wish and abandoned by another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.builders.courses import Bench, example
from tests.builders.courses import bench as bench_with_repositories

from courseline.domain.ids import operation_id
from courseline.domain.ledger.operation import Operation, OperationKind, OperationState, inputs_digest
from courseline.usecases.ledger.open_operation import open_operation

TARGET = "git.example.org/uni/python-101-assignments"
MAIN = {"branch": "main", "plan": None}
OTHER = {"branch": "other", "plan": None}


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    made = Bench(tmp_path, database_url)
    yield made
    made.close()


def run(
    bench: Bench, inputs: Mapping[str, object] = MAIN, kind=OperationKind.DEPLOY, target=TARGET
) -> Operation:
    with bench.database.transaction() as rows:
        return open_operation(kind, target, inputs, None, bench.neighbours, rows)


def end(bench: Bench, operation: Operation, state: OperationState = OperationState.DONE) -> None:
    with bench.database.transaction() as rows:
        rows.ledger.end_operation(operation.id, state, bench.clock())


def stand(bench: Bench) -> list[tuple[str, int, str, str]]:
    return bench.query("SELECT kind, attempt, state, message FROM operation ORDER BY started_at, id")


def test_the_same_inputs_take_up_what_is_open_with_its_id_time_and_checkpoint(bench: Bench):
    killed = run(bench)
    with bench.database.transaction() as rows:
        rows.ledger.checkpoint(killed.id, "committed", {"commit": "c" * 40})
    bench.clock()
    again = run(bench, {"plan": None, "branch": "main"})  # the order of the keys says nothing
    assert (again.id, again.started_at, again.attempt) == (killed.id, killed.started_at, 1)
    assert again.checkpoint == {"commit": "c" * 40}
    with bench.database.transaction() as rows:
        assert [event.name for event in rows.ledger.operation_events(killed.id)] == ["committed", "resumed"]
    assert stand(bench) == [("deploy", 1, "open", "")]


@pytest.mark.parametrize("state", [OperationState.DONE, OperationState.FAILED, OperationState.REFUSED])
def test_the_same_inputs_after_an_end_are_a_new_attempt_with_an_id_of_its_own(bench: Bench, state):
    first = run(bench)
    end(bench, first, state)
    second = run(bench)
    assert second.attempt == 2
    assert second.id == operation_id("deploy", TARGET, inputs_digest(MAIN), 2) != first.id
    assert second.started_at > first.started_at
    assert stand(bench) == [("deploy", 1, str(state), ""), ("deploy", 2, "open", "")]


@pytest.mark.parametrize(
    ("inputs", "kind"), [(OTHER, OperationKind.DEPLOY), (MAIN, OperationKind.STUDENT_TEMPLATE)]
)
def test_other_inputs_or_another_kind_abandon_what_is_open(bench: Bench, inputs, kind):
    killed = run(bench)
    taking_over = run(bench, inputs, kind)
    assert taking_over.id != killed.id
    assert stand(bench) == [
        ("deploy", 1, "abandoned", "a later run took over"),
        (str(kind), 1, "open", ""),
    ]
    end(bench, taking_over)
    assert run(bench).attempt == 2


def test_never_are_two_open_on_one_target_and_targets_do_not_mind_each_other(bench: Bench):
    for inputs in (MAIN, OTHER, MAIN, MAIN, OTHER):
        run(bench, inputs)
        run(bench, inputs, target="another")
    counted = bench.query(
        "SELECT target, count(*) FROM operation WHERE state = 'open' GROUP BY target ORDER BY 1"
    )
    assert counted == [("another", 1), (TARGET, 1)]


def test_a_sync_that_finds_nothing_to_do_closes_what_a_killed_one_left_open(
    tmp_path: Path, database_url: str
):
    made = bench_with_repositories(tmp_path, database_url, example("hello"))
    target = f"file://{made.examples}"
    left = run(made, {"tag": "v0.9", "commit": "c" * 40}, OperationKind.SYNC, target)
    assert {str(one.status) for one in made.sync("v1.0").examples} == {"unchanged"}
    with made.database.transaction() as rows:
        assert rows.ledger.open_operation(target) is None
        ended = rows.ledger.operation(left.id)
    assert ended is not None
    assert (ended.state, ended.message) == (OperationState.ABANDONED, "nothing was left to do")
    made.close()
