"""A large course on a large library: planning it and telling how it stands reads through indexes only.

The course has 1,000 places; the library 10,000 versions of its examples and as many again that it does not use, as the
other courses of a university bring them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from tests.builders.postgres import PostgresServer
from tests.builders.template_course import TYPES, TemplateCourse

from courseline.usecases.course.course_status import course_status
from courseline.usecases.deploying.plan_assignments import PlanAssignments, plan_assignments

PLACES = 1000
LARGE = (
    "example", "example_version", "example_version_tag", "example_version_file", "example_dependency",
    "course_content", "course_content_deployment", "deployment_history", "operation", "template_exposure",
)  # fmt: skip

FILL = """
    INSERT INTO example_repository (id, identity, name, organization_id, visibility)
        SELECT md5('repository ' || r)::uuid, 'git.example.org/repository-' || r, 'repository-' || r, organization.id, 'private'
        FROM organization, generate_series(0, 20) AS r;
    INSERT INTO example (id, example_repository_id, identifier, directory, title)
        SELECT md5('example ' || r || ' ' || n)::uuid, md5('repository ' || r)::uuid, 'e' || r || '-' || n, 'd' || r || '-' || n, ''
        FROM generate_series(0, 20) AS r, generate_series(1, 1000) AS n;
    INSERT INTO example_version (id, example_id, version_identifier, content_digest, meta, published_at)
        SELECT md5(identifier || ' ' || v)::uuid, id, md5(identifier || v) || '00000000',
            md5(identifier || v) || md5(identifier), '{}', now()
        FROM example, generate_series(1, 10) AS v WHERE v < 3 OR identifier LIKE 'e0-%';
    INSERT INTO example_version_tag (example_id, canonical, shown, example_version_id, directory, commit, tagged_at)
        SELECT example.id, v || '.0.0', 'v' || v, md5(identifier || ' ' || v)::uuid, directory, md5('') || '00000000', now()
        FROM example, generate_series(1, 10) AS v WHERE v < 3 OR identifier LIKE 'e0-%';
    INSERT INTO example_version_file (example_version_id, path, mode, size, sha256, git_oid, role)
        SELECT id, 'file-' || f, '100644', 1, md5(id::text || f) || md5(id::text), md5(id::text || f) || '00000000', 'other'
        FROM example_version, generate_series(1, 3) AS f;
    INSERT INTO course (id, course_family_id, path, name, assignments_url, assignments_identity, template_url, template_identity)
        SELECT md5('course ' || c)::uuid, course_family.id, 'course-' || c, '', 'a' || c, 'a' || c, 't' || c, 't' || c
        FROM course_family, generate_series(1, 20) AS c;
    INSERT INTO course_content_type (id, course_id, course_content_kind_id, slug, title, position)
        SELECT md5('type ' || id)::uuid, id, 'assignment', 'assignment', '', 0 FROM course;
    INSERT INTO course_content (id, course_id, course_content_type_id, path, first_path, title, position)
        SELECT md5('content ' || course.id || n)::uuid, course.id, md5('type ' || course.id)::uuid, ('p' || n)::ltree,
            ('p' || n)::ltree, '', n FROM course, generate_series(1, 1000) AS n;
    INSERT INTO course_content_deployment (course_content_id, example_version_id, deployed_version_id, deployed_commit,
            deployed_at, rendered_tree, deployed_tree, deployment_path, deployment_status, example_identifier, version_tag)
        SELECT md5('content ' || course.id || n)::uuid, md5('e0-' || n || ' 1')::uuid, md5('e0-' || n || ' 1')::uuid,
            md5('') || '00000000', now(), md5('') || '00000000', md5('') || '00000000', 'p' || n, 'deployed', 'e0-' || n, 'v1'
        FROM course, generate_series(1, 1000) AS n;
    INSERT INTO example_dependency (example_version_id, position, as_written, depends_id)
        SELECT id, 0, 'x', example_id FROM example_version WHERE example_id NOT IN
            (SELECT id FROM example WHERE identifier LIKE 'e0-%');
    INSERT INTO deployment_history (chain, seq, course_id, hash_version, action, path, actor, reason, details, created_at,
            previous_hash, hash, course_content_id)
        SELECT course.id, n, course.id, 1, 'deployed', 'p' || n, '', '', '{}', now(), md5('') || md5(''), md5('') || md5(''),
            md5('content ' || course.id || n)::uuid
        FROM course, generate_series(100, 1000) AS n;
    INSERT INTO operation (id, kind, target, inputs, inputs_digest, attempt, state, started_at, ended_at)
        SELECT md5('operation ' || n)::uuid, 'deploy', 'target-' || n % 50, '{}', md5('') || md5(''), n, 'done', now(), now()
        FROM generate_series(1, 20000) AS n
