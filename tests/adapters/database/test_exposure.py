from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.builders.rows import (
    NOW,
    a_course,
    a_repository,
    a_version,
    an_example,
    content_id,
    publish,
    save_contents,
    save_course,
)

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.course.course import Course
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.history import Action, Event
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.domain.library.example import Example, ExampleRepository, Visibility
from courseline.domain.library.version import Dependency, ExampleVersion, Role
from courseline.domain.tree import blob_oid
from courseline.usecases.rows import Exposure, HiddenBlob, Rows
from courseline.usecases.students.rows import MadeCommit

FOREIGN = a_repository("shared", organization="school", visibility=Visibility.PUBLIC)


def secret(
    repository: ExampleRepository, identifier: str, *needs: Example, content: str = "one"
) -> ExampleVersion:
    """A version with a file of every role, whose texts name the example."""
    return a_version(
        an_example(repository, identifier),
        content,
        files={f"{role}.py": (f"{identifier} {role} {content}", role) for role in Role},
        dependencies=[Dependency(one.identifier, depends_id=one.id) for one in needs],
    )


def oids(identifier: str, content: str = "one") -> dict[Role, str]:
    return {role: blob_oid(f"{identifier} {role} {content}".encode()) for role in Role}


def told(rows: Rows, course: Course, *identifiers: str, content: str = "one") -> list[tuple[str, str]]:
    asked = [oid for identifier in identifiers for oid in oids(identifier, content).values()]
    return sorted((one.example, one.path) for one in rows.ledger.hidden(course.id, asked))


@pytest.fixture
def course(database: PostgresDatabase) -> Course:
    with database.transaction() as rows:
        course = save_course(rows)
        save_contents(rows, course, "a", "b")
        rows.library.add_repository(FOREIGN)
        return course


def put(
    rows: Rows, repository: ExampleRepository, version: ExampleVersion, identifier: str, label: str = "v1.0"
) -> None:
    publish(rows, an_example(repository, identifier), label, version)


def assign(rows: Rows, course: Course, version: ExampleVersion, path: str = "a") -> None:
    rows.ledger.save_deployments(
        Deployment(content_id(course, path), DeploymentStatus.PENDING, assigned_version_id=version.id)
    )


def test_test_files_and_submission_sources_of_a_course_example_are_hidden(
    database: PostgresDatabase, course: Course
):
    version = secret(FOREIGN, "hello")
    with database.transaction() as rows:
        put(rows, FOREIGN, version, "hello")
        assert told(rows, course, "hello") == []
        assign(rows, course, version)
        assert told(rows, course, "hello") == [("shared:hello", "submission.py"), ("shared:hello", "test.py")]
        hidden = rows.ledger.hidden(course.id, [oids("hello")[Role.TEST], "f" * 40])
    assert hidden == [HiddenBlob(oids("hello")[Role.TEST], "shared:hello", "v1.0", "test.py", Role.TEST)]


def test_every_version_of_a_course_example_is_hidden_also_later_and_unlabelled_ones(
    database: PostgresDatabase, course: Course
):
    with database.transaction() as rows:
        old, new = secret(FOREIGN, "hello"), secret(FOREIGN, "hello", content="two")
        put(rows, FOREIGN, old, "hello")
        rows.library.add_versions([(an_example(FOREIGN, "hello"), new, {})])
        assign(rows, course, old)
        assert told(rows, course, "hello", content="two") == [
            ("shared:hello", "submission.py"),
            ("shared:hello", "test.py"),
        ]
        assert {one.label for one in rows.ledger.hidden(course.id, oids("hello", "two").values())} == {""}


def test_dependencies_are_hidden_through_any_number_of_steps_and_round_a_cycle(
    database: PostgresDatabase, course: Course
):
    a, b, c = (an_example(FOREIGN, name) for name in ("a", "b", "c"))
    with database.transaction() as rows:
        for example in (a, b, c):
            put(rows, FOREIGN, secret(FOREIGN, example.identifier), example.identifier, "v0.1")
        first = secret(FOREIGN, "a", b, content="with b")
        put(rows, FOREIGN, first, "a")
        put(rows, FOREIGN, secret(FOREIGN, "b", c, content="with c"), "b")
        put(rows, FOREIGN, secret(FOREIGN, "c", a, content="with a"), "c")
        assign(rows, course, first)
        assert len(told(rows, course, "a", "b", "c")) == 6


def test_all_examples_of_the_own_organization_are_hidden(database: PostgresDatabase, course: Course):
    own = a_repository("own", visibility=Visibility.RESTRICTED)
    with database.transaction() as rows:
        rows.library.add_repository(own)
        put(rows, own, secret(own, "exam"), "exam")
        assert told(rows, course, "exam") == [("own:exam", "submission.py"), ("own:exam", "test.py")]
        assert told(rows, save_course(rows, a_course("x", organization="elsewhere")), "exam") == []


def test_what_was_at_a_place_once_stays_hidden(database: PostgresDatabase, course: Course):
    old, new = secret(FOREIGN, "old"), secret(FOREIGN, "new")
    with database.transaction() as rows:
        put(rows, FOREIGN, old, "old")
        put(rows, FOREIGN, new, "new")
        assign(rows, course, new)
        rows.ledger.append(
            course.id,
            [Event(Action.REASSIGNED, NOW, example_version_id=new.id, previous_example_version_id=old.id)],
        )
        assert len(told(rows, course, "old", "new")) == 4


def test_a_blob_in_many_versions_is_told_once_by_the_first_label_that_had_it(
    database: PostgresDatabase, course: Course
):
    example = an_example(FOREIGN, "hello")
    same = {"tests/t.py": ("same", Role.TEST)}
    with database.transaction() as rows:
        for number in range(1, 4):
            version = a_version(example, str(number), files={**same, "README.md": (str(number), Role.PUBLIC)})
            publish(rows, example, f"v{number}", version)
        assign(rows, course, version)
        assert [one.path for one in rows.ledger.hidden(course.id, [blob_oid(b"same")])] == ["tests/t.py"]


