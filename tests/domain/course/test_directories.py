import pytest

from courseline.domain.course.directories import Claim, Reason, default_directory, directory_problem, overlaps


def claim(content, directory, reason=Reason.DEFAULT, line=1):
    return Claim(content, directory, reason, line)


def test_the_default_directory_is_the_path_with_slashes():
    assert default_directory("week1.hello_world") == "week1/hello_world"


@pytest.mark.parametrize("text", ["week1/hello-world", "hello", "a/b/c/", "Übung 1/Größe"])
def test_ordinary_directories_are_taken(text):
    assert directory_problem(text, "f", 1) is None


@pytest.mark.parametrize(
    "text",
    ["", ".", "/", "../x", "a/../b", "/etc", "a\\b", "a//b", ".git", "a/.github", ".course-metadata", "README.md",
     "readme.MD/x", "course-structure.yaml", "a:b", "con", "a\nb", "C:/x"],
)  # fmt: skip
def test_directories_that_leave_hide_or_stand_in_the_way_are_refused(text):
    problem = directory_problem(text, "course-structure.yaml", 7)
    assert problem is not None
    assert problem.where == "course-structure.yaml:7"
    assert problem.fix
    assert "\n" not in problem.sentence


def test_separate_directories_do_not_overlap():
    claims = [claim("a.b", "a/b"), claim("a.bc", "a/bc"), claim("c", "c"), claim("d", "a/d")]
    assert overlaps(claims, "f") == []


@pytest.mark.parametrize("other", ["week1/hello", "Week1/HELLO"])
def test_one_directory_for_two_contents_is_found_also_in_another_case(other):
    found = overlaps([claim("x", "week1/hello", line=3), claim("y", other, line=9)], "f")
    assert [problem.line for problem in found] == [9]
    assert "`x` (line 3)" in found[0].message
    assert "`y`" in found[0].fix


@pytest.mark.parametrize(
    ("first", "second", "blamed"),
    [
        (Reason.DEFAULT, Reason.FIXED, 1),
        (Reason.FIXED, Reason.WRITTEN, 2),
        (Reason.WRITTEN, Reason.DEFAULT, 2),
        (Reason.WRITTEN, Reason.WRITTEN, 2),
    ],
)
def test_who_has_the_weaker_reason_gives_way(first, second, blamed):
    same = overlaps([claim("x", "d", first, 1), claim("y", "d", second, 2)], "f")
    inside = overlaps([claim("x", "d", first, 1), claim("y", "d/e", second, 2)], "f")
    assert [problem.line for problem in same] == [blamed]
    assert [problem.line for problem in inside] == [blamed]


def test_a_place_deep_inside_another_is_found():
    found = overlaps([claim("x", "a", line=1), claim("y", "A/b/c/d", line=2)], "f")
    assert [problem.line for problem in found] == [2]
    assert "no place may lie in another" in found[0].message
