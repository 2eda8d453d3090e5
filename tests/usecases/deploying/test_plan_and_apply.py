"""A plan is kept, and holds a deploy to what it showed."""

from __future__ import annotations

import pytest
from tests.builders.courses import Bench, example, place
from tests.builders.interruption import Calls, Killed

from courseline.domain.deploying.step import StepAction
from courseline.errors import NotFound
from courseline.usecases.deploying.deploy import Deployed

BOTH = place("week1.hello", "hello", "^1.0") + place("week1.tools", "tools", "^1.0")


def statuses(deployed: Deployed) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}


def test_a_plan_shows_the_steps_and_changes_neither_rows_nor_repository(course: Bench) -> None:
    course.wish(BOTH)
    before = course.state()
    planned = course.plan()
    after = course.state()
    assert [(step.path, step.action) for step in planned.plan.steps] == [
        ("week1.hello", StepAction.ADD),
        ("week1.tools", StepAction.ADD),
    ]
    kept, _ = after.pop("plan"), before.pop("plan")
    assert after == before
    assert isinstance(kept, list)
    assert len(kept) == 1


def test_a_plan_of_a_dry_run_is_not_kept(course: Bench) -> None:
    course.wish(BOTH)
    before = course.state()
    course.plan(dry_run=True)
    assert course.state() == before


def test_a_plan_can_be_made_for_a_commit_and_for_a_branch(course: Bench) -> None:
    course.wish(place("week1.hello", "hello"))
    old = course.head
    course.wish(BOTH)
    assert [step.path for step in course.plan(ref=old).plan.steps] == ["week1.hello"]
    assert len(course.plan(ref="refs/heads/main").plan.steps) == 2
    assert course.plan(ref="main").plan.digest == course.plan().plan.digest


def test_a_deploy_of_a_plan_applies_the_steps_it_showed(course: Bench) -> None:
    course.wish(BOTH)
    digest = course.plan().plan.digest
    assert statuses(course.deploy(plan=digest)) == {"week1.hello": "deployed", "week1.tools": "deployed"}
    assert statuses(course.deploy(plan=digest)) == {"week1.hello": "unchanged", "week1.tools": "unchanged"}


def test_a_plan_is_not_resolved_again_when_something_was_published_since(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "latest"))
    digest = course.plan().plan.digest
    course.publish(example("hello", "three"), "v1.2")
    assert statuses(course.deploy(plan=digest)) == {"week1.hello": "deployed"}
    assert course.record("week1.hello")["version_tag"] == "v1.1"
    assert statuses(course.deploy()) == {"week1.hello": "unchanged"}
    course.wish(place("week1.hello", "hello", "v1.2"))
    assert statuses(course.deploy()) == {"week1.hello": "deployed"}
    assert course.record("week1.hello")["version_tag"] == "v1.2"


def test_a_step_that_the_plan_did_not_show_is_refused_alone(course: Bench) -> None:
    course.wish(place("week1.hello", "hello"))
    digest = course.plan().plan.digest
    course.wish(place("week1.hello", "hello") + place("week1.tools", "tools"))
    deployed = course.deploy(plan=digest)
    assert statuses(deployed) == {"week1.hello": "deployed", "week1.tools": "refused"}
    assert "Make a new plan" in deployed.results[1].message


def test_a_wish_that_changed_since_the_plan_is_not_answered_with_the_old_version(course: Bench) -> None:
    course.wish(BOTH)
    digest = course.plan().plan.digest
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools", "^1.0"))
    deployed = course.deploy(plan=digest)
    assert statuses(deployed) == {"week1.hello": "refused", "week1.tools": "deployed"}


def test_a_pin_that_was_added_since_the_plan_refuses_the_planned_version(course: Bench) -> None:
    course.wish(BOTH)
    digest = course.plan().plan.digest
    course.wish(place("week1.hello", "hello", "^1.0", pin="v1.0") + place("week1.tools", "tools", "^1.0"))
    assert statuses(course.deploy(plan=digest))["week1.hello"] == "refused"


