from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.builders.course_files import recorded

from courseline.domain.course.contents import match_contents
from courseline.domain.course.course import Content, ContentKind, ContentType
from courseline.domain.course.wish import CourseFile, Node
from courseline.domain.ids import content_id, course_id
from courseline.errors import Severity, errors_among

COURSE = course_id("tu", "programming", "python-101")
TITLE = "tu/programming/python-101"
TYPES = (
    ContentType(ContentKind.UNIT, "week", "Week"),
    ContentType(ContentKind.ASSIGNMENT, "assignment", "Assignment"),
)


def file_of(*entries: str) -> CourseFile:
    """`path`, `path<old` for movedFrom, `path@directory` for an explicit directory; assignments, or units as `path/`."""
    nodes = []
    for number, entry in enumerate(entries):
        rest, _, directory = entry.partition("@")
        path, _, moved_from = rest.partition("<")
        kind = "week" if path.endswith("/") else "assignment"
        path = path.rstrip("/")
        nodes.append(
            Node(
                path,
                kind,
                path,
                number,
                number + 1,
                directory=directory or None,
                moved_from=moved_from or None,
            )
        )
    return CourseFile(TYPES, tuple(nodes))


def match(file: CourseFile, existing=()):
    return match_contents(COURSE, file, existing, TITLE)


def after(*files: CourseFile) -> list[Content]:
    """What is recorded after these files were deployed one after the other."""
    existing: list[Content] = []
    for file in files:
        result = match(file, existing)
        assert errors_among(result.problems) == ()
        existing = recorded(result, existing)
    return existing


def born(path: str, number: int = 0):
    return content_id(COURSE, path, number)


def ids(result) -> dict[str, object]:
    return {entry.node.path: entry.content.id for entry in result.matched}


def test_the_contents_of_a_new_course_are_born_at_their_paths():
    result = match(file_of("a.x", "a.y"))
    assert ids(result) == {"a.x": born("a.x"), "a.y": born("a.y")}
    assert all(entry.is_new and entry.old_path is None for entry in result.matched)
    assert result.directories == {born("a.x"): "a/x", born("a.y"): "a/y"}
    assert (result.leaving, result.moves, result.problems) == ((), (), ())


def test_a_content_follows_the_file_in_everything_but_its_identity():
    existing = after(file_of("a"))
    node = Node("a", "week", "New title", 0, 1, properties={"maxSubmissions": 3})
    (content,) = match(CourseFile(TYPES, (node,)), existing).contents
    assert content == Content(born("a"), "a", "a", "week", "New title", 0, "a", {"maxSubmissions": 3})


def test_a_content_that_is_not_in_the_file_leaves():
    existing = after(file_of("a", "b"))
    result = match(file_of("b"), existing)
    assert [content.path for content in result.leaving] == ["a"]


def test_a_move_keeps_content_and_directory():
    existing = after(file_of("week1.a"))
    result = match(file_of("week2.a<week1.a"), existing)
    assert [(content.id, content.path, content.first_path, old) for content, old in result.moves] == [
        (born("week1.a"), "week2.a", "week1.a", "week1.a")
    ]
    assert result.directories == {born("week1.a"): "week1/a"}
    assert (result.leaving, result.problems) == ((), ())


def test_moved_from_that_stays_in_the_file_means_nothing_once_the_move_is_done():
    existing = after(file_of("a"), file_of("b<a"))
    result = match(file_of("b<a"), existing)
    assert (result.moves, result.problems) == ((), ())


def test_a_new_content_at_a_path_that_another_left_is_a_content_of_its_own():
    existing = after(file_of("a"))
    result = match(file_of("b<a", "a@other"), existing)
    assert ids(result) == {"b": born("a"), "a": born("a", 1)}
    again = match(file_of("b<a", "a@other"), recorded(result, existing))
    assert ids(again) == ids(result)
    assert again.moves == ()


def test_a_new_default_directory_that_a_moved_content_kept_is_refused_asking_for_another():
    existing = after(file_of("a"))
    (problem,) = match(file_of("b<a", "a"), existing).problems
    assert problem.line == 2
    assert "already the one of `b` (line 1), since its first deploy" in problem.message
    assert "`directory:`" in problem.fix


