from __future__ import annotations

import json
from typing import Any

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.rows import a_repository, a_version, an_example, publish

from courseline.adapters.database.database import PostgresDatabase

REFERENCE = ("hello-world@v1.1", "--reason", "the test is wrong")


@pytest.fixture
def settings(database: PostgresDatabase) -> dict[str, str]:
    """A library with hello-world v1.0 and v1.1."""
    repository = a_repository("examples")
    hello = an_example(repository, "hello-world", title="Hello World")
    with database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, hello, "v1.0")
        publish(rows, hello, "v1.1", a_version(hello, "two"))
    return {"COURSELINE_DATABASE_URL": database.url, "USER": "ada"}


def say(settings: dict[str, str], *words: str) -> tuple[int, str]:
    done = courseline("examples", *words, settings=settings)
    return done.returncode, done.stdout + done.stderr


def test_withdrawing_reinstating_and_repeating_say_what_was_done(settings: dict[str, str]):
    name = "examples:hello-world@v1.1"
    said = say(settings, "withdraw", *REFERENCE, "--dry-run")
    assert said == (0, f"{name}: would be withdrawn (dry run).\n")
    said = say(settings, "withdraw", *REFERENCE)
    assert said == (0, f"{name}: withdrawn; ranges and `latest` pass it over.\n")
    said = say(settings, "withdraw", "hello-world@1.1.0", "--reason", "again")
    assert said == (0, f"{name}: was withdrawn before: the test is wrong. Nothing was changed.\n")
    said = say(settings, "reinstate", *REFERENCE)
    assert said == (0, f"{name}: reinstated; ranges and `latest` find it again.\n")
    assert say(settings, "reinstate", *REFERENCE) == (0, f"{name}: is not withdrawn. Nothing was changed.\n")


def test_list_and_show_tell_of_it(settings: dict[str, str]):
    say(settings, "withdraw", *REFERENCE)
    assert "withdrawn: the test is wrong" in say(settings, "show", "hello-world")[1]
    shown = answer("examples", "show", "hello-world", settings=settings)["example"]
    assert [(one["label"], one["withdrawn"], one["withdrawn_reason"]) for one in shown["labels"]] == [
        ("v1.1", True, "the test is wrong"),
        ("v1.0", False, ""),
    ]
    assert shown["latest"] == "v1.0"
    say(settings, "withdraw", "hello-world@v1.0", "--reason", "old")
    assert "v1.1 (withdrawn)" in say(settings, "list")[1]


def test_the_json_is_the_same_in_every_case(settings: dict[str, str]):
    expected: dict[str, Any] = {
        "example": "examples:hello-world", "label": "v1.1", "withdrawn": True, "reason": "the test is wrong",
        "changed": True,
    }  # fmt: skip
    told = answer("examples", "withdraw", *REFERENCE, settings=settings)
    assert {key: told[key] for key in expected} == expected
    assert told["command"] == "courseline examples withdraw"
    assert answer("examples", "withdraw", *REFERENCE, settings=settings)["changed"] is False


def test_an_unknown_label_is_exit_1_with_those_there_are_and_a_missing_reason_exit_2(
    settings: dict[str, str],
):
    code, said = say(settings, "withdraw", "hello-world@v3", "--reason", "x")
    assert code == 1
    assert "It has v1.1, v1.0." in said
    assert say(settings, "withdraw", "hello-world@v1.0")[0] == 2
    done = courseline("examples", "withdraw", "hello-world@v1.0", "--json", settings=settings)
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (2, "usage")
