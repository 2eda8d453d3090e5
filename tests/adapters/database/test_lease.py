from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from tests.builders.waiting import PATIENCE, until_somebody_waits

from courseline.adapters.database.database import PostgresDatabase
from courseline.errors import NeighbourFailed

TARGET = "git.example.org/uni/python-101-assignments"
HOLDER = "courseline-student-template, process 12345 on runner-7f3a.gitlab-runner.svc.cluster.example.org (job größe)"

HOLD = """
import sys
from courseline.adapters.database.database import PostgresDatabase
with PostgresDatabase(sys.argv[1]).lease(sys.argv[2], wait=0, holder="the killed one"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_waits_and_then_names_the_holder(database: PostgresDatabase):
    with database.lease(TARGET, wait=0, holder=HOLDER):
        began = time.monotonic()
        with pytest.raises(NeighbourFailed) as failure, database.lease(TARGET, wait=0.4, holder="second"):
            pass
        waited = time.monotonic() - began
    assert waited > 0.35  # the server's clock and ours may differ a little
    assert f"Waiting 0.4 s to write to {TARGET}: {HOLDER} is writing to it." in failure.value.message
    assert failure.value.exit_code == 3


def test_without_waiting_the_answer_comes_at_once(database: PostgresDatabase):
    odd = 'it\'s "odd" \\ */ --; 100% {}'
    with (
        database.lease(TARGET, wait=0, holder=odd),
        pytest.raises(NeighbourFailed, match=r'it`s "odd" / \*/ --; 100% \{\} is writing to it'),
    ):
        database.lease(TARGET, wait=0, holder="second").__enter__()


def test_who_waits_gets_it_as_soon_as_it_is_free(database: PostgresDatabase):
    got: list[str] = []

    def wait() -> None:
        with database.lease(TARGET, wait=PATIENCE, holder="second"):
            got.append("second")
            with pytest.raises(NeighbourFailed, match="second is writing"):
                database.lease(TARGET, wait=0, holder="third").__enter__()

    with database.lease(TARGET, wait=0, holder="first"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        until_somebody_waits(database.url)
        assert got == []
    waiting.join(PATIENCE)
    assert got == ["second"]


def test_each_target_has_a_lease_of_its_own(database: PostgresDatabase):
    with database.lease(TARGET, wait=0, holder="first"), database.lease("another", wait=0, holder="first"):
        pass


def test_an_exception_frees_the_lease(database: PostgresDatabase):
    with pytest.raises(ZeroDivisionError), database.lease(TARGET, wait=0, holder="first"):
        _ = 1 / 0
    with database.lease(TARGET, wait=0, holder="second"):
        pass


def test_the_lease_of_a_killed_process_is_free(database: PostgresDatabase):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, database.url, TARGET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    with holder, holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NeighbourFailed, match="the killed one is writing to it"):
            database.lease(TARGET, wait=0, holder="second").__enter__()
        holder.send_signal(signal.SIGKILL)
        with database.lease(TARGET, wait=PATIENCE, holder="second"):
            pass


COMMIT = """
import sys
from sqlalchemy import text
from courseline.adapters.database.database import PostgresDatabase
database = PostgresDatabase(sys.argv[1])
with database.lease(sys.argv[2], wait=0, holder="the killed one"), database.transaction() as rows:
    connection = rows.ledger.append.__self__._connection
    connection.exec_driver_sql("INSERT INTO actor (actor, name) VALUES ('local:ada', 'Ada')")
    for statement in (
        "CREATE TEMPORARY TABLE slow (x int)",
        "CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " EXECUTE FUNCTION pg_temp.slow()",
        "INSERT INTO slow VALUES (1)",
    ):
        connection.exec_driver_sql(statement)
"""
"""A commit that the server does not end before it gets a lock, which the test holds."""


def test_what_a_killed_holder_was_committing_is_there_for_who_takes_over(database: PostgresDatabase):
    found: list[tuple[str, ...]] = []

    def take_over() -> None:
        with (
            database.lease(TARGET, wait=PATIENCE, holder="second"),
            psycopg.connect(database.url) as connection,
        ):
            found.extend(connection.execute("SELECT name FROM actor").fetchall())

    with psycopg.connect(database.url, autocommit=True) as gate:
        gate.execute("SELECT pg_advisory_lock(1)")
        with subprocess.Popen([sys.executable, "-c", COMMIT, database.url, TARGET]) as holder:
            until_somebody_waits(database.url, holder)
            holder.send_signal(signal.SIGKILL)
        next_one = threading.Thread(target=take_over)
        next_one.start()
        until_somebody_waits(database.url, many=2)
        assert found == []
    next_one.join(PATIENCE)
    assert found == [("Ada",)]


def test_a_lease_is_free_when_the_server_cut_the_connection(database: PostgresDatabase):
    with database.lease(TARGET, wait=0, holder="first"):
        with psycopg.connect(database.url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        with database.lease(TARGET, wait=PATIENCE, holder="second"):
            pass


def test_a_database_that_is_away_is_named(database: PostgresDatabase):
    gone = PostgresDatabase("postgresql://me:secret-word@127.0.0.1:1/nothing")
    with pytest.raises(NeighbourFailed, match=r"nothing at 127.0.0.1:1") as failure:
        gone.lease(TARGET, wait=0, holder="first").__enter__()
    assert "secret-word" not in failure.value.message
