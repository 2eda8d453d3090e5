from __future__ import annotations

import subprocess
import sys
import threading

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.builders.postgres import PostgresServer
from tests.builders.rows import a_course, save_course
from tests.builders.waiting import PATIENCE

from courseline.adapters.database.connection import conninfo, engine_url, shown
from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.revision import REVISION
from courseline.adapters.database.upgrade import downgrade
from courseline.errors import InvalidInput, NeighbourFailed

ODD = "a%2Bb%20c+d%2F%27%40"  # a password with every letter that a URL writes otherwise


def ask(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        rows.courses.all()


def test_a_transaction_commits_at_its_end_and_rolls_back_on_an_exception(database: PostgresDatabase):
    with database.transaction() as rows:
        save_course(rows)

    def interrupted() -> None:
        with database.transaction() as rows:
            save_course(rows, a_course("python-102"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with database.transaction() as rows:
        assert [course.path for course in rows.courses.all()] == ["python-101"]


def test_a_database_without_tables_names_the_command_that_makes_them(postgres: PostgresServer):
    with postgres.fresh("template0") as url:
        database = PostgresDatabase(url)
        with pytest.raises(NeighbourFailed, match=r"has no tables of courseline.*`courseline db upgrade`"):
            ask(database)
        database.close()


def test_an_older_database_names_the_command_and_a_newer_one_does_not(database: PostgresDatabase):
    downgrade(database.url, "0003")
    with pytest.raises(
        NeighbourFailed, match=f"is at revision 0003.*works with {REVISION}.*`courseline db upgrade`"
    ):
        ask(database)
    with psycopg.connect(database.url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NeighbourFailed, match=r"is at revision 9999.*Install the courseline that made it"):
        ask(database)


def test_the_embedded_one_brings_itself_to_the_right_revision_also_when_two_start_at_once(
    postgres: PostgresServer,
):
    with postgres.fresh("template0") as url:
        faults: list[BaseException] = []

        def start() -> None:
            database = PostgresDatabase(url, migrates_itself=True)
            try:
                ask(database)
            except BaseException as fault:
                faults.append(fault)
                raise
            finally:
                database.close()

        starting = [threading.Thread(target=start) for _ in range(3)]
        for one in starting:
            one.start()
        for one in starting:
            one.join(PATIENCE)
        assert faults == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret-word@127.0.0.1:1/db",
        "postgres://me:secret-word@localhost:1/db",
        "postgresql://me:secret-word@/db?host=/nowhere",
    ],
)
def test_a_database_that_is_away_is_named_without_its_password(url: str):
    database = PostgresDatabase(url)
    with pytest.raises(NeighbourFailed) as failure:
        ask(database)
    assert failure.value.message.startswith(f"Reaching the database {shown(url)}: ")
    assert "secret-word" not in failure.value.message


def test_a_server_that_went_away_in_the_middle_is_a_failed_neighbour_and_the_next_transaction_works(
    database: PostgresDatabase,
):
    def cut() -> None:
        with database.transaction() as rows, psycopg.connect(database.url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            rows.courses.all()

    with pytest.raises(NeighbourFailed, match="Reaching the database"):
        cut()
    ask(database)


def test_a_user_without_rights_is_told_so(database: PostgresDatabase):
    with psycopg.connect(database.url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS guest")
        admin.execute("CREATE ROLE guest LOGIN")
        admin.execute("GRANT SELECT ON alembic_version TO guest")
    guest = PostgresDatabase(database.url.replace("postgres@", "guest@"))
    with pytest.raises(NeighbourFailed, match="permission denied for table"):
        ask(guest)
    guest.close()


def test_what_is_no_url_is_told_as_a_setting_to_mend():
    with pytest.raises(InvalidInput, match="COURSELINE_DATABASE_URL"):
        engine_url("not a url")


def test_what_the_url_says_comes_before_our_defaults():
    query = engine_url("postgresql://h/db?connect_timeout=3&application_name=mine").query
    assert (query["connect_timeout"], query["application_name"]) == ("3", "mine")
    assert query["keepalives_idle"] == "30"


def test_psycopg_reads_what_sqlalchemy_reads():
    parts = conninfo_to_dict(conninfo(f"postgresql://me:{ODD}@[::1]:5433/d%C3%BC?sslmode=require"))
    assert parts["password"] == engine_url(f"postgresql://me:{ODD}@[::1]:5433/d").password
    assert (parts["host"], parts["port"], parts["dbname"], parts["sslmode"]) == (
        "::1",
        "5433",
        "dü",
        "require",
    )
    assert parts["options"] == engine_url("postgresql://h/d").query["options"]


def test_opening_the_database_does_not_load_alembic(database_url: str):
    code = (
        "import sys; from courseline.adapters.database.database import PostgresDatabase as D\n"
        "with D(sys.argv[1]).transaction() as rows: rows.courses.all()\n"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, database_url], check=True)
