"""A course gets examples of the repositories it may use, and nothing of others, not even as a dependency."""

from __future__ import annotations

import pytest
from tests.builders.courses import Bench, example, place
from tests.builders.repositories import Content, build_repository, git

from courseline.domain.deploying.step import StepAction
from courseline.domain.library.example import Visibility
from courseline.usecases.deploying.plan_assignments import Planned
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.library.sync import SyncRelease, sync
from courseline.wiring import resolve_url


def publish(
    course: Bench, name: str, files: dict[str, Content], organization: str, visibility: Visibility
) -> None:
    path = course.root / f"{name}.git"
    build_repository(path, [files])
    git(path, "tag", "v1.0", "refs/heads/main")
    registration = Registration(
        resolve_url(str(path)), name=name, organization=organization, visibility=visibility
    )
    sync(SyncRelease(str(path), "v1.0", registration), course.neighbours)


def told(planned: Planned) -> list[tuple[StepAction, str]]:
    return [(step.action, step.message) for step in planned.plan.steps]


@pytest.mark.parametrize(
    ("organization", "visibility"),
    [("school", Visibility.PRIVATE), ("school", Visibility.RESTRICTED), ("uni", Visibility.RESTRICTED)],
)
def test_an_example_of_a_forbidden_repository_is_not_in_the_library_of_the_course(
    empty: Bench, organization: str, visibility: Visibility
) -> None:
    publish(empty, "theirs", example("hello"), organization, visibility)
    empty.wish(place("week1.hello", "hello"))
    ((action, message),) = told(empty.plan())
    assert action is StepAction.REFUSED
    assert "no example hello is in the library of this course" in message
    assert "theirs" not in message


def test_a_forbidden_example_makes_no_name_ambiguous(course: Bench) -> None:
    publish(course, "theirs", example("hello"), "school", Visibility.PRIVATE)
    publish(course, "closed", example("hello"), "uni", Visibility.RESTRICTED)
    course.wish(place("week1.hello", "hello", "v1.0"))
    assert [step.action for step in course.plan().plan.steps] == [StepAction.ADD]


def test_a_public_example_brings_no_file_of_a_private_one_that_its_own_organization_may_use(
    empty: Bench,
) -> None:
    publish(empty, "theirs", example("tools"), "school", Visibility.PRIVATE)
    dependent = example("hello", meta="  testDependencies: [{example: tools, files: [main.py]}]\n")
    publish(empty, "shared", dependent, "school", Visibility.PUBLIC)
    linked = empty.query("SELECT count(*) FROM example_dependency WHERE depends_id IS NOT NULL")
    empty.wish(place("week1.hello", "hello"))
    ((action, message),) = told(empty.plan())
    assert linked == [(1,)]
    assert action is StepAction.REFUSED
    assert "its dependency `tools` is missing" in message