def test_contents_can_move_up_in_a_row():
    existing = after(file_of("a", "b", "c"))
    result = match(file_of("b<a", "c<b", "d<c"), existing)
    assert ids(result) == {"b": born("a"), "c": born("b"), "d": born("c")}
    assert [old for _, old in result.moves] == ["a", "b", "c"]
    assert result.leaving == ()


def test_what_is_inside_a_unit_moves_with_it():
    existing = after(file_of("a/", "a.x", "a.y", "a.z", "b@own"))
    result = match(file_of("c/<a", "c.x", "c.y.y<a.y", "c.b<b", "c.new"), existing)
    assert ids(result) == {
        "c": born("a"), "c.x": born("a.x"), "c.y.y": born("a.y"), "c.b": born("b"), "c.new": born("c.new"),
    }  # fmt: skip
    assert [content.path for content in result.leaving] == ["a.z"]
    again = match(file_of("c/<a", "c.x", "c.y.y<a.y", "c.b<b", "c.new"), recorded(result, existing))
    assert (ids(again), again.moves) == (ids(result), ())


def test_nothing_moves_along_that_stays_or_that_comes_after_the_move():
    existing = after(file_of("a/", "a.x"))
    assert ids(match(file_of("c/<a", "a.x", "c.x@other"), existing))["c.x"] == born("c.x")
    moved = after(file_of("a/", "a.x@one"), file_of("c/<a", "c.x"), file_of("c/<a", "c.x", "a/", "a.y@two"))
    assert ids(match(file_of("c/<a", "c.x", "a/", "c.y@three"), moved))["c.y"] == born("c.y")


def test_a_move_onto_a_path_where_somebody_stays_does_not_count():
    existing = after(file_of("a", "b"))
    result = match(file_of("b<a"), existing)
    assert ids(result) == {"b": born("b")}
    assert [content.path for content in result.leaving] == ["a"]


def test_a_circle_of_moves_does_not_count():
    existing = after(file_of("a", "b"))
    assert match(file_of("a<b", "b<a"), existing).moves == ()


def test_a_removed_content_that_returns_is_the_same_content_in_its_directory():
    existing = after(file_of("a@tasks/a", "b"), file_of("b"))
    result = match(file_of("a", "b"), existing)
    assert ids(result)["a"] == born("a")
    assert result.directories[born("a")] == "tasks/a"
    assert result.moves == ()
    assert not any(entry.is_new for entry in result.matched)


def test_a_removed_content_returns_where_it_lived_last_or_where_it_was_born():
    moved = (file_of("a"), file_of("b<a"), file_of())
    assert ids(match(file_of("b"), after(*moved))) == {"b": born("a")}
    back = match(file_of("a"), after(*moved))
    assert (ids(back), back.moves) == ({"a": born("a")}, ())
    both = match(file_of("a", "b"), after(*moved))
    assert ids(both) == {"a": born("a", 1), "b": born("a")}


def test_taking_a_move_back_brings_the_same_content_back():
    existing = after(file_of("a"), file_of("b<a"))
    result = match(file_of("a"), existing)
    assert ids(result) == {"a": born("a")}
    assert [old for _, old in result.moves] == ["b"]
    assert result.leaving == ()


def test_of_two_that_were_born_at_a_path_the_one_that_leaves_just_now_comes_back():
    existing = after(file_of("a"), file_of("b<a", "a@other"), file_of("c<a", "b"), file_of("c"))
    assert sorted((content.path, content.removed) for content in existing) == [("b", True), ("c", False)]
    assert ids(match(file_of("a"), existing)) == {"a": born("a", 1)}


def test_a_moved_from_that_names_nobody_is_refused_while_contents_leave():
    existing = after(file_of("week1.hello", "week1.other"))
    result = match(file_of("week2.hello<week1.helo", "week1.other"), existing)
    (problem,) = result.problems
    assert problem.where == "course-structure.yaml:1"
    assert (
        problem.message
        == f"`week2.hello` says `movedFrom: week1.helo`, and no content of {TITLE} lives there."
    )
    assert "`week1.hello`" in problem.fix
    assert problem.severity is Severity.ERROR


def test_a_moved_from_that_names_nobody_is_a_warning_in_a_course_that_loses_nothing():
    result = match(file_of("b<a"))
    assert [problem.severity for problem in result.problems] == [Severity.WARNING]
    assert ids(result) == {"b": born("b")}


