"""Which moves are guessed, and which are too uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tests.builders.course_files import TYPES, course_file, errors, recorded

from courseline.domain.course.contents import ContentMatch, match_contents
from courseline.domain.course.course import Content
from courseline.domain.course.guessed_moves import guess_moves, move_candidates
from courseline.domain.course.wish import CourseFile
from courseline.domain.ids import course_id
from courseline.errors import Problem

COURSE = course_id("uni", "python", "python-101")
EXAMPLES = {"hello": UUID(int=1), "tools": UUID(int=2)}


def file_of(*entries: str, more: str = "") -> CourseFile:
    """`PATH EXAMPLE`, with further keys behind; the first entry stands on line 5."""
    lines = []
    for entry in entries:
        path, example, *rest = entry.split(" ", 2)
        lines.append(f"  - {{path: {path}, type: assignment, example: {example}{''.join(rest)}}}\n")
    file, problems = course_file(f"{TYPES}structure:\n{''.join(lines) or '  []'}\n{more}")
    assert errors(problems) == []
    return file


def match(
    file: CourseFile, existing: list[Content], guessed: Mapping[str, str] | None = None
) -> ContentMatch:
    return match_contents(COURSE, file, existing, "uni/python/python-101", guessed)


def guessed(before: CourseFile, after: CourseFile) -> tuple[dict[str, str], list[Problem]]:
    """What is guessed when `before` is deployed and `after` is pushed."""
    first = match(before, [])
    existing = recorded(first, [])
    held = {entry.content.id: EXAMPLES[entry.node.wish.example] for entry in first.matched if entry.node.wish}
    found = move_candidates(after, match(after, existing))
    wanted = {node.path: EXAMPLES[node.wish.example] for node in after.nodes if node.wish}
    return guess_moves(found, wanted, held)


def test_one_that_left_and_one_that_came_with_the_same_example_are_one() -> None:
    before = file_of("week1.hello hello", "week1.tools tools")
    assert guessed(before, file_of("week2.hi hello", "week1.tools tools")) == (
        {"week2.hi": "week1.hello"},
        [],
    )


def test_each_example_is_paired_alone() -> None:
    before = file_of("week1.hello hello", "week1.tools tools")
    after = file_of("week2.tools tools", "week2.hello hello")
    assert guessed(before, after) == ({"week2.hello": "week1.hello", "week2.tools": "week1.tools"}, [])


def test_another_example_is_no_move() -> None:
    assert guessed(file_of("week1.hello hello"), file_of("week2.hello tools")) == ({}, [])


def test_of_two_that_left_nobody_can_tell_which_moved() -> None:
    before = file_of("week1.hello hello", "week1.again hello")
    moves, (problem,) = guessed(before, file_of("week2.hello hello"))
    assert moves == {}
    assert problem.where == "course-structure.yaml:5"
    assert problem.message == (
        "`week2.hello` (line 5) is new with the example hello, and `week1.hello` and `week1.again` with the same example"
        " leave the file, so nobody can tell which one moved."
    )
    assert problem.fix == (
        "Write `movedFrom: week1.hello` or `movedFrom: week1.again` there; what did not move is named under `removed:`,"
        " as in `removed: [{path: week1.hello}]`."
    )


def test_of_two_that_came_nobody_can_tell_which_is_the_old_one() -> None:
    moves, (problem,) = guessed(
        file_of("week1.hello hello"), file_of("week2.hello hello", "week3.hello hello")
    )
    assert moves == {}
    assert "`week2.hello` (line 5) and `week3.hello` (line 6) are new" in problem.message
    assert "`movedFrom: week1.hello` at the one that it became" in problem.fix


def test_what_is_named_under_removed_moved_nowhere() -> None:
    before = file_of("week1.hello hello", "week1.again hello")
    removed = "removed: [{path: week1.again}]\n"
    assert guessed(before, file_of("week2.hello hello", more=removed)) == (
        {"week2.hello": "week1.hello"},
        [],
    )


def test_a_written_move_leaves_no_doubt_about_the_rest() -> None:
    before = file_of("week1.hello hello", "week1.again hello")
    after = file_of("week2.hello hello , movedFrom: week1.hello", "week2.again hello")
    assert guessed(before, after) == ({"week2.again": "week1.again"}, [])


def test_a_directory_that_nobody_leaves_is_another_place() -> None:
    before = file_of("week1.hello hello")
    assert guessed(before, file_of("week2.hello hello , directory: exercises/hello")) == ({}, [])
    assert guessed(before, file_of("week2.hello hello , directory: week1/hello")) == (
        {"week2.hello": "week1.hello"},
        [],
    )


def test_a_path_that_returns_is_the_content_that_was_there() -> None:
    first = match(file_of("week1.hello hello"), [])
    second = match(file_of(), recorded(first, []))
    third = match(file_of("week2.hello hello"), recorded(second, recorded(first, [])))
    existing = recorded(third, recorded(second, recorded(first, [])))
    back = file_of("week1.hello hello")
    assert not move_candidates(back, match(back, existing))


def test_a_guess_moves_the_content_and_says_that_it_is_one() -> None:
    existing = recorded(match(file_of("week1.hello hello"), []), [])
    (entry,) = match(file_of("week2.hello hello"), existing, {"week2.hello": "week1.hello"}).matched
    assert (entry.content.id, entry.old_path) == (existing[0].id, "week1.hello")
    assert entry.is_guess
    assert entry.directory == "week1/hello"
