from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.rows import a_repository, a_version, an_example, publish, save_contents, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.deploying.deployment import Deployment, DeploymentStatus
from courseline.domain.library.version import Dependency, Role

FILES = {"README.md": ("# Hello\n", Role.PUBLIC), "tests/test_hello.py": ("assert True\n", Role.TEST)}


@pytest.fixture
def settings(database_url: str) -> dict[str, str]:
    return {"COURSELINE_DATABASE_URL": database_url}


@pytest.fixture
def library(database: PostgresDatabase) -> PostgresDatabase:
    """hello-world with two versions and three labels, and functions, which depends on it, in one repository."""
    repository = a_repository("examples")
    hello = an_example(repository, "hello-world", title="Hello World")
    functions = an_example(repository, "functions", title="Functions")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        first = a_version(hello, "one", files=FILES)
        meta = {"description": "Say hello.", "language": "en", "keywords": ["python", "csv"]}
        publish(rows, hello, "v1.0", first, meta)
        publish(rows, hello, "v1.0.1", first, meta)
        publish(rows, hello, "v2.0-rc1", a_version(hello, "two"), meta)
        needs = Dependency("../hello-world", "^1.0", ("README.md",))
        publish(rows, functions, "v1.0", a_version(functions, dependencies=[needs]), {"language": "de"})
        rows.library.link_dependencies(repository.id)
        course = save_course(rows)
        (content,) = save_contents(rows, course, "week1.hello")
        rows.ledger.save_deployments(
            Deployment(
                content.id,
                DeploymentStatus.DEPLOYED,
                assigned_version_id=first.id,
                deployed_version_id=first.id,
                identifier="examples:hello-world",
                label="v1.0",
                is_customized=True,
            )
        )
    return database


def names(document: Mapping[str, list[dict[str, str]]]) -> list[str]:
    return [card["name"] for card in document["examples"]]


def test_an_empty_library_says_how_to_publish(settings: dict[str, str]):
    assert courseline("examples", "list", settings=settings).stdout == (
        "The library holds no examples yet. Publish some with: courseline-sync --source URL --ref v1.0\n"
    )
    document = answer("examples", "show", "hello", settings=settings)
    assert document["error"]["kind"] == "not_found"
    assert document["error"]["message"] == "Looking for the example hello: the library is empty."


@pytest.mark.usefixtures("library")
class TestTheLibrary:
    def test_is_listed_with_the_newest_release_and_its_number_of_versions(self, settings: dict[str, str]):
        document = answer("examples", "list", settings=settings)
        assert document["total"] == 2
        shown = [
            (card["name"], card["latest"], card["versions"], card["language"])
            for card in document["examples"]
        ]
        assert shown == [("examples:functions", "v1.0", 1, "de"), ("examples:hello-world", "v1.0.1", 2, "en")]
        lines = courseline("examples", "list", settings=settings).stdout.splitlines()
        assert lines[0] == "name                  title        latest  versions  language"
        assert lines[2] == "examples:hello-world  Hello World  v1.0.1         2  en"

    def test_is_searched_in_texts_and_keywords(self, settings: dict[str, str]):
        hello = ["examples:hello-world"]
        assert names(answer("examples", "search", "SAY HELLO", settings=settings)) == hello
        assert names(answer("examples", "search", "csv", settings=settings)) == hello
        assert (
            names(answer("examples", "search", "--tag", "CSV", "--tag", "python", settings=settings)) == hello
        )
        assert names(answer("examples", "search", "functions", "--tag", "csv", settings=settings)) == []
        assert courseline("examples", "search", "zzz", settings=settings).stdout.startswith(
            "None of the 2 examples in the library matches"
        )
        assert answer("examples", "search", settings=settings)["error"]["kind"] == "usage"

    def test_shows_an_example_with_all_that_is_known_of_it(self, settings: dict[str, str]):
        example = answer("examples", "show", "hello-world", settings=settings)["example"]
        assert [label["label"] for label in example["labels"]] == ["v2.0-rc1", "v1.0.1", "v1.0"]
        assert example["version"]["label"] == "v1.0.1"
        assert [(file["path"], file["role"], file["size"]) for file in example["version"]["files"]] == [
            ("README.md", "public", 8),
            ("tests/test_hello.py", "test", 12),
        ]
        assert example["deployed"] == [
            {
                "course": "uni/python/python-101",
                "path": "week1.hello",
                "version_tag": "v1.0",
                "customized": True,
            }
        ]

    def test_shows_the_version_asked_for(self, settings: dict[str, str]):
        for asked, label in (("v1.0", "v1.0"), ("v2.0-rc1", "v2.0-rc1"), ("^1", "v1.0.1")):
            document = answer("examples", "show", f"examples:hello-world@{asked}", settings=settings)
            assert document["example"]["version"]["label"] == label

    def test_shows_dependencies_with_the_example_meant(self, settings: dict[str, str]):
        example = answer("examples", "show", "functions", settings=settings)["example"]
        assert example["version"]["dependencies"] == [
            {
                "reference": "../hello-world",
                "range": "^1.0",
                "files": ["README.md"],
                "example": "examples:hello-world",
            }
        ]
        assert example["deployed"] == []
        text = courseline("examples", "show", "functions", settings=settings).stdout
        assert "  examples:hello-world  ^1.0     README.md  ../hello-world\n" in text
        assert text.endswith("\nDeployed nowhere.\n")

    def test_an_unknown_name_is_answered_with_close_ones(self, settings: dict[str, str]):
        document = answer("examples", "show", "helo-world", settings=settings)
        assert (document["exit"], document["example"]) == (1, None)
        assert document["error"]["kind"] == "not_found"
        assert "Did you mean examples:hello-world?" in document["error"]["problems"][0]["message"]

    def test_an_unknown_version_is_answered_with_those_there_are(self, settings: dict[str, str]):
        document = answer("examples", "show", "hello-world@v3", settings=settings)
        assert document["error"]["kind"] == "not_found"
        assert "It has v2.0-rc1, v1.0.1, v1.0." in document["error"]["problems"][0]["message"]

    def test_a_name_of_two_examples_is_answered_with_both(
        self, library: PostgresDatabase, settings: dict[str, str]
    ):
        other = a_repository("others")
        with library.transaction() as rows:
            rows.library.add_repository(other)
            publish(rows, an_example(other, "hello-world"))
        document = answer("examples", "show", "hello-world", settings=settings)
        assert document["error"]["kind"] == "invalid_input"
        assert "examples:hello-world, others:hello-world" in document["error"]["problems"][0]["message"]
