"""P10: tampering with the history shows, at the row that was changed, also when it was done by a superuser."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Json
from tests.builders.command_line import courseline
from tests.builders.courses import Bench, bench, example, place
from tests.builders.outputs import job_environment
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git

from courseline.domain.deploying.commit_message import HISTORY
from courseline.domain.ledger.history import Action
from courseline.errors import errors_among
from courseline.usecases.ledger.verify_history import HistoryReport, VerifyHistory, verify_history

OWNERS = {"chain", "course_id", "example_repository_id"}
"""Columns that say whose chain it is; a constraint ties them together, so that none can change alone."""
TIED = (psycopg.errors.CheckViolation, psycopg.errors.NotNullViolation)


@dataclass
class Tampered:
    """A course with a history, and a superuser whom no trigger stops.

    Attributes:
        course: deployed several times.
        admin: a connection with triggers switched off.
        chain: the course's id.
        rows: its history as it was written.
        witnessed: last row that the last deploy commit tells of.
    """

    course: Bench
    admin: psycopg.Connection[dict[str, Any]]
    chain: UUID
    rows: list[dict[str, Any]]
    witnessed: int

    def change(self, seq: int, column: str, value: object) -> None:
        statement = sql.SQL("UPDATE deployment_history SET {} = %s WHERE chain = %s AND seq = %s")
        held = Json(value) if column == "details" else value
        self.admin.execute(statement.format(sql.Identifier(column)), (held, self.chain, seq))

    def cut(self, seq: int) -> None:
        self.admin.execute("DELETE FROM deployment_history WHERE chain = %s AND seq >= %s", (self.chain, seq))

    def restore(self) -> None:
        self.admin.execute("DELETE FROM deployment_history WHERE chain = %s", (self.chain,))
        self.admin.execute("INSERT INTO deployment_history SELECT * FROM kept")

    def verify(self) -> HistoryReport:
        return verify_history(VerifyHistory(repository_url=self.course.url), self.course.neighbours)

    def told(self) -> tuple[int, dict[str, Any]]:
        """Exit code and answer of `courseline history verify --repository`."""
        environment = job_environment(self.course.root, self.course.database_url)
        done = courseline(
            "history", "verify", "--repository", self.course.url, "--json", settings=environment
        )
        return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def tampered(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tampered]:
    with postgres.fresh() as url:
        course = bench(tmp_path_factory.mktemp("tampered"), url)
        live(course)
        with psycopg.connect(url, autocommit=True, row_factory=psycopg.rows.dict_row) as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute("CREATE TABLE kept AS SELECT * FROM deployment_history WHERE course_id IS NOT NULL")
            rows = admin.execute("SELECT * FROM kept ORDER BY seq").fetchall()
            last = git(course.assignments, "log", "-1", "--format=%H", f"--grep={HISTORY}", "main")
            witnessed = max(row["seq"] for row in rows if row["details"].get("commit") == last)
            yield Tampered(course, admin, rows[0]["chain"], rows, witnessed)
        course.close()


def live(course: Bench) -> None:
    """Six deploys with every kind of step, and one that comes to nothing and leaves a row behind the last commit."""
    names = ("a", "b", "c", "d", "e")
    for number in range(3):
        changed = {path: text for name in names for path, text in example(name, f"text {number}").items()}
        course.publish(changed, f"v1.{number}")
    for number in range(3):
        course.wish("".join(place(f"w.{name}", name, f"v1.{number}") for name in names))
        course.deploy()
    course.wish(
        "".join(place(f"w.{name}", name, "v1.2") for name in names[2:])
        + place("x.a", "a", "v1.1", movedFrom="w.a")
    )
    course.deploy()
    course.wish("".join(place(f"w.{name}", name, "v1.2") for name in names[3:]) + place("x.a", "a", "v1.1"))
    course.deploy()
    course.publish({**example("f"), **example("g", "other")}, "v1.3")
    course.wish(
        "".join(place(f"w.{name}", name, "v1.2") for name in names[4:])
        + place("x.a", "a", "v1.1")
        + place("x.f", "f", "v1.3")
    )
    course.deploy()
    course.wish(
        "".join(place(f"w.{name}", name, "v1.2") for name in names[4:])
        + place("x.a", "a", "v1.1")
        + place("x.f", "f", "v1.3")
        + place("x.g", "g", "v1.3")
    )
    for stored in list(course.store.list("")):
        if stored.key.endswith("main.py"):
            course.store.delete(stored.key)
    assert course.deploy().commit is None


def other(draw: random.Random, row: dict[str, Any], column: str, rows: list[dict[str, Any]]) -> object:
    """A value that the column can hold and that is not the row's."""
    value = row[column]
    elsewhere = [one[column] for one in rows if one[column] != value]
    match column:
        case "seq":
            choices = [len(rows) + draw.randint(1, 1000)]
        case "hash_version":
            choices = [0, 2, 7]
        case "action":
            choices = [str(action) for action in Action if action != value]
        case "created_at":
            assert isinstance(value, datetime)
            choices = [value + timedelta(microseconds=moved) for moved in (-1, 1, 10**6, -(10**9))]
        case "details":
            choices = [details(draw, dict(value))]
        case "hash" | "previous_hash":
            choices = [*elsewhere, value[:-1] + ("0" if value[-1] != "0" else "1")]
        case "course_content_id" | "example_version_id" | "previous_example_version_id" | "workflow_id":
            choices = [*elsewhere, UUID(int=draw.getrandbits(128))]
        case _:
            empty = {"", None} if column == "version_tag" else {""}
            choices = [*elsewhere, f"{value or ''} ", f"{value or ''}x", *sorted(empty - {value}, key=repr)]
    return draw.choice(choices)


