from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection
from importlib import import_module

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from procrastinate.schema import SchemaManager
from sqlalchemy import create_engine
from tests.builders.every_table import fill
from tests.builders.postgres import PostgresServer
from tests.builders.rows import NOW, a_course, a_repository, a_version, an_example, save_contents, save_course
from tests.builders.waiting import PATIENCE

from courseline.adapters.database.connection import engine_url
from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.database.revision import REVISION
from courseline.adapters.database.schema import METADATA
from courseline.adapters.database.upgrade import Revisions, current, downgrade, revisions, upgrade
from courseline.domain.ledger.history import verify_chain
from courseline.domain.ledger.operation import OperationKind
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.usecases.students.rows import Exposure

TABLES = {
    "organization", "course_family", "course", "course_content_kind", "course_content_type", "course_content",
    "example_repository", "example", "example_version", "example_version_file", "example_version_tag",
    "example_dependency", "course_content_deployment", "deployment_history", "operation", "operation_event", "plan",
    "actor", "template_exposure", "example_repository_url", "course_example_repository", "webhook_delivery", "credential",
}  # fmt: skip
LATER = {"course_watch", "course_merge_request", "course_pipeline", "reconcile_mark", "work_order"}
"""Tables that came after revision 0003."""
COLUMNS_LATER = "{view,view_rules,assignments_project_id}"
"""Columns that came into these tables after revision 0003."""
RESHAPED = {"template_exposure"}
"""Tables whose rows say the same in other columns since revision 0010."""
GIVEN = """
    SELECT course_content_id, file ->> 0, file ->> 1, file ->> 2, example_version_id, operation_id, exposed_at
    FROM template_exposure, json_array_elements(files) AS file
"""
GIVEN_BEFORE = """
    SELECT course_content_id, path, git_oid, rule, example_version_id, operation_id, exposed_at FROM template_exposure
"""


def dump(url: str, *queries: str) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        return [sorted(connection.execute(query).fetchall(), key=str) for query in queries]


def rows_of(url: str, tables: Collection[str] = TABLES) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(url) as connection:
        return {
            table: sorted(
                connection.execute(
                    psycopg.sql.SQL("SELECT (to_jsonb(t) - {}::text[])::text FROM {} t").format(
                        COLUMNS_LATER, psycopg.sql.Identifier(table)
                    )
                ).fetchall()
            )
            for table in tables
        }


def test_the_tables_have_the_names_that_are_fixed():
    assert set(METADATA.tables) == TABLES | LATER


def test_the_program_works_with_the_last_revision():
    assert revisions()[-1] == REVISION
    assert revisions() == sorted(revisions())


def test_every_table_can_be_filled(database: PostgresDatabase):
    fill(database)
    assert {table for table, rows in rows_of(database.url, TABLES | LATER).items() if not rows} == set()


def test_what_lies_above_a_revision_goes_and_comes_back_and_the_rest_keeps_its_rows(
    database: PostgresDatabase,
):
    fill(database)
    before, given = rows_of(database.url), dump(database.url, GIVEN)
    downgrade(database.url, "0003")
    assert rows_of(database.url, TABLES - RESHAPED) == {
        table: rows for table, rows in before.items() if table not in RESHAPED
    }
    assert dump(database.url, GIVEN_BEFORE) == given
    upgrade(database.url)
    assert rows_of(database.url) == before
    with database.transaction() as rows:
        head, broken = verify_chain(a_course().id, rows.ledger.history(a_course().id))
    assert (head.seq, broken) == (1, None)


def test_what_a_killed_template_was_about_to_give_is_found_after_the_upgrade_and_after_the_way_back(
    database: PostgresDatabase,
):
    with database.transaction() as rows:
        course = save_course(rows)
        (place,) = save_contents(rows, course, "a")
        version = a_version(an_example(a_repository(), "hello"), "one")
        run = rows.ledger.start_operation(
            OperationKind.STUDENT_TEMPLATE, course.template_identity, {}, NOW, course.id
        )
        rows.ledger.checkpoint(run.id, "built", {"commit": "c" * 40, "new_files": 2})
        given = Exposure(place.id, version.id, (("a/größe.py", "1" * 40, "3-cut"), ("a/b", "2" * 40, "2")))
        rows.ledger.keep_given(run.id, [given], {"rules": ""})
        assert rows.ledger.exposures(course.id) == []
    downgrade(database.url, "0009")
    checkpoint = dump(database.url, "SELECT checkpoint FROM operation")
    exposures = {
        str(place.id): [
            ["a/größe.py", "1" * 40, "3-cut", str(version.id)],
            ["a/b", "2" * 40, "2", str(version.id)],
        ]
    }
    assert checkpoint == [[({"commit": "c" * 40, "exposures": exposures},)]]
    upgrade(database.url)
    assert dump(database.url, "SELECT checkpoint FROM operation") == [
        [({"commit": "c" * 40, "new_files": 2},)]
    ]
    events = "SELECT facts FROM operation_event WHERE name = 'given'"
    assert dump(database.url, events) == [
        [([[str(place.id), str(version.id), [list(file) for file in given.files]]],)]
    ]


