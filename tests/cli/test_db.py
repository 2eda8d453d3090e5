from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.builders.postgres import PostgresServer, temporary_home

from courseline.adapters.database.revision import REVISION


def courseline(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURSELINE_", "CI_"))}
    return subprocess.run(
        [sys.executable, "-m", "courseline.cli.main", *arguments],
        env={**kept, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def answered(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert document["exit"] == done.returncode
    return document


@pytest.fixture
def empty(postgres: PostgresServer):
    with postgres.fresh("template0") as url:
        yield url


def test_upgrade_current_and_downgrade_tell_where_the_database_stands(empty: str):
    def standing(*arguments: str) -> object:
        return answered(courseline("db", *arguments, "--json", COURSELINE_DATABASE_URL=empty))["current"]

    assert standing("current") is None
    assert standing("upgrade", "0002") == "0002"
    assert standing("upgrade") == REVISION
    assert standing("downgrade", "0003") == "0003"
    done = courseline("db", "current", COURSELINE_DATABASE_URL=empty)
    assert done.stdout == f"The database is at revision 0003; this release works with {REVISION}.\n"


def test_a_command_on_a_database_without_tables_ends_3_and_names_the_cure(empty: str):
    document = answered(courseline("history", "verify", "--json", COURSELINE_DATABASE_URL=empty))
    assert document["exit"] == 3
    assert "`courseline db upgrade`" in document["error"]["message"]
    assert (document["sound"], document["chains"], document["witness"]) == (False, [], None)


def test_the_embedded_server_is_started_and_migrated_by_itself_and_stopped_by_command():
    with temporary_home() as home:
        settings = {"COURSELINE_HOME": str(home)}
        verified = answered(courseline("history", "verify", "--json", **settings))
        assert (verified["exit"], verified["sound"], verified["chains"]) == (0, True, [])
        assert answered(courseline("db", "current", "--json", **settings))["current"] == REVISION
        assert answered(courseline("db", "stop", "--json", **settings))["stopped"] is True
        assert courseline("db", "stop", **settings).stdout == "It was not running.\n"


def test_a_database_given_by_url_is_not_stopped(empty: str):
    document = answered(courseline("db", "stop", "--json", COURSELINE_DATABASE_URL=empty))
    assert document["exit"] == 1
    assert "a server that courseline did not start" in document["error"]["message"]


def test_a_revision_that_does_not_exist_is_an_error_of_the_caller(empty: str):
    document = answered(courseline("db", "upgrade", "0815", "--json", COURSELINE_DATABASE_URL=empty))
    assert document["error"]["kind"] == "invalid_input"


def test_a_broken_history_ends_1_and_is_told_in_words_and_as_json(database_url: str, tmp_path: Path):
    import psycopg
    from tests.builders.every_table import fill

    from courseline.adapters.database.database import PostgresDatabase

    database = PostgresDatabase(database_url)
    fill(database)
    database.close()
    settings = {"COURSELINE_DATABASE_URL": database_url, "COURSELINE_HOME": str(tmp_path)}
    sound = courseline("history", "verify", **settings)
    assert sound.returncode == 0
    assert "course uni/python/python-101: holds, 1 rows" in sound.stdout
    with psycopg.connect(database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE deployment_history SET reason = 'nicer' WHERE course_id IS NOT NULL")
    broken = courseline("history", "verify", "--course", "python-101", **settings)
    assert broken.returncode == 1
    assert "does not hold: row 1 was changed" in broken.stdout
    document = answered(courseline("history", "verify", "--json", **settings))
    assert document["sound"] is False
    assert [chain["break"] is None for chain in document["chains"]] == [False, True]