def a_template(rows: Rows, course: Course, number: int = 1) -> UUID:
    """An operation that publishes a template, and that has ended."""
    run = rows.ledger.start_operation(
        OperationKind.STUDENT_TEMPLATE, course.template_identity, {"number": number}, NOW, course.id
    )
    rows.ledger.end_operation(run.id, OperationState.DONE, NOW)
    return run.id


def names(rows: Rows, operation: UUID) -> list[str]:
    return [one.name for one in rows.ledger.operation_events(operation)]


class TestExposures:
    def test_what_was_kept_is_recorded_once_and_stays_as_recorded_first(
        self, database: PostgresDatabase, course: Course
    ) -> None:
        version = secret(FOREIGN, "hello")
        a, b = content_id(course, "a"), content_id(course, "b")
        first = [
            Exposure(a, version.id, (("a/größe.py", "1" * 40, "3-cut"), ("a/README.md", "2" * 40, "1"))),
            Exposure(b, None, (('b/"\\\n', "4" * 40, "2"),)),
        ]
        later = Exposure(a, None, (("a/größe.py", "3" * 40, "2"),))
        with database.transaction() as rows:
            put(rows, FOREIGN, version, "hello")
            one, two = a_template(rows, course), a_template(rows, course, 2)
            rows.ledger.keep_given(one, first, {})
            rows.ledger.expose(one, NOW)
            rows.ledger.keep_given(one, [replace(first[0], files=later.files)], {})
            rows.ledger.expose(one, NOW + timedelta(days=1))
            rows.ledger.keep_given(two, [later], {})
            rows.ledger.expose(two, NOW + timedelta(days=2))
        with database.transaction() as rows:
            found = rows.ledger.exposures(course.id)
            assert sorted(found[:2], key=lambda entry: entry.content_id != a) == first
            assert found[2:] == [later]
            assert rows.ledger.exposures(course.id, [b]) == [first[1]]
            assert rows.ledger.exposures(course.id, []) == []
            assert rows.ledger.exposures(a_course("other").id) == []
            assert rows.ledger.exposed_contents(course.id) == {a, b}
        with database._engine.connect() as connection:
            found_at = connection.scalars(
                text("SELECT exposed_at FROM template_exposure ORDER BY exposed_at")
            )
            assert list(found_at) == [NOW, NOW, NOW + timedelta(days=2)]

    def test_what_is_kept_takes_the_place_of_what_was_and_nothing_is_given_by_it(
        self, database: PostgresDatabase, course: Course
    ) -> None:
        place = content_id(course, "a")
        with database.transaction() as rows:
            run = a_template(rows, course)
            for oid in ("1" * 40, "2" * 40):
                rows.ledger.keep_given(run, [Exposure(place, None, (("a/x", oid, "2"),))], {"rules": oid})
            assert rows.ledger.exposures(course.id) == []
            assert names(rows, run) == ["done", "judged", "given"]
            rows.ledger.expose(run, NOW)
            assert names(rows, run) == ["done", "judged"]
            assert rows.ledger.exposures(course.id) == [Exposure(place, None, (("a/x", "2" * 40, "2"),))]

    def test_what_other_templates_kept_is_forgotten_and_nothing_else(
        self, database: PostgresDatabase, course: Course
    ) -> None:
        with database.transaction() as rows:
            other = save_course(rows, a_course("other"))
            runs = [a_template(rows, course), a_template(rows, course, 2), a_template(rows, other)]
            for run in runs:
                rows.ledger.keep_given(run, [], {})
            rows.ledger.expose(runs[1], NOW)
            assert [names(rows, run) for run in runs] == [
                ["done"],
                ["done", "judged"],
                ["done", "judged", "given"],
            ]

    def test_without_anything_kept_nothing_is_recorded(
        self, database: PostgresDatabase, course: Course
    ) -> None:
        with database.transaction() as rows:
            run = a_template(rows, course)
            rows.ledger.expose(run, NOW)
            assert rows.ledger.exposures(course.id) == []
            digest = rows.ledger.exposure_digest(course.id)
            rows.ledger.keep_given(
                run, [Exposure(content_id(course, "a"), None, (("a/x", "1" * 40, "2"),))], {}
            )
            assert rows.ledger.exposure_digest(course.id) == digest
            rows.ledger.expose(run, NOW)
            assert rows.ledger.exposure_digest(course.id) != digest

    def test_a_time_without_a_zone_is_refused(self, database: PostgresDatabase, course: Course) -> None:
        with database.transaction() as rows:
            run = a_template(rows, course)
        with pytest.raises(ValueError, match="no time zone"), database.transaction() as rows:
            rows.ledger.expose(run, NOW.replace(tzinfo=None))


def test_what_operations_on_a_template_made_is_told_newest_first(
    database: PostgresDatabase, course: Course
) -> None:
    with database.transaction() as rows:
        first = a_template(rows, course)
        later = rows.ledger.start_operation(
            OperationKind.ADOPT_TEMPLATE, course.template_identity, {}, NOW + timedelta(days=1), course.id
        )
        rows.ledger.checkpoint(later.id, "taken over", {"commit": "c" * 40})
        assert rows.ledger.operation_commits(course.template_identity) == [
            MadeCommit(later.id, OperationKind.ADOPT_TEMPLATE, OperationState.OPEN, "c" * 40),
            MadeCommit(first, OperationKind.STUDENT_TEMPLATE, OperationState.DONE, None),
        ]
        assert rows.ledger.operation_commits("elsewhere") == []
