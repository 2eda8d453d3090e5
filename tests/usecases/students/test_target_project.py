"""The GitLab project that the template is pushed to: its number and how open it is, as the deployment file says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.repositories import git
from tests.builders.template_course import TemplateCourse

from courseline.domain.ledger.operation import OperationState
from courseline.errors import NeighbourFailed, Refused
from courseline.usecases.forge import ForgeProject
from courseline.usecases.students.publish_template import PublishedTemplate


def publish(course: TemplateCourse, found: ForgeProject | None, **wanted: object) -> PublishedTemplate:
    """Publish a course that wants this of its project, with a GitLab that says that."""
    configured = replace(course.course, **wanted)
    with course.database.transaction() as rows:
        rows.courses.save(configured, names={})
    return course.publish(neighbours=replace(course.neighbours, find_project=lambda _url: found))


def commits(course: TemplateCourse) -> str:
    return git(course.template, "rev-list", "--all", "--count")


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (ForgeProject(42, "private"), {"template_project_id": 42, "template_visibility": "private"}),
        (ForgeProject(42, "private"), {"template_visibility": "internal"}),
        (ForgeProject(42, "public"), {"template_project_id": 42}),
        (ForgeProject(7, "public"), {}),
    ],
)
def test_the_project_that_is_wanted_gets_the_template(
    course: TemplateCourse, found: ForgeProject, wanted: dict[str, object]
) -> None:
    done = publish(course, found, **wanted)
    assert (done.commit is not None, done.refusals) == (True, ())


@pytest.mark.parametrize(
    ("found", "wanted", "rule"),
    [
        (ForgeProject(7, "private"), {"template_project_id": 42}, "project 7 now, not 42"),
        (
            ForgeProject(42, "public"),
            {"template_visibility": "private"},
            "public; the course wants it private",
        ),
        (
            ForgeProject(42, "internal"),
            {"template_visibility": "private"},
            "internal; the course wants it private",
        ),
    ],
)
def test_another_project_or_one_that_is_too_open_gets_nothing_and_the_operation_is_refused(
    course: TemplateCourse, found: ForgeProject, wanted: dict[str, object], rule: str
) -> None:
    with pytest.raises(Refused) as caught:
        publish(course, found, **wanted)
    assert rule in caught.value.problems[0].message
    assert commits(course) == "0"
    with course.database.transaction() as rows:
        (operation,) = rows.ledger.find_operations(targets=[course.course.template_identity], limit=1)
    assert operation.state is OperationState.REFUSED


def test_where_no_gitlab_can_be_asked_that_is_said(course: TemplateCourse) -> None:
    done = publish(course, None, template_visibility="private")
    assert done.commit is not None
    (warning,) = [problem for problem in done.warnings if "was not checked" in problem.message]
    assert "COURSELINE_GITLAB_TOKEN" in warning.fix


def test_a_gitlab_that_does_not_answer_stops_the_push(course: TemplateCourse) -> None:
    def away(_url: str) -> ForgeProject | None:
        raise NeighbourFailed("Asking https://gitlab.example.org: no answer. Try again later.")

    with course.database.transaction() as rows:
        rows.courses.save(replace(course.course, template_project_id=42), names={})
    with pytest.raises(NeighbourFailed):
        course.publish(neighbours=replace(course.neighbours, find_project=away))
    assert commits(course) == "0"
