"""What the server plans for the questions of a plan, a status or a gate, on a library and a course of real size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text
from tests.builders.postgres import PostgresServer
from tests.builders.rows import a_course, a_repository, hex_of, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.usecases.rows import Rows

VERSIONS = [UUID(hashlib.md5(f"example-{n} 1".encode()).hexdigest()) for n in (1, 2)]  # noqa: S324 - as FILL does it
FILL = """
    INSERT INTO example (id, example_repository_id, identifier, directory, title)
        SELECT md5('example ' || n)::uuid, :repository, 'example-' || n, 'directory-' || n, ''
        FROM generate_series(1, 1000) AS n;
    INSERT INTO example_version (id, example_id, version_identifier, content_digest, meta, published_at)
        SELECT md5(identifier || ' ' || v)::uuid, id, md5(identifier || v) || '00000000',
            md5(identifier || v) || md5(identifier), '{}', now()
        FROM example, generate_series(1, 10) AS v;
    INSERT INTO example_version_tag (example_id, canonical, shown, example_version_id, directory, commit, tagged_at)
        SELECT id, v || '.0.0', 'v' || v, md5(identifier || ' ' || v)::uuid, directory, md5('') || '00000000', now()
        FROM example, generate_series(1, 10) AS v;
    INSERT INTO example_version_file (example_version_id, path, mode, size, sha256, git_oid, role)
        SELECT id, 'file-' || f, '100644', 1, md5(id::text || f) || md5(id::text), md5(id::text || f) || '00000000',
            (ARRAY['public', 'template', 'submission', 'test'])[f % 4 + 1]
        FROM example_version, generate_series(1, 8) AS f;
    INSERT INTO example_dependency (example_version_id, position, as_written, depends_id)
        SELECT id, 0, 'example-1', md5('example 1')::uuid FROM example_version;
    INSERT INTO course_content_type (id, course_id, course_content_kind_id, slug, title, position)
        VALUES (md5('type')::uuid, :course, 'assignment', 'assignment', '', 0);
    INSERT INTO course_content (id, course_id, course_content_type_id, path, first_path, title, position)
        SELECT md5('content ' || n)::uuid, :course, md5('type')::uuid, ('p' || n)::ltree, ('p' || n)::ltree, '', n
        FROM generate_series(1, 1000) AS n;
    INSERT INTO course_content_deployment (course_content_id, example_version_id, deployment_status)
        SELECT md5('content ' || n)::uuid, md5('example-' || n || ' 1')::uuid, 'deployed'
        FROM generate_series(1, 1000) AS n;
    INSERT INTO deployment_history (chain, seq, course_id, hash_version, action, path, actor, reason, details, created_at,
            previous_hash, hash, example_version_id)
        SELECT :course, n, :course, 1, 'deployed', 'p', '', '', '{}', now(), md5('') || md5(''), md5('') || md5(''),
            md5('example-' || n % 1000 || ' 2')::uuid
        FROM generate_series(1, 10000) AS n;
    INSERT INTO operation (id, kind, target, inputs, inputs_digest, attempt, state, started_at, ended_at)
        SELECT md5('operation ' || n)::uuid, 'deploy', 'target-' || n % 50, '{}', md5('') || md5(''), n, 'done', now(), now()
        FROM generate_series(1, 5000) AS n
"""


@pytest.fixture(scope="module")
def full(postgres: PostgresServer) -> Iterator[PostgresDatabase]:
    """Only read by the tests below."""
    with postgres.fresh() as url:
        database = PostgresDatabase(url)
        fill(database)
        yield database
        database.close()


def fill(database: PostgresDatabase) -> None:
    repository, course = a_repository(), a_course()
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        save_course(rows, course)
    with database._engine.begin() as connection:
        for statement in FILL.split(";"):
            connection.execute(text(statement), {"repository": repository.id, "course": course.id})
        connection.execute(text("ANALYZE"))


def plans_of(database: PostgresDatabase, work: Callable[[Rows], object]) -> list[str]:
    """The plan of each statement that `work` sends."""
    sent: list[tuple[str, object]] = []

    def watch(_connection, _cursor, statement, parameters, _context, _many) -> None:
        sent.append((statement, parameters))

    event.listen(database._engine, "before_cursor_execute", watch)
    with database.transaction() as rows:
        work(rows)
    event.remove(database._engine, "before_cursor_execute", watch)
    with database._engine.connect() as connection:
        return [plan_of(connection, statement, parameters) for statement, parameters in sent]


def plan_of(connection: Connection, statement: str, parameters: object) -> str:
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN {statement}", parameters)
    return "\n".join(line for (line,) in cursor.fetchall())


def some_oids(count: int) -> list[str]:
    return [hex_of(str(n)) for n in range(count)]


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("example_version_file", lambda rows: rows.ledger.hidden(a_course().id, some_oids(200))),
        ("example_version_file", lambda rows: rows.library.versions(VERSIONS)),
        ("example_dependency", lambda rows: rows.library.version_facts(VERSIONS)),
        ("example_version", lambda rows: rows.library.version_facts(VERSIONS)),
        ("example_version_tag", lambda rows: rows.library.labels([a_course().id])),
        ("example_version_tag", lambda rows: rows.library.labels_among([a_course().id], ["1.0.0"], VERSIONS)),
        ("example_version_tag", lambda rows: rows.library.seen(a_repository().id, some_oids(10))),
        ("example_version_tag", lambda rows: rows.library.find(["example-7", "directory-9", "x"], a_course().id)),
        ("example", lambda rows: rows.library.examples(VERSIONS)),
        ("example", lambda rows: rows.library.find(["examples:example-7", "examples:example-9"], a_course().id)),
        ("example_version", lambda rows: rows.library.version_by_tree(a_course().id, hex_of("tree"))),
        ("example_version", lambda rows: rows.library.seen(a_repository().id, some_oids(10))),
        ("deployment_history", lambda rows: rows.ledger.head(a_course().id)),
        ("deployment_history", lambda rows: list(rows.ledger.history(a_repository().id))),
        ("operation", lambda rows: rows.ledger.operations("target-1")),
        ("operation", lambda rows: rows.ledger.open_operation("target-1")),
    ],
)  # fmt: skip
def test_a_question_about_few_rows_reads_no_whole_table(full: PostgresDatabase, table: str, question):
    plans = [plan for plan in plans_of(full, question) if f" on {table} " in plan or f" {table} " in plan]
    assert plans
    assert [plan for plan in plans if f"Seq Scan on {table} " in plan] == []


def test_hidden_answers_for_a_whole_template_of_a_large_course(full: PostgresDatabase):
    with full._engine.connect() as connection:
        oids = list(connection.scalars(text("SELECT DISTINCT git_oid FROM example_version_file")))[:8000]
    with full.transaction() as rows:
        hidden = rows.ledger.hidden(a_course().id, oids)
    assert {one.git_oid for one in hidden} <= set(oids)
    assert {str(one.role) for one in hidden} == {"test", "submission"}


def test_a_path_and_what_lies_below_it_are_found_by_index(full: PostgresDatabase):
    with full._engine.connect() as connection:
        plan = plan_of(connection, "SELECT * FROM course_content WHERE path <@ 'p7'", None)
    assert "ix_course_content_path_gist" in plan


def test_the_adapter_sends_no_statement_per_example(full: PostgresDatabase):
    counts = []
    for identifiers in (1, 100):
        names = [f"example-{n}" for n in range(identifiers)]
        counts.append(len(plans_of(full, lambda rows, names=names: rows.library.find(names, a_course().id))))
    assert counts[0] == counts[1]
