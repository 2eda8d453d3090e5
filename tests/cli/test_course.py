from __future__ import annotations

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.rows import (
    NOW,
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
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.ledger.history import Action, Event


@pytest.fixture
def settings(database_url: str) -> dict[str, str]:
    return {"COURSELINE_DATABASE_URL": database_url}


@pytest.fixture
def library(database: PostgresDatabase) -> PostgresDatabase:
    """A course with a place that is behind, one that is up to date, one that failed and one without an example."""
    repository = a_repository()
    hello = an_example(repository)
    first, second = a_version(hello, "one"), a_version(hello, "two")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, hello, "v1.0", first)
        publish(rows, hello, "v1.1", second)
        publish(rows, hello, "v2.0-rc1", a_version(hello, "three"))
        course = save_course(rows)
        paths = ("week1.behind", "week1.newest", "week2.failed", "week2.bare")
        behind, newest, failed, _ = save_contents(rows, course, *paths)
        for content, version, label in ((behind, first, "v1.0"), (newest, second, "v1.1")):
            rows.ledger.save_deployments(
                Deployment(
                    content.id,
                    DeploymentStatus.DEPLOYED,
                    assigned_version_id=version.id,
                    deployed_version_id=version.id,
                    deployed_commit=hex_of("commit"),
                    deployed_at=NOW,
                    directory=content.path.replace(".", "/"),
                    identifier="examples:hello-world",
                    label=label,
                    is_customized=content is behind,
                )
            )
            event = Event(
                Action.DEPLOYED, NOW, content_id=content.id, path=content.path, actor="gitlab.example.org#7"
            )
            rows.ledger.append(course.id, [event])
        rows.ledger.save_deployments(
            Deployment(failed.id, DeploymentStatus.FAILED, identifier="examples:hello-world")
        )
    return database


def test_without_a_course_the_way_to_register_one_is_named(settings: dict[str, str]):
    assert "courseline course apply" in courseline("course", "list", settings=settings).stdout
    document = answer("course", "status", settings=settings)
    assert (document["exit"], document["error"]["kind"]) == (1, "not_found")


@pytest.mark.usefixtures("library")
class TestACourse:
    def test_shows_each_place_and_totals(self, settings: dict[str, str]):
        document = answer("course", "status", settings=settings)
        totals = ("total_examples", "deployed", "pending", "failed", "updates_available")
        assert [document[name] for name in totals] == [3, 2, 0, 1, 1]
        keys = ("path", "status", "version_tag", "update", "customized", "deployed_at", "deployed_by")
        at, by = "2026-01-02T03:04:05Z", "gitlab.example.org#7"
        assert [tuple(place[key] for key in keys) for place in document["deployments"]] == [
            ("week1.behind", "deployed", "v1.0", "v1.1", True, at, by),
            ("week1.newest", "deployed", "v1.1", None, False, at, by),
            ("week2.failed", "failed", None, None, False, None, None),
            ("week2.bare", None, None, None, False, None, None),
        ]
        assert document["deployments"][0]["directory"] == "week1/behind"

    def test_is_a_table_for_people(self, settings: dict[str, str]):
        lines = courseline("course", "status", "python-101", settings=settings).stdout.splitlines()
        row = "examples:hello-world  v1.0     deployed    2026-01-02  gitlab.example.org#7  v1.1 is out, customised"
        assert lines[1] == f"week1.behind  {row}"
        assert lines[-1] == (
            "uni/python/python-101: 3 with an example, 2 deployed, 0 pending, 1 failed; updates for 1."
        )

    def test_is_found_by_its_names_and_its_repository(self, settings: dict[str, str]):
        url = "https://git.example.org/uni/python-101-assignments.git"
        for words in (("python-101",), ("uni/python/python-101",), ("--assignments", url), ()):
            assert answer("course", "status", *words, settings=settings)["course"]["assignments"] == url

    def test_by_another_name_is_answered_with_close_ones(self, settings: dict[str, str]):
        document = answer("course", "status", "pyton-101", settings=settings)
        assert document["error"]["kind"] == "not_found"
        assert "Did you mean uni/python/python-101?" in document["error"]["problems"][0]["message"]

    def test_must_be_named_once_there_are_two(self, library: PostgresDatabase, settings: dict[str, str]):
        with library.transaction() as rows:
            save_course(rows, a_course("python-102"))
        document = answer("course", "status", settings=settings)
        assert document["error"]["kind"] == "invalid_input"
        assert "uni/python/python-101, uni/python/python-102" in document["error"]["problems"][0]["message"]
        listed = answer("course", "list", settings=settings)["courses"]
        assert [(course["title"], course["deployed"]) for course in listed] == [
            ("uni/python/python-101", 2),
            ("uni/python/python-102", 0),
        ]

    def test_is_not_named_twice(self, settings: dict[str, str]):
        document = answer("course", "status", "a", "--assignments", "b", settings=settings)
        assert (document["exit"], document["error"]["kind"]) == (2, "usage")
