"""A database with at least one row in every table, written through the adapter where it can be."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from tests.builders.rows import (
    NOW,
    a_course,
    a_repository,
    a_version,
    a_work_order,
    an_example,
    hex_of,
    publish,
    save_contents,
    save_course,
)

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.library.version import Dependency
from courseline.usecases.react.watch_rows import OPENED, Outcome, SeenPipeline, SeenRequest, Undone
from courseline.usecases.rows import Exposure, StoredPlan


def fill(database: PostgresDatabase) -> None:
    """One small course with a deployed example, and everything around it."""
    repository = a_repository()
    example = an_example(repository, title="Größe 📏")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        version = publish(rows, example, "v1.0", a_version(example, dependencies=[Dependency("hello-world")]))
        course = save_course(rows, replace(a_course(repositories=["examples"]), timezone="Europe/Vienna"))
        rows.courses.save_credential(course.id, "source", b"sealed")
        places = save_contents(rows, course, "week1.a", "week1.b")
        save_contents(rows, course, "week1.a")
        run = rows.ledger.start_operation(
            OperationKind.DEPLOY, course.assignments_identity, {"b": 1}, NOW, course.id
        )
        rows.ledger.checkpoint(run.id, "committed", {"commit": hex_of("c")})
        rows.ledger.save_deployments(
            Deployment(
                places[0].id,
                DeploymentStatus.PENDING,
                assigned_version_id=version.id,
                operation_id=run.id,
                directory="a",
            )
        )
        rows.ledger.append(course.id, [Event(Action.ASSIGNED, NOW, operation_id=run.id, details={"ü": [1]})])
        rows.ledger.append(repository.id, [Event(Action.PUBLISHED, NOW, path="hello-world")])
        rows.ledger.end_operation(run.id, OperationState.DONE, NOW)
        rows.ledger.save_plan(StoredPlan(hex_of("plan", 64), course.id, None, ({"a": 1},), NOW))
        given = (("a/README.md", "1" * 40, "1"), ("a/größe.py", "2" * 40, "3-cut"))
        rows.ledger.keep_given(run.id, [Exposure(places[0].id, version.id, given)], {})
        rows.ledger.expose(run.id, NOW)
        rows.ledger.name_actor("local:me", "Me")
        rows.watch.save_deploy(course.id, hex_of("head"), Outcome((Undone("week1.b", "refused", "ü"),)), NOW)
        rows.watch.save_template(course.id, hex_of("head"), Outcome(problem="away"), NOW)
        rows.watch.save_request(
            SeenRequest(course.id, 5, 42, "https://x/5", OPENED, "main", hex_of("mr"), NOW)
        )
        rows.watch.save_pipeline(
            SeenPipeline(
                course.id, 9, 42, "main", hex_of("head"), "failed", "https://x/9", ({"name": "j"},), NOW
            )
        )
        rows.watch.save_mark("uni", NOW)
        rows.work.open(a_work_order(course), hex_of("key", 64))
    with database._engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO webhook_delivery (delivery_key, event, payload) VALUES ('key', 'tag_push', '{}')"
            )
        )
