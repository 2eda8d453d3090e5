from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.builders.rows import (
    ASSIGNMENT,
    NOW,
    WEEK,
    a_content,
    a_course,
    a_repository,
    a_version,
    an_example,
    hex_of,
    publish,
    save_contents,
    save_course,
)

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.course.course import Content, Course
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.operation import OperationKind
from courseline.domain.library.version import ExampleVersion
from courseline.errors import Refused


@pytest.fixture
def course(database: PostgresDatabase) -> Course:
    with database.transaction() as rows:
        return save_course(rows)


@pytest.fixture
def place(database: PostgresDatabase, course: Course) -> Content:
    with database.transaction() as rows:
        return save_contents(rows, course, "week1.hello")[0]


@pytest.fixture
def versions(database: PostgresDatabase) -> list[ExampleVersion]:
    repository = a_repository()
    example = an_example(repository)
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        return [publish(rows, example, f"v{n}", a_version(example, str(n))) for n in (1, 2)]


def operation(database: PostgresDatabase, course: Course) -> UUID:
    with database.transaction() as rows:
        return rows.ledger.start_operation(
            OperationKind.DEPLOY, course.assignments_identity, {}, NOW, course.id
        ).id


def save(database: PostgresDatabase, deployment: Deployment) -> None:
    with database.transaction() as rows:
        rows.ledger.save_deployments(deployment)


def deployed(place: Content, version: ExampleVersion) -> Deployment:
    return Deployment(
        place.id,
        DeploymentStatus.DEPLOYED,
        assigned_version_id=version.id,
        deployed_version_id=version.id,
        deployed_commit=hex_of("commit"),
        rendered_tree=hex_of("rendered"),
        deployed_tree=hex_of("deployed"),
        deployed_at=NOW,
        directory="week1/größe",
        metadata={"renderer": 1, "dependencies": [{"ü": None}]},
        identifier="examples:hello-world",
        label="v1",
    )


def test_a_deployment_comes_back_as_it_was_saved(
    database: PostgresDatabase, course: Course, place: Content, versions: list[ExampleVersion]
):
    first = replace(deployed(place, versions[0]), operation_id=operation(database, course))
    save(database, first)
    second = replace(
        first, status=DeploymentStatus.PENDING, assigned_version_id=versions[1].id, is_customized=True,
        last_customized_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    save(database, second)
    with database.transaction() as rows:
        assert rows.ledger.deployments(course.id) == {place.id: second}
        assert rows.ledger.deployments(a_course("other").id) == {}


def test_deployments_of_removed_contents_are_answered_too(
    database: PostgresDatabase, course: Course, place: Content, versions: list[ExampleVersion]
):
    save(database, deployed(place, versions[0]))
    with database.transaction() as rows:
        rows.courses.save_contents(course.id, [WEEK, ASSIGNMENT], [])
        assert list(rows.ledger.deployments(course.id)) == [place.id]


def test_trg_validate_deployment_submittable_refuses_content_that_is_not_handed_in(
    database: PostgresDatabase, course: Course
):
    unit = a_content(course, "week1", type_slug="week")
    with database.transaction() as rows:
        rows.courses.save_contents(course.id, [WEEK, ASSIGNMENT], [unit])
    with pytest.raises(
        Refused, match="deployment at week1: it is of kind unit, which students do not hand in"
    ):
        save(database, Deployment(unit.id, DeploymentStatus.PENDING))


def test_trg_validate_deployment_submittable_lets_a_place_that_became_a_unit_be_unassigned_only(
    database: PostgresDatabase, course: Course, place: Content
):
    save(database, Deployment(place.id, DeploymentStatus.PENDING))
    with database.transaction() as rows:
        rows.courses.save_contents(course.id, [WEEK, ASSIGNMENT], [replace(place, type_slug="week")])
    with pytest.raises(Refused, match="of kind unit"):
        save(database, Deployment(place.id, DeploymentStatus.DEPLOYING))
    save(database, Deployment(place.id, DeploymentStatus.UNASSIGNED))


def test_validate_deployment_submittable_is_the_function_of_that_trigger(database: PostgresDatabase):
    with database._engine.connect() as connection:
        found = connection.scalar(
            text(
                "SELECT proname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
                " WHERE tgname = 'trg_validate_deployment_submittable'"
            )
        )
    assert found == "validate_deployment_submittable"


@pytest.mark.parametrize(
    "change",
    [
        {"deployed_version_id": None},
        {"deployed_commit": hex_of("other")},
        {"rendered_tree": hex_of("other")},
        {"deployed_tree": None},
        {"deployed_at": NOW + timedelta(seconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_trg_failed_deployment_keeps_facts_refuses_to_touch_what_is_deployed(
    database: PostgresDatabase, place: Content, versions: list[ExampleVersion], change
):
    before = deployed(place, versions[0])
    save(database, before)
    with pytest.raises(Refused, match="would change what is recorded as deployed"):
        save(database, replace(before, status=DeploymentStatus.FAILED, **change))
    save(database, replace(before, status=DeploymentStatus.FAILED, assigned_version_id=versions[1].id))


def test_names_of_people_are_kept_apart_and_can_be_changed_and_erased(database: PostgresDatabase):
    with database.transaction() as rows:
        rows.ledger.name_actor("gitlab.example.org#7", "Zoë")
        rows.ledger.name_actor("gitlab.example.org#7", "Zoë Müller")
    with database._engine.begin() as connection:
        assert connection.execute(text("SELECT actor, name FROM actor")).all() == [
            ("gitlab.example.org#7", "Zoë Müller")
        ]
        connection.execute(text("DELETE FROM actor"))
