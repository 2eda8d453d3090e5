"""A content that moves stays the same content: its files, its record and its history go with it."""

from __future__ import annotations

import pytest
from tests.builders.courses import Bench, place
from tests.builders.interruption import Calls, Killed
from tests.builders.postgres import PostgresServer
from tests.builders.repositories import git

from courseline.errors import InvalidInput
from courseline.usecases.deploying.deploy import Deployed

HELLO = place("week1.hello", "hello", "v1.0")


def statuses(deployed: Deployed) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}


def living(course: Bench) -> list[tuple[str, str | None]]:
    """Path and directory of the contents that live."""
    return course.query("SELECT path, directory FROM course_content WHERE removed_at IS NULL ORDER BY path")


def test_a_move_that_nobody_wrote_down_is_guessed_and_the_plan_says_so(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    content, files = course.record("week1.hello")["course_content_id"], course.files("week1/hello")
    course.wish(place("week2.greeting", "hello", "v1.0"))
    (step,) = course.plan().plan.steps
    assert step.message == (
        "moves from week1.hello; its files stay in week1/hello. This is a guess, because both have the same example: write"
        " `movedFrom: week1.hello` to confirm it, or `removed: [{path: week1.hello}]` if week2.greeting is another place"
    )
    assert statuses(course.deploy()) == {"week2.greeting": "moved"}
    assert course.files("week1/hello") == files
    assert course.history()[-1] == ("moved", "week2.greeting", "v1.0")
    assert course.record("week2.greeting")["course_content_id"] == content
    assert living(course) == [("week2.greeting", "week1/hello")]
    assert statuses(course.deploy()) == {"week2.greeting": "unchanged"}


def test_a_guess_finds_the_example_under_any_of_its_names(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", '"{{hello-uuid}}"', "v1.0"))
    assert statuses(course.deploy()) == {"week2.greeting": "moved"}


def test_a_confirmed_guess_is_the_step_that_the_plan_showed(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.0"))
    digest = course.plan().plan.digest
    course.wish(place("week2.greeting", "hello", "v1.0", movedFrom="week1.hello"))
    assert statuses(course.deploy(plan=digest)) == {"week2.greeting": "moved"}


def test_a_customised_place_keeps_its_changes_when_its_move_is_guessed(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    course.wish(place("week2.greeting", "hello", "v1.0"))
    assert statuses(course.deploy()) == {"week2.greeting": "moved"}
    assert course.read("week1/hello/main.py") == "print('mine')\n"


def test_a_guess_that_is_taken_back_brings_the_content_back(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    content = course.record("week1.hello")["course_content_id"]
    course.wish(place("week2.greeting", "hello", "v1.0"))
    course.deploy()
    course.wish(HELLO)
    assert statuses(course.deploy()) == {"week1.hello": "moved"}
    assert course.record("week1.hello")["course_content_id"] == content
    assert living(course) == [("week1.hello", "week1/hello")]


def test_an_ambiguous_move_refuses_the_plan_and_names_both_and_the_remedy(course: Bench) -> None:
    course.wish(HELLO + place("week1.again", "hello", "v1.1"))
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.1"))
    before = course.state()
    with pytest.raises(InvalidInput) as refused:
        course.deploy()
    (problem,) = refused.value.problems
    assert "`week1.hello` and `week1.again`" in problem.message
    assert "`movedFrom: week1.hello` or `movedFrom: week1.again`" in problem.fix
    assert course.state() == before
    course.wish(place("week2.greeting", "hello", "v1.1", movedFrom="week1.again"))
    assert statuses(course.deploy()) == {"week1.hello": "removed", "week2.greeting": "moved"}


def test_a_removal_that_is_written_down_is_no_move(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.0"), "removed: [{path: week1.hello}]\n")
    assert statuses(course.deploy()) == {"week1.hello": "removed", "week2.greeting": "deployed"}
    assert living(course) == [("week2.greeting", "week2/greeting")]


def test_files_that_a_person_moved_along_with_the_path_are_followed(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    moved = {
        f"week2/greeting/{path}": course.read(f"week1/hello/{path}") for path in course.files("week1/hello")
    }
    course.edit({**moved, "week1/hello": None})
    course.wish(place("week2.greeting", "hello", "v1.0"))
    assert statuses(course.deploy()) == {"week2.greeting": "moved"}
    assert living(course) == [("week2.greeting", "week2/greeting")]
    course.wish(place("week2.greeting", "hello", "v1.1"))
    assert statuses(course.deploy()) == {"week2.greeting": "deployed"}
    assert course.read("week2/greeting/main.py") == "print('hello two')\n"
    assert "week1" not in git(course.assignments, "ls-tree", "--name-only", "main")


def lost(course: Bench, url: str) -> Bench:
    """The same repositories and store with a new database; everything was registered and published again."""
    rebuilt = Bench(course.root, url)
    rebuilt.register()
    for tag in ("v1.0", "v1.1"):
        rebuilt.sync(tag)
    return rebuilt


def test_a_lost_database_finds_moved_contents_again(course: Bench, postgres: PostgresServer) -> None:
    course.wish(HELLO + place("week1.tools", "tools"))
    course.deploy()
    course.wish(
        place("week2.greeting", "hello", "v1.0", movedFrom="week1.hello")
        + place("week1.hello", "hello", "v1.1", directory="week1/second")
        + place("week1.tools", "tools")
    )
    course.deploy()
    course.wish(
        place("week2.greeting", "hello", "v1.0")
        + place("week1.hello", "hello", "v1.1")
        + place("week3.tools", "tools")
    )
    course.deploy()
    before = course.query(
        "SELECT id, path, first_path, directory FROM course_content WHERE removed_at IS NULL ORDER BY path"
    )
    head = course.head
    with postgres.fresh() as url:
        rebuilt = lost(course, url)
        assert set(statuses(rebuilt.deploy()).values()) == {"unchanged"}
        assert rebuilt.head == head
        assert before == rebuilt.query(
            "SELECT id, path, first_path, directory FROM course_content WHERE removed_at IS NULL ORDER BY path"
        )
        state = rebuilt.state()
        assert rebuilt.deploy().rows_changed is False
        assert rebuilt.state() == state
        rebuilt.wish(
            place("week4.greeting", "hello", "v1.1", movedFrom="week2.greeting")
            + place("week1.hello", "hello", "v1.1")
            + place("week3.tools", "tools")
        )
        assert [(result.path, result.status) for result in rebuilt.deploy().results][-2:] == [
            ("week4.greeting", "moved"),
            ("week4.greeting", "deployed"),
        ]
        rebuilt.close()


def test_a_lost_database_takes_no_content_from_metadata_that_the_place_does_not_confirm(
    course: Bench, postgres: PostgresServer
) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.0", movedFrom="week1.hello"))
    course.deploy()
    course.edit({"week1/hello/.example-library": None})
    with postgres.fresh() as url:
        rebuilt = lost(course, url)
        assert statuses(rebuilt.deploy()) == {"week2.greeting": "deployed"}
        assert living(rebuilt) == [("week2.greeting", "week2/greeting")]
        rebuilt.close()


def test_a_unit_moves_with_all_that_is_inside_in_one_transaction(course: Bench) -> None:
    course.wish(place("week1") + HELLO + place("week1.again", "hello", "v1.1"))
    course.deploy()
    rows = "SELECT t::text FROM course_content AS t ORDER BY 1"
    before, history = course.query(rows), course.history()
    course.wish(
        place("week2", movedFrom="week1")
        + place("week2.hello", "hello", "v1.0")
        + place("week2.again", "hello", "v1.1")
    )
    pushed: list[str] = []

    def stop(_number: int, name: str) -> None:
        """Before the transaction that records the commit is committed."""
        if name == "pushed":
            pushed.append(name)
        elif name == "commit" and pushed:
            raise Killed

    with pytest.raises(Killed):
        course.deploy(Calls(stop).watch(course.neighbours))
    assert (course.query(rows), course.history()) == (before, history)
    assert statuses(course.deploy()) == {"week2.again": "unchanged", "week2.hello": "unchanged"}
    assert living(course) == [("week2", None), ("week2.again", "week1/again"), ("week2.hello", "week1/hello")]
    assert course.history()[len(history) :] == [
        ("moved", "week2.again", "v1.1"),
        ("moved", "week2.hello", "v1.0"),
    ]


def test_a_guessed_move_that_was_killed_after_its_push_is_recorded_as_it_was_done(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    content = course.record("week1.hello")["course_content_id"]
    course.wish(place("week2.greeting", "hello", "v1.0"))

    def stop(_number: int, name: str) -> None:
        if name == "pushed":
            raise Killed

    with pytest.raises(Killed):
        course.deploy(Calls(stop).watch(course.neighbours))
    course.wish(place("week2.greeting", "tools"))  # nobody could guess any more
    assert statuses(course.deploy()) == {"week2.greeting": "deployed"}
    assert course.record("week2.greeting")["course_content_id"] == content
    assert ("moved", "week2.greeting", "v1.0") in course.history()