"""


@pytest.fixture(scope="module")
def large(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemplateCourse]:
    """Registered, deployed as far as the database knows, and with a course file that wishes newer versions."""
    with postgres.fresh() as url:
        course = TemplateCourse(tmp_path_factory.mktemp("large"), url)
        course.register()
        lines = [
            f"  - {{path: p{n}, type: assignment, title: Place {n}, example: 'repository-0:e0-{n}', version: ^1.0}}\n"
            for n in range(1, PLACES + 1)
        ]
        course.edit({"course-structure.yaml": TYPES + "".join(lines)})
        with course.database._engine.begin() as connection:
            for statement in FILL.split(";"):
                connection.execute(text(statement))
        with course.database._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        yield course
        course.close()


@contextmanager
def watched(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """Statement and parameters of everything that is sent."""
    sent: list[tuple[str, object]] = []

    def watch(_connection, _cursor, statement, parameters, _context, _many) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", watch)
    yield sent
    event.remove(engine, "before_cursor_execute", watch)


def explained(engine: Engine, sent: list[tuple[str, object]]) -> list[tuple[str, dict[str, Any]]]:
    """Statement and each node of its plan that reads a table; nothing is executed.

    Reading a table of a few MB from end to end can be the cheapest when a twentieth of it is asked for, and is left out
    here, with the joins that need it, as long as there is another way: what must hold is that a table which grows further is reached by an index.
    """
    nodes: list[tuple[str, dict[str, Any]]] = []
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
        for statement, parameters in dict(sent).items():
            if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
                ((told,),) = cursor.fetchall()
                nodes += [(statement, node) for node in flat(told[0]["Plan"]) if "Relation Name" in node]
        cursor.execute("RESET ALL")
    return nodes


def flat(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from flat(inner)


def goes_by_index(node: dict[str, Any]) -> bool:
    """An index that is walked from end to end is no better than its table."""
    if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
        return "Index Cond" in node
    return node["Node Type"] in {"Bitmap Heap Scan", "ModifyTable"}


def show_status(course: TemplateCourse) -> None:
    told = course_status(None, str(course.assignments), course.neighbours)
    assert (told.total, told.updates_available) == (PLACES, PLACES)


def make_plan(course: TemplateCourse) -> None:
    planned = plan_assignments(PlanAssignments(str(course.assignments)), course.neighbours)
    assert len(planned.plan.steps) == PLACES


@pytest.mark.parametrize("work", [show_status, make_plan])
def test_no_statement_reads_a_large_table_from_end_to_end(
    large: TemplateCourse, work: Callable[[TemplateCourse], None]
):
    with watched(large.database._engine) as sent:
        work(large)
    nodes = explained(large.database._engine, sent)
    wrong = [
        (node["Relation Name"], node["Node Type"], statement)
        for statement, node in nodes
        if node["Relation Name"] in LARGE and not goes_by_index(node)
    ]
    assert wrong == []
    assert {node["Relation Name"] for _, node in nodes} >= {
        "example", "example_version", "example_version_tag", "course_content", "course_content_deployment",
    }  # fmt: skip


@pytest.mark.parametrize("work", [show_status, make_plan])
def test_a_thousand_places_take_few_statements(large: TemplateCourse, work: Callable[[TemplateCourse], None]):
    with watched(large.database._engine) as sent:
        work(large)
    assert len(sent) < 60