def test_down_to_the_base_and_up_again_on_filled_tables_gives_the_same_schema(database: PostgresDatabase):
    fill(database)
    before = schema_of(database.url)
    for revision in [*reversed(revisions()[:-1]), "base"]:
        downgrade(database.url, revision)
    assert current(database.url) == Revisions(None, REVISION)
    assert dump(database.url, "SELECT relname FROM pg_stat_user_tables") == [[("alembic_version",)]]
    for revision in revisions():
        assert upgrade(database.url, revision).current == revision
    assert schema_of(database.url) == before
    database.close()
    again = PostgresDatabase(database.url)
    fill(again)
    again.close()


def schema_of(url: str) -> list[list[tuple[object, ...]]]:
    return dump(
        url,
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN"
        " ('c', 'f', 'p', 'u') AND connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
        "SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang ="
        " (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')",
    )


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether a table is described by our METADATA; the queue's are procrastinate's."""
    del parents
    return kind != "table" or not (name or "").startswith("procrastinate_")


def test_the_queue_s_tables_are_those_of_the_release_that_the_migration_was_written_for() -> None:
    revision = import_module("courseline.adapters.database.migrations.versions.r0005_queue")
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest() == revision.SCHEMA_SHA256


def test_the_tables_of_the_program_are_those_of_the_migrations(postgres: PostgresServer, database_url: str):
    engine = create_engine(engine_url(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    # The comparison above passes over checks and the conditions of indexes; PostgreSQL's own words for them do not.
    with postgres.fresh("template0") as url:
        engine = create_engine(engine_url(url))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE EXTENSION ltree")
            METADATA.create_all(connection)
        engine.dispose()
        assert schema_of(url)[:3] == [
            [row for row in found if not str(row[0]).startswith("procrastinate_")]
            for found in schema_of(database_url)[:3]
        ]


def test_two_upgrades_at_once_take_turns(postgres: PostgresServer):
    with postgres.fresh("template0") as url:
        ends: list[str | None] = []
        running = [threading.Thread(target=lambda: ends.append(upgrade(url).current)) for _ in range(3)]
        for one in running:
            one.start()
        for one in running:
            one.join(PATIENCE)
        assert ends == [REVISION] * 3


def test_a_step_that_cannot_get_its_table_gives_up_and_the_steps_before_it_are_kept(
    database: PostgresDatabase,
):
    with psycopg.connect(database.url) as busy:
        busy.execute("LOCK TABLE plan IN ACCESS SHARE MODE")
        with pytest.raises(NeighbourFailed, match="canceling statement due to lock timeout"):
            downgrade(database.url, "0002", step_seconds=0.2)
    assert current(database.url).current == "0003"
    assert downgrade(database.url, "0002").current == "0002"


def test_a_revision_that_does_not_exist_is_answered_with_those_that_do(database_url: str):
    with pytest.raises(InvalidInput, match=r"revisions are 0001, 0002, 0003, 0004.*`courseline db current`"):
        upgrade(database_url, "0815")
    with pytest.raises(InvalidInput, match="0815"):
        downgrade(database_url, "0815")


def test_a_database_that_is_away_is_a_failed_neighbour():
    with pytest.raises(NeighbourFailed, match=r"Reaching the database db at 127.0.0.1:1"):
        upgrade("postgresql://127.0.0.1:1/db")


def test_a_user_who_may_not_make_tables_is_told_so(database_url: str):
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS visitor")
        admin.execute("CREATE ROLE visitor LOGIN")
        admin.execute("GRANT ALL ON alembic_version TO visitor")
    with pytest.raises(NeighbourFailed, match="must be owner"):
        downgrade(database_url.replace("postgres@", "visitor@"), "0003")
