"""What is watched of courses: kept, replaced, found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.builders.rows import (
    NOW,
    a_course,
    a_repository,
    a_version,
    an_example,
    hex_of,
    publish,
    save_course,
)

from courseline.adapters.database.database import PostgresDatabase
from courseline.usecases.react.watch_rows import (
    MERGED,
    OPENED,
    Outcome,
    SeenHead,
    SeenPipeline,
    SeenRequest,
    Undone,
)


def test_a_course_nobody_looked_at_has_an_empty_head(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        course = save_course(rows, a_course())
        assert rows.watch.head(course.id) == SeenHead(course.id)
        assert rows.watch.heads() == {}


def test_deploy_and_template_are_recorded_each_by_itself(database: PostgresDatabase) -> None:
    refused = Outcome((Undone("week1.a", "refused", "`x` ü"),))
    with database.transaction() as rows:
        course = save_course(rows, a_course())
        rows.watch.save_deploy(course.id, hex_of("one"), refused, NOW)
        rows.watch.save_template(course.id, hex_of("one"), Outcome(problem="stopped"), NOW)
        rows.watch.save_deploy(course.id, hex_of("two"), Outcome(problem="later"), NOW + timedelta(hours=1))
    with database.transaction() as rows:
        found = rows.watch.head(course.id)
        assert rows.watch.heads() == {course.id: found}
    assert (found.sha, found.outcome, found.looked_at) == (
        hex_of("two"),
        Outcome(problem="later"),
        NOW + timedelta(hours=1),
    )
    assert (found.template_sha, found.template_outcome.problem) == (hex_of("one"), "stopped")
    assert (refused.is_good, found.outcome.is_good, Outcome().is_good) == (False, False, True)


def test_the_library_is_another_one_after_a_label_and_after_its_withdrawal(
    database: PostgresDatabase,
) -> None:
    repository = a_repository()
    example = an_example(repository)
    seen = []
    with database.transaction() as rows:
        seen.append(rows.watch.library())
        rows.library.add_repository(repository)
        publish(rows, example, "v1.0", a_version(example))
        seen += [rows.watch.library(), rows.watch.library()]
    assert seen[0] != seen[1] == seen[2]


def test_merge_requests_are_found_by_state_and_course(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        course = save_course(rows, a_course())
        one = SeenRequest(
            course.id, 5, 42, "https://x/5", OPENED, "main", hex_of("a"), NOW, plan=hex_of("p", 64)
        )
        two = replace(one, iid=6, state=MERGED, merged_commit=hex_of("b"))
        for request in (two, one, replace(one, touches=True)):
            rows.watch.save_request(request)
        assert rows.watch.request(course.id, 5) == replace(one, touches=True)
        assert rows.watch.request(course.id, 7) is None
        assert [found.iid for found in rows.watch.requests([OPENED, MERGED])] == [5, 6]
        assert rows.watch.requests([MERGED], course.id) == [two]


def test_pipelines_come_newest_first_and_keep_their_last_status(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        course = save_course(rows, a_course())
        job = {"name": "courseline:deploy", "status": "failed", "url": "https://x/j"}
        one = SeenPipeline(course.id, 9, 42, "main", hex_of("a"), "running", "https://x/9", [], NOW)
        ended = replace(one, status="failed", jobs=[job])
        for pipeline in (one, replace(one, number=10), ended):
            rows.watch.save_pipeline(pipeline)
        assert [found.number for found in rows.watch.pipelines(course.id)] == [10, 9]
        assert rows.watch.pipelines()[1] == ended
        assert rows.watch.pipelines(limit=1)[0].number == 10


def test_how_far_a_group_was_read(database: PostgresDatabase) -> None:
    with database.transaction() as rows:
        assert rows.watch.mark("uni") is None
        rows.watch.save_mark("uni", NOW)
        rows.watch.save_mark("uni", NOW + timedelta(minutes=5))
        assert rows.watch.mark("uni") == NOW + timedelta(minutes=5)