def test_a_written_directory_wins_and_a_change_of_it_is_told():
    existing = after(file_of("a@tasks/a"))
    result = match(file_of("a@exercises/a"), existing)
    assert result.directories == {born("a"): "exercises/a"}
    (problem,) = result.problems
    assert problem.severity is Severity.WARNING
    assert "`git mv tasks/a exercises/a`" in problem.fix


def test_a_place_inside_another_is_refused():
    result = match(file_of("a@tasks", "tasks.b"))
    assert [problem.line for problem in errors_among(result.problems)] == [2]


def test_a_unit_takes_no_directory():
    unit, inner = Node("a", "week", "a", 0, 1), Node("a.x", "assignment", "x", 1, 2)
    assert match(CourseFile(TYPES, (unit, inner))).problems == ()


def test_paths_that_differ_only_in_case_need_a_directory():
    assert [problem.line for problem in match(file_of("a.x", "A.x")).problems] == [2]


def test_a_path_that_is_no_directory_name_needs_a_directory():
    (problem,) = match(file_of("week1.aux")).problems
    assert "device on Windows" in problem.message
    assert problem.fix == "Give `week1.aux` a `directory:` of another name."
    assert match(file_of("week1.aux@week1/sound")).problems == ()


def test_an_id_that_is_taken_by_a_foreign_rule_is_not_given_again():
    stranger = Content(born("a"), "z", "z", "assignment", "z", 0)
    assert ids(match(file_of("a", "z"), [stranger])) == {"a": born("a", 1), "z": born("a")}


def test_the_number_in_an_id_counts_the_contents_born_at_the_path():
    stranger = Content(uuid4(), "z", "a", "assignment", "z", 0)
    assert ids(match(file_of("a", "z"), [stranger])) == {"a": born("a", 1), "z": stranger.id}


PATHS = ("a", "b", "c", "d")


@st.composite
def files(draw):
    """A sound course file over four paths: no path twice, no source twice, no circle."""
    paths = draw(st.lists(st.sampled_from(PATHS), unique=True))
    sources = draw(st.permutations(PATHS))
    moves = {
        path: old for path, old in zip(paths, sources, strict=False) if path != old and draw(st.booleans())
    }
    for start in moves:
        at, steps = start, 0
        while at in moves and steps <= len(moves):
            at, steps = moves[at], steps + 1
        assume(at not in moves)
    # Directories of their own, so that the histories are about identity alone.
    return file_of(*(f"{path}{'<' + moves[path] if path in moves else ''}@{uuid4()}" for path in paths))


@given(st.lists(files(), min_size=1, max_size=6), st.booleans())
def test_matching_again_after_applying_changes_nothing(history, deployed):
    existing: list[Content] = []
    for file in history:
        result = match(file, existing)
        known = {content.id for content in existing}
        existing = recorded(result, existing, deployed=deployed)
        again = match(file, existing)
        assert again.contents == tuple(
            replace(content, directory=again.matched[number].content.directory)
            for number, content in enumerate(result.contents)
        )
        assert again.directories == result.directories
        assert (again.moves, again.leaving) == ((), ())
        assert not any(entry.is_new for entry in again.matched)
        assert all(entry.is_new is (entry.content.id not in known) for entry in result.matched)


@given(st.lists(files(), min_size=1, max_size=6))
def test_a_content_never_stands_at_two_paths_and_none_is_lost(history):
    existing: list[Content] = []
    for file in history:
        result = match(file, existing)
        now = [entry.content.id for entry in result.matched]
        assert len(set(now)) == len(now) == len(file.nodes)
        living = {content.id for content in existing if not content.removed}
        assert living <= {*now, *(content.id for content in result.leaving)}
        assert not {content.id for content in result.leaving} & set(now)
        existing = recorded(result, existing)
        paths = [content.path for content in existing if not content.removed]
        assert sorted(paths) == sorted(node.path for node in file.nodes)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_what_is_recorded_does_not_matter(order):
    existing = after(file_of("a", "b", "c"), file_of("d<a", "a<b@x", "c"), file_of("c"))
    result = match(file_of("a", "b", "c", "d"), existing[::order])
    assert ids(result) == {"a": born("b"), "b": born("b", 1), "c": born("c"), "d": born("a")}
