"""Groups and projects of a course."""

from __future__ import annotations

import pytest

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.connect.course_places import (
    assignments_path,
    course_places,
    is_more_open,
    least_open,
    says_assignments,
    shown_name,
    with_assignments,
)
from courseline.domain.course.deployment_file import CourseDeployment, parse_deployment_file

FILE = b"""\
organization: {path: uni, name: "Uni: Informatics", description: All of it}
courseFamily: {path: programming}
course:
  path: python-101
  name: Python
  settings:
    timezone: UTC
"""


def deployment(raw: bytes = FILE, url: str = "https://g/x/python-101-assignments.git") -> CourseDeployment:
    found, problems = parse_deployment_file(with_assignments(read_yaml(raw, "deployment.yaml"), url))
    assert found is not None, problems
    return found


@pytest.mark.parametrize(("parent", "front"), [("", ""), ("faculty/cs", "faculty/cs/")])
def test_a_course_lies_in_organization_family_and_course(parent: str, front: str) -> None:
    path = assignments_path(deployment(), parent)
    assert path == f"{front}uni/programming/python-101/python-101-assignments"


def test_each_group_is_named_as_the_file_does_and_the_parent_is_somebody_elses() -> None:
    course = deployment()
    path = assignments_path(course, "faculty")
    places = course_places(course, "faculty", path, path.replace("-assignments", "-student-template"))
    assert [(group.path, group.name) for group in places.groups] == [
        ("faculty/uni", "Uni Informatics"),
        ("faculty/uni/programming", "programming"),
        ("faculty/uni/programming/python-101", "Python"),
    ]
    assert places.groups[0].description == "All of it"
    assert (places.template.group, places.template.name) == (
        places.assignments.group,
        "python-101-student-template",
    )


def test_the_template_is_private_unless_the_file_allows_more() -> None:
    assert course_places(deployment(), "", "a/b", "a/c").template.visibility == "private"
    open_ = FILE + b"    studentTemplate: {visibility: internal}\n"
    assert course_places(deployment(open_), "", "a/b", "a/c").template.visibility == "internal"


def test_projects_in_another_group_than_the_files_bring_that_group() -> None:
    places = course_places(deployment(), "", "elsewhere/x/a-assignments", "elsewhere/x/a-student-template")
    assert [(group.path, group.name) for group in places.groups] == [
        ("elsewhere", "elsewhere"),
        ("elsewhere/x", "x"),
    ]


def test_an_address_that_is_put_in_moves_no_line() -> None:
    located = read_yaml(FILE, "deployment.yaml")
    assert not says_assignments(located)
    filled = with_assignments(located, "https://g/a/b-assignments.git")
    assert says_assignments(filled)
    assert filled.line("course", "settings", "timezone") == 7


def test_openness_is_ordered() -> None:
    assert least_open("public", "internal") == "internal"
    assert is_more_open("public", "private")
    assert not is_more_open("private", "private")


@pytest.mark.parametrize(
    ("name", "shown"), [("A: b & c", "A b c"), ("...", "group"), ("Größe (1)", "Größe (1)")]
)
def test_names_are_made_so_that_gitlab_takes_them(name: str, shown: str) -> None:
    assert shown_name(name) == shown
