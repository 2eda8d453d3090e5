"""Every guard that the schema holds by itself, under its name, so that squashing migrations cannot lose one."""

from __future__ import annotations

import re
from enum import StrEnum

import psycopg
import pytest
from tests.builders.rows import NOW, a_repository, a_version, an_example, publish, save_contents, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.library.example import Visibility
from courseline.domain.library.version import Dependency, Role

ATTEMPTS = {
    "trg_deployment_history_append_only": [
        "UPDATE deployment_history SET reason = 'nicer'",
        "DELETE FROM deployment_history",
    ],
    "trg_deployment_history_no_truncate": ["TRUNCATE deployment_history"],
    "trg_example_version_immutable": [
        "UPDATE example_version SET meta = '{}'",
        "DELETE FROM example_version",
    ],
    "trg_example_version_no_truncate": ["TRUNCATE example_version CASCADE"],
    "trg_example_version_file_immutable": [
        "UPDATE example_version_file SET role = 'public'",
        "DELETE FROM example_version_file",
    ],
    "trg_example_version_file_no_truncate": ["TRUNCATE example_version_file"],
    "trg_example_version_tag_immutable": [
        "UPDATE example_version_tag SET example_version_id = gen_random_uuid()",
        "UPDATE example_version_tag SET canonical = '9.9.9'",
        "UPDATE example_version_tag SET shown = 'v9'",
        "UPDATE example_version_tag SET directory = 'elsewhere'",
    ],
    "trg_example_version_tag_kept": ["DELETE FROM example_version_tag"],
    "trg_example_version_tag_no_truncate": ["TRUNCATE example_version_tag"],
    "trg_example_dependency_immutable": [
        "UPDATE example_dependency SET as_written = 'other'",
        "UPDATE example_dependency SET files = '{}'",
        "UPDATE example_dependency SET version_range = NULL",
    ],
    "trg_example_dependency_kept": ["DELETE FROM example_dependency"],
    "trg_course_content_kept": ["DELETE FROM course_content"],
    "trg_course_content_deployment_kept": ["DELETE FROM course_content_deployment"],
}
ELSEWHERE = {  # in test_deployments.py
    "trg_validate_deployment_submittable",
    "trg_failed_deployment_keeps_facts",
}


@pytest.fixture
def filled(database: PostgresDatabase) -> str:
    repository = a_repository()
    example = an_example(repository)
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, example, "v1", a_version(example, "one", dependencies=[Dependency("x", "^1", ("a",))]))
        publish(rows, example, "v2", a_version(example, "two"))
        course = save_course(rows)
        (place,) = save_contents(rows, course, "a")
        rows.ledger.save_deployments(Deployment(place.id, DeploymentStatus.PENDING))
        rows.ledger.append(course.id, [Event(Action.ASSIGNED, NOW)])
    return database.url


@pytest.mark.parametrize(
    ("guard", "statement"),
    [(guard, statement) for guard, statements in ATTEMPTS.items() for statement in statements],
)
def test_guard(filled: str, guard: str, statement: str):
    with psycopg.connect(filled) as connection:
        with pytest.raises(psycopg.errors.RestrictViolation, match="is refused: ") as refusal:
            connection.execute(statement)
        connection.rollback()
    assert refusal.value.diag.constraint_name == guard


def test_every_trigger_of_the_schema_has_a_test_that_names_it(filled: str):
    ours = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'procrastinate%'"
    with psycopg.connect(filled) as connection:
        found = connection.execute(ours).fetchall()
    assert {name for (name,) in found} == set(ATTEMPTS) | ELSEWHERE


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE example_version_tag SET withdrawn = true, withdrawn_reason = 'broken', withdrawn_at = now()",
        "UPDATE example_dependency SET depends_id = (SELECT id FROM example)",
        "UPDATE course_content SET removed_at = now()",
        "DELETE FROM actor",
    ],
)
def test_what_may_change_can_be_changed(filled: str, statement: str):
    with psycopg.connect(filled) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("ck_example_repository_visibility_known", Visibility),
        ("ck_example_version_file_role_known", Role),
        ("ck_course_content_deployment_deployment_status_known", DeploymentStatus),
        ("ck_deployment_history_action_known", Action),
        ("ck_operation_kind_known", OperationKind),
        ("ck_operation_state_known", OperationState),
    ],
)
def test_a_check_knows_every_word_of_the_program(filled: str, check: str, words: type[StrEnum]):
    with psycopg.connect(filled) as connection:
        row = connection.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (check,)
        ).fetchone()
    assert row is not None
    known = set(re.findall(r"'([^']*)'", row[0]))
    assert {str(word) for word in words} <= known


def test_the_kinds_of_content_are_there(filled: str):
    with psycopg.connect(filled) as connection:
        kinds = connection.execute(
            "SELECT id, has_ascendants, has_descendants, submittable FROM course_content_kind ORDER BY id"
        ).fetchall()
    assert kinds == [("assignment", True, False, True), ("unit", True, True, False)]