def details(draw: random.Random, value: dict[str, Any]) -> dict[str, Any]:
    kind = draw.choice(["add", "drop", "change"]) if value else "add"
    if kind == "add":
        return value | {draw.choice(["note", "commits", ""]): draw.choice([None, 0, "", [], {}])}
    key = draw.choice(sorted(value))
    if kind == "drop":
        return {name: held for name, held in value.items() if name != key}
    return value | {key: draw.choice([one for one in (None, "", 1, [value[key]]) if one != value[key]])}


def test_the_history_as_it_was_written_is_sound(tampered: Tampered) -> None:
    report = tampered.verify()
    assert report.sound, report
    assert {row["action"] for row in tampered.rows} >= {
        "registered",
        "deployed",
        "moved",
        "removed",
        "failed",
    }
    assert tampered.witnessed == len(tampered.rows) - 1
    assert tampered.told()[0] == 0


@pytest.mark.parametrize("column", sorted(OWNERS))
def test_a_row_cannot_be_given_to_another_chain_by_one_field(tampered: Tampered, column: str) -> None:
    for value in (UUID(int=5), None):
        if tampered.rows[0][column] != value:
            with pytest.raises(TIED):
                tampered.change(1, column, value)


def test_every_change_of_a_single_field_is_found_at_its_row(
    tampered: Tampered, request: pytest.FixtureRequest
) -> None:
    draw = random.Random(10)
    columns = sorted(tampered.rows[0].keys() - OWNERS)
    for number in range(1000 if request.config.getoption("--full") else 2 * len(columns)):
        row, column = draw.choice(tampered.rows), columns[number % len(columns)]
        value = other(draw, row, column, tampered.rows)
        tampered.change(row["seq"], column, value)
        if number % 50 == 7:
            code, output = tampered.told()
            found = (code, output["sound"], output["chains"][0]["break"]["seq"])
        else:
            report = tampered.verify()
            broken = report.chains[0].broken
            found = (1, report.sound, broken.seq if broken is not None else None)
        assert found == (1, False, row["seq"]), f"{column}: {row[column]!r} became {value!r}"
        tampered.restore()
    assert tampered.verify().sound


def test_every_tail_that_is_cut_at_or_before_the_last_commits_rows_is_found(
    tampered: Tampered, request: pytest.FixtureRequest
) -> None:
    draw = random.Random(11)
    full = request.config.getoption("--full")
    last_rows = [
        row["seq"]
        for row in tampered.rows
        if row["details"].get("commit") == tampered.rows[tampered.witnessed - 1]["details"]["commit"]
    ]
    assert len(last_rows) > 1
    cuts = [*last_rows, *(draw.randint(1, tampered.witnessed) for _ in range(200 if full else 6))]
    for number, seq in enumerate(cuts):
        tampered.cut(seq)
        report = tampered.verify()
        assert report.witness is not None
        told = errors_among(report.witness.problems)
        assert (report.sound, report.chains[0].head.seq, bool(told)) == (False, seq - 1, True), seq
        if number % 50 == 0:
            code, output = tampered.told()
            assert (code, output["sound"], output["chains"][0]["rows"]) == (1, False, seq - 1)
        tampered.restore()
    assert tampered.verify().sound


def test_rows_behind_the_last_commit_have_no_witness_and_verify_says_from_where_on(
    tampered: Tampered,
) -> None:
    """The honest limit: nobody outside of the database knows of them yet."""
    tampered.cut(tampered.witnessed + 1)
    report = tampered.verify()
    tampered.restore()
    assert report.sound
    whole = tampered.verify().witness
    assert whole is not None
    assert whole.unwitnessed_from is not None
    assert whole.unwitnessed_from <= tampered.witnessed + 1
