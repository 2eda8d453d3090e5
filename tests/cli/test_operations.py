from __future__ import annotations

from datetime import timedelta

import pytest
from tests.builders.command_line import answer, courseline
from tests.builders.rows import NOW, a_course, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.ledger.operation import OperationKind, OperationState
from courseline.usecases.react.watch_rows import SeenPipeline

COURSE = a_course()


@pytest.fixture
def settings(database: PostgresDatabase) -> dict[str, str]:
    """A template run that was refused, and a deploy that was resumed and is open."""
    with database.transaction() as rows:
        save_course(rows, COURSE)
        refused = rows.ledger.start_operation(
            OperationKind.STUDENT_TEMPLATE, COURSE.template_identity, {"tree": "a" * 40}, NOW, COURSE.id
        )
        rows.ledger.end_operation(
            refused.id, OperationState.REFUSED, NOW + timedelta(minutes=2), "nothing was pushed"
        )
        inputs = {"branch": "main", "plan": None}
        opened = rows.ledger.start_operation(
            OperationKind.DEPLOY, COURSE.assignments_identity, inputs, NOW + timedelta(hours=1), COURSE.id
        )
        rows.ledger.checkpoint(opened.id, "committed", {"commit": "c" * 40, "applied": [{"path": "week1"}]})
        rows.ledger.checkpoint(opened.id, "resumed", {})
    return {"COURSELINE_DATABASE_URL": database.url}


def test_the_list_is_one_line_an_operation_with_short_ids(settings: dict[str, str]):
    done = courseline("operations", "list", settings=settings)
    heading, first, second = done.stdout.splitlines()
    assert heading.split() == [
        "id", "kind", "state", "attempt", "started", "(UTC)", "ended", "(UTC)", "course", "or", "repository", "message",
    ]  # fmt: skip
    assert len(first.split()[0]) == 8
    assert "open, resumed" in first
    assert "uni/python/python-101" in first
    assert "refused" in second
    assert "nothing was pushed" in second
    only = courseline("operations", "list", "--open", "--course", "python-101", settings=settings).stdout
    assert only.splitlines()[1].split() == first.split()


def test_show_takes_what_the_list_shows_and_lists_every_checkpoint(settings: dict[str, str]):
    short = courseline("operations", "list", settings=settings).stdout.splitlines()[1].split()[0]
    shown = courseline("operations", "show", short, settings=settings)
    assert shown.returncode == 0
    assert f"deploy on {COURSE.assignments_identity}" in shown.stdout
    assert "branch: main" in shown.stdout
    assert "started  2026-01-02 04:04:05 UTC" in shown.stdout
    assert "applied: 1 entry" in shown.stdout
    told = answer("operations", "show", short, settings=settings)["operation"]
    assert told["id"].startswith(short)
    assert [(event["seq"], event["name"]) for event in told["events"]] == [(1, "committed"), (2, "resumed")]
    assert told["events"][0]["facts"] == {"commit": "c" * 40, "applied": [{"path": "week1"}]}
    assert told["events"][0]["at"].endswith("Z")
    assert (told["state"], told["resumed"], told["ended_at"], told["attempt"]) == ("open", 1, None, 1)


def test_the_json_list_holds_whole_ids_and_times(settings: dict[str, str]):
    told = answer("operations", "list", settings=settings)
    assert told["more"] is False
    assert [(one["kind"], one["state"]) for one in told["operations"]] == [
        ("deploy", "open"),
        ("student-template", "refused"),
    ]
    refused = told["operations"][1]
    assert len(refused["id"]) == 36
    assert (refused["started_at"], refused["ended_at"]) == ("2026-01-02T03:04:05Z", "2026-01-02T03:06:05Z")
    assert refused["message"] == "nothing was pushed"
    assert answer("operations", "list", "--limit", "1", settings=settings)["more"] is True


def test_what_is_not_there_is_said_in_words(settings: dict[str, str], database_url: str):
    assert courseline("operations", "show", "00000000", settings=settings).returncode == 1
    assert "0-9 and a-f" in courseline("operations", "show", "xyz", settings=settings).stderr
    nothing = courseline(
        "operations", "list", "--target", "https://git.example.org/no/such.git", settings=settings
    )
    assert (nothing.returncode, nothing.stdout) == (0, "No operation has been recorded.\n")


def test_pipelines_that_failed_are_listed_with_their_jobs_and_log(database: PostgresDatabase):
    job = {"name": "courseline:deploy", "status": "failed", "url": "https://gitlab.example.org/j/1"}
    with database.transaction() as rows:
        save_course(rows, COURSE)
        for number, status in ((7, "failed"), (8, "success")):
            url = f"https://gitlab.example.org/p/{number}"
            rows.watch.save_pipeline(
                SeenPipeline(COURSE.id, number, 42, "main", "a" * 40, status, url, [job], NOW)
            )
    settings = {"COURSELINE_DATABASE_URL": database.url}
    shown = courseline("operations", "list", settings=settings).stdout
    assert "No operation has been recorded." in shown
    assert "courseline:deploy" in shown
    assert "/p/8" not in shown
    (listed,) = answer("operations", "list", settings=settings)["pipelines"]
    assert (listed["number"], listed["status"], listed["jobs"]) == (7, "failed", [job])
