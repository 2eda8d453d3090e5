"""A push that reaches the repository only after its run was killed and the next one has planned."""

from __future__ import annotations

import pytest
from tests.builders.courses import Bench, example, place
from tests.builders.interruption import Calls, Killed
from tests.builders.repositories import git

from courseline.usecases.ledger.verify_history import VerifyHistory, verify_history

UNDER_WAY = "#!/bin/sh\nread old new name\ngit update-ref refs/late/push $new\ngit update-ref $name $old\n"


def killed_with_its_push_under_way(course: Bench) -> str:
    """Deploy and die in the push; answers the commit, which the server has and has not put on the branch yet."""

    def stop(_number: int, name: str) -> None:
        if name == "pushed":
            raise Killed

    hook = course.assignments / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(UNDER_WAY)
    hook.chmod(0o755)
    before = course.head
    with pytest.raises(Killed):
        course.deploy(Calls(stop).watch(course.neighbours))
    hook.unlink()
    assert course.head == before
    return git(course.assignments, "rev-parse", "refs/late/push")


def landing(course: Bench, sha: str) -> Calls:
    """A run during which the earlier push lands, right before this run's own."""

    def land(_number: int, name: str) -> None:
        if name == "push" and course.head != sha:
            git(course.assignments, "update-ref", "refs/heads/main", sha)

    return Calls(land)


def test_it_is_recorded_as_what_it_was_and_not_as_what_the_next_run_planned(empty: Bench) -> None:
    course = empty
    course.publish(example("hello"), "v1.0")
    course.wish(place("w.hello", "hello", "latest"))
    late = killed_with_its_push_under_way(course)
    course.publish(example("hello", "two"), "v1.1")
    assert course.plan().plan.steps[0].to_label == "v1.1"
    deployed = course.deploy(landing(course, late).watch(course.neighbours))
    assert (deployed.commit, course.head) == (None, late)
    assert [entry for entry in course.history() if entry[0] == "deployed"] == [
        ("deployed", "w.hello", "v1.0")
    ]
    assert course.record("w.hello")["version_tag"] == "v1.0"
    assert course.operations() == [("deploy", "done")]
    assert "one" in course.read("w/hello/main.py")
    assert verify_history(VerifyHistory(repository_url=course.url), course.neighbours).sound


def test_one_that_never_arrives_is_replaced_by_what_the_next_run_planned(empty: Bench) -> None:
    course = empty
    course.publish(example("hello"), "v1.0")
    course.wish(place("w.hello", "hello", "latest"))
    killed_with_its_push_under_way(course)
    course.publish(example("hello", "two"), "v1.1")
    deployed = course.deploy()
    assert course.head == deployed.commit
    assert [entry for entry in course.history() if entry[0] == "deployed"] == [
        ("deployed", "w.hello", "v1.1")
    ]
    assert course.operations() == [("deploy", "done")]
    assert verify_history(VerifyHistory(repository_url=course.url), course.neighbours).sound