def test_a_directory_that_changed_since_the_plan_is_not_written(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools"))
    course.deploy()
    course.wish(place("week1.hello", "hello", "v1.1") + place("week1.tools", "tools"))
    digest = course.plan().plan.digest
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    assert statuses(course.deploy(plan=digest))["week1.hello"] == "conflict"
    assert course.read("week1/hello/main.py") == "print('mine')\n"


def test_a_move_that_the_plan_did_not_show_waits_at_its_old_path(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    digest = course.plan().plan.digest
    course.wish(place("week2.hello", "hello", "v1.0", movedFrom="week1.hello"))
    assert statuses(course.deploy(plan=digest)) == {"week2.hello": "refused"}
    assert course.query("SELECT path FROM course_content") == [("week1.hello",)]
    assert statuses(course.deploy()) == {"week2.hello": "moved"}


def test_a_plan_that_nobody_kept_is_unknown(course: Bench) -> None:
    course.wish(BOTH)
    with pytest.raises(NotFound, match="no plan abc is kept for this course"):
        course.deploy(plan="abc")


def test_the_digest_of_a_plan_does_not_depend_on_commits_elsewhere(course: Bench) -> None:
    course.wish(BOTH)
    digest = course.plan().plan.digest
    course.edit({"README.md": "hello\n"})
    again = course.plan().plan
    assert again.digest == digest
    assert again.base_sha == course.head


def test_a_refused_move_whose_old_path_is_taken_changes_nothing(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools"))
    course.deploy()

    def moved(to: str, heirs: str) -> None:
        course.wish(place(to, "hello", "v1.0", movedFrom="week1.hello", title="Hi") + heirs)

    heirs = place("week1.hello", "tools", movedFrom="week1.tools") + place(
        "week1.tools", "hello", "v1.1", directory="week1/second"
    )
    moved("week2.hello", heirs)
    digest = course.plan().plan.digest
    moved("week3.hello", heirs)
    rows = "SELECT t::text FROM course_content AS t ORDER BY 1"
    deployments = "SELECT t::text FROM course_content_deployment AS t ORDER BY 1"
    before, head = (course.query(rows), course.query(deployments)), course.head
    deployed = course.deploy(plan=digest)
    assert statuses(deployed) == {
        "week3.hello": "refused",
        "week1.hello": "refused",
        "week1.tools": "refused",
    }
    message = next(result.message for result in deployed.results if result.path == "week1.tools")
    assert message.startswith(
        "the content that lives here stays, because its move is not what the plan showed"
    )
    assert (course.query(rows), course.query(deployments), course.head) == (*before, head)
    assert {result.status for result in course.deploy().results} == {"moved", "deployed"}
    assert course.query("SELECT path FROM course_content ORDER BY path") == [
        ("week1.hello",), ("week1.tools",), ("week3.hello",),
    ]  # fmt: skip


def test_a_content_without_example_waits_for_the_path_of_a_refused_move(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    course.wish(place("week2.hello", "hello", "v1.0", movedFrom="week1.hello"))
    digest = course.plan().plan.digest
    course.wish(
        place("week3.hello", "hello", "v1.0", movedFrom="week1.hello")
        + place("week1.hello", directory="week1/essay")
    )
    assert statuses(course.deploy(plan=digest)) == {"week3.hello": "refused"}
    assert course.query("SELECT path FROM course_content") == [("week1.hello",)]
    assert statuses(course.deploy()) == {"week3.hello": "moved"}
    assert course.query("SELECT path FROM course_content ORDER BY path") == [
        ("week1.hello",), ("week3.hello",),
    ]  # fmt: skip


def test_a_refused_move_changes_nothing_either_when_the_rest_was_killed_after_its_push(course: Bench) -> None:
    hello = place("week1.hello", "hello", "v1.0")
    course.wish(hello)
    course.deploy()
    course.wish(hello + place("week1.tools", "tools"))
    digest = course.plan().plan.digest
    course.wish(
        place("week2.hello", "hello", "v1.0", movedFrom="week1.hello") + place("week1.tools", "tools")
    )

    def stop(_number: int, name: str) -> None:
        if name == "pushed":
            raise Killed

    with pytest.raises(Killed):
        course.deploy(Calls(stop).watch(course.neighbours), plan=digest)
    deployed = course.deploy(plan=digest)
    assert statuses(deployed) == {"week1.tools": "unchanged", "week2.hello": "refused"}
    assert course.query("SELECT path FROM course_content ORDER BY path") == [
        ("week1.hello",), ("week1.tools",),
    ]  # fmt: skip
    assert statuses(course.deploy()) == {"week1.tools": "unchanged", "week2.hello": "moved"}
