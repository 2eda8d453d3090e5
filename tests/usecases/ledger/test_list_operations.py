"""What the list of operations and one operation show, from the real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.builders.courses import START, Bench
from tests.builders.rows import a_course, a_repository, save_course

from courseline.domain.ledger.operation import Operation, OperationKind, OperationState
from courseline.errors import InvalidInput, NotFound
from courseline.usecases.ledger.list_operations import ListOperations, list_operations, show_operation
from courseline.usecases.ledger.open_operation import open_operation

COURSE = a_course("python-101")
OTHER = a_course("python-102")
EXAMPLES = a_repository(identity="gitlab.example.org#17", urls=["git.example.org/uni/examples"])


@dataclass
class Ledger:
    """A deploy and a template of one course, an open deploy of another, a sync; oldest first."""

    bench: Bench
    made: list[Operation] = field(default_factory=list)

    def start(self, kind: OperationKind, target: str, course_id=None, **inputs: object) -> Operation:
        with self.bench.database.transaction() as rows:
            self.made.append(open_operation(kind, target, inputs, course_id, self.bench.neighbours, rows))
        return self.made[-1]

    def end(self, operation: Operation, state: OperationState, message: str = "") -> None:
        with self.bench.database.transaction() as rows:
            rows.ledger.end_operation(operation.id, state, self.bench.clock(), message)

    def listed(self, **asked) -> list[tuple[str, str]]:
        found = list_operations(ListOperations(**asked), self.bench.neighbours)
        return [(str(one.operation.kind), str(one.operation.state)) for one in found.operations]


@pytest.fixture
def ledger(tmp_path: Path, database_url: str) -> Iterator[Ledger]:
    made = Ledger(Bench(tmp_path, database_url))
    with made.bench.database.transaction() as rows:
        save_course(rows, COURSE)
        save_course(rows, OTHER)
        rows.library.add_repository(EXAMPLES)
    made.end(made.start(OperationKind.SYNC, EXAMPLES.identity, tag="v1.0"), OperationState.DONE)
    made.end(
        made.start(OperationKind.DEPLOY, COURSE.assignments_identity, COURSE.id, branch="main"),
        OperationState.DONE,
    )
    made.end(
        made.start(OperationKind.STUDENT_TEMPLATE, COURSE.template_identity, COURSE.id, tree="a"),
        OperationState.REFUSED,
        "nothing was pushed",
    )
    made.start(OperationKind.DEPLOY, OTHER.assignments_identity, OTHER.id, branch="main")
    yield made
    made.bench.close()


def test_all_come_newest_first(ledger: Ledger):
    assert ledger.listed() == [
        ("deploy", "open"),
        ("student-template", "refused"),
        ("deploy", "done"),
        ("sync", "done"),
    ]


def test_a_course_has_its_own_and_open_only_what_has_not_ended(ledger: Ledger):
    assert ledger.listed(course="python-101") == [("student-template", "refused"), ("deploy", "done")]
    assert ledger.listed(course="uni/python/python-102", open_only=True) == [("deploy", "open")]
    assert ledger.listed(open_only=True) == [("deploy", "open")]
    assert ledger.listed(course="python-101", open_only=True) == []
    with pytest.raises(NotFound, match="python-10"):
        ledger.listed(course="python-10")


def test_a_target_is_a_url_however_its_repository_is_known(ledger: Ledger):
    assert ledger.listed(target=COURSE.template_url) == [("student-template", "refused")]
    assert ledger.listed(target="https://git.example.org/uni/examples.git") == [("sync", "done")]
    assert ledger.listed(target="https://git.example.org/uni/unknown.git") == []


def test_a_limit_says_that_there_are_more(ledger: Ledger):
    found = list_operations(ListOperations(limit=2), ledger.bench.neighbours)
    assert (len(found.operations), found.more) == (2, True)
    assert not list_operations(ListOperations(limit=4), ledger.bench.neighbours).more


def test_what_was_resumed_and_what_was_abandoned_is_seen(ledger: Ledger):
    killed = ledger.made[-1]
    for _ in range(2):
        again = ledger.start(OperationKind.DEPLOY, OTHER.assignments_identity, OTHER.id, branch="main")
        assert again.id == killed.id
    ledger.start(OperationKind.DEPLOY, OTHER.assignments_identity, OTHER.id, branch="other")
    found = list_operations(ListOperations(course="python-102"), ledger.bench.neighbours).operations
    assert [(str(one.operation.state), one.resumed, one.operation.message) for one in found] == [
        ("open", 0, ""),
        ("abandoned", 2, "a later run took over"),
    ]
    shown = show_operation(str(killed.id), ledger.bench.neighbours)
    assert [(event.seq, event.name) for event in shown.events] == [
        (1, "resumed"),
        (2, "resumed"),
        (3, "abandoned"),
    ]


def test_one_operation_shows_its_checkpoints_with_times_and_facts(ledger: Ledger):
    operation = ledger.made[-1]
    with ledger.bench.database.transaction() as rows:
        rows.ledger.checkpoint(operation.id, "committed", {"commit": "c" * 40, "applied": [1, 2]})
    shown = show_operation(str(operation.id)[:8], ledger.bench.neighbours)
    assert shown.listed.operation.id == operation.id
    assert shown.listed.course == "uni/python/python-102"
    assert shown.listed.operation.checkpoint == {"commit": "c" * 40, "applied": [1, 2]}
    (event,) = shown.events
    assert (event.seq, event.name, event.facts) == (1, "committed", {"commit": "c" * 40, "applied": [1, 2]})
    assert event.created_at.utcoffset() == timedelta(0)
    assert shown.listed.operation.started_at > START


def test_any_unambiguous_beginning_of_an_id_will_do(ledger: Ledger):
    ids = [str(one.id) for one in ledger.made]
    for whole in ids:
        need = next(n for n in range(1, 37) if sum(one.startswith(whole[:n]) for one in ids) == 1)
        for prefix in (whole[:need], whole[:13], whole.upper(), whole.replace("-", "")):
            assert str(show_operation(prefix, ledger.bench.neighbours).listed.operation.id) == whole


def test_a_beginning_of_several_ids_names_them(ledger: Ledger):
    for number in range(17):  # two of 21 ids share their first digit
        target = f"git.example.org/target-{number}"
        ledger.end(ledger.start(OperationKind.SYNC, target, tag="v1"), OperationState.DONE)
    firsts = [str(one.id)[0] for one in ledger.made]
    shared = next(digit for digit in firsts if firsts.count(digit) > 1)
    with pytest.raises(NotFound, match=rf"ids begin with {shared}") as failure:
        show_operation(shared, ledger.bench.neighbours)
    assert all(problem.path.startswith(shared) for problem in failure.value.problems)
    assert any("sync on git.example.org/target-" in problem.message for problem in failure.value.problems)


def test_what_is_no_id_or_unknown_is_said(ledger: Ledger):
    with pytest.raises(InvalidInput, match="0-9 and a-f"):
        show_operation("deploy", ledger.bench.neighbours)
    for empty in ("", "-", "0" * 33):
        with pytest.raises(InvalidInput):
            show_operation(empty, ledger.bench.neighbours)
    with pytest.raises(NotFound, match="there is none"):
        show_operation("0" * 32, ledger.bench.neighbours)
