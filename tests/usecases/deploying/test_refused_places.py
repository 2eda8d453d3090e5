"""One place's problem is that place's alone; a broken course file is everybody's."""

from __future__ import annotations

import pytest
from tests.builders.courses import HEADER, Bench, example, place
from tests.builders.repositories import build_repository

from courseline.domain.library.label import Label
from courseline.errors import InvalidInput, NeighbourFailed, NotFound, Refused, errors_among
from courseline.usecases.deploying.deploy import Deploy, Deployed, deploy
from courseline.usecases.object_store import ObjectStore

TOOLS = place("week1.tools", "tools")


def statuses(deployed: Deployed) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}


def message(deployed: Deployed, path: str) -> str:
    return next(result.message for result in deployed.results if result.path == path)


def damage(course: Bench, directory: str, label: str, path: str) -> str:
    """Change a file of a version in the store; answers its key."""
    with course.database.transaction() as rows:
        (found,) = rows.library.find([directory], None)[directory]
        wanted = Label.parse(label)
        version = next(one for one in rows.library.labels([found.id])[found.id] if one.label == wanted)
    key = f"repositories/{found.repository_id}/{found.id}/{version.version_identifier}/files/{path}"
    assert course.store.get(key) is not None
    course.store.put(key, b"rotten")
    return key


def test_an_unknown_example_is_refused_with_its_line_and_the_others_go(course: Bench) -> None:
    course.wish(TOOLS + place("week1.gap", "nowhere"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.gap": "refused", "week1.tools": "deployed"}
    assert message(deployed, "week1.gap").startswith(
        "course-structure.yaml:6: no example nowhere is in the library"
    )


def test_an_unknown_version_is_refused_with_its_line_and_what_there_is(course: Bench) -> None:
    course.wish(TOOLS + place("week1.hello", "hello", "^3.0"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "refused", "week1.tools": "deployed"}
    assert (
        message(deployed, "week1.hello")
        == "course-structure.yaml:6: examples:hello has no version ^3.0; it has v1.1, v1.0"
    )


def test_an_unknown_pin_is_refused(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "^1.0", pin="v1.7"))
    assert "has no version v1.7 (`pin:`)" in message(course.deploy(), "week1.hello")


def test_a_refused_place_waits_in_the_database_and_a_repeated_run_changes_nothing(course: Bench) -> None:
    course.wish(place("week1.gap", "nowhere"))
    course.deploy()
    assert course.record("week1.gap")["deployment_status"] == "failed"
    before = course.state()
    course.deploy()
    assert course.state() == before


def test_a_refused_wish_that_is_taken_back_leaves_nothing_behind(course: Bench) -> None:
    course.wish(TOOLS + place("week1.gap", "nowhere"))
    course.deploy()
    course.wish(TOOLS + place("week1.gap"))
    course.deploy()
    assert course.record("week1.gap")["deployment_status"] == "unassigned"


def test_a_version_that_the_store_has_lost_fails_alone(course: Bench) -> None:
    key = damage(course, "hello", "v1.1", "main.py")
    course.wish(TOOLS + place("week1.hello", "hello"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "failed", "week1.tools": "deployed"}
    assert key in message(deployed, "week1.hello")
    assert course.record("week1.hello")["deployment_status"] == "failed"
    assert ("failed", "week1.hello", "v1.1") in course.history()


def test_a_failed_update_leaves_the_place_and_what_is_known_of_it(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    before = course.record("week1.hello")
    damage(course, "hello", "v1.1", "main.py")
    course.wish(place("week1.hello", "hello", "v1.1"))
    assert statuses(course.deploy()) == {"week1.hello": "failed"}
    after = course.record("week1.hello")
    facts = ("deployed_version_id", "deployed_commit", "rendered_tree", "deployed_tree", "deployed_at")
    assert {name: after[name] for name in facts} == {name: before[name] for name in facts}
    assert after["deployment_status"] == "failed"
    state = course.state()
    course.deploy()
    assert course.state() == state
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    assert course.record("week1.hello")["deployment_status"] == "deployed"


def test_a_place_that_fails_moves_all_the_same(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    damage(course, "hello", "v1.1", "main.py")
    course.wish(place("week2.hello", "hello", "v1.1", movedFrom="week1.hello"))
    deployed = course.deploy()
    assert [result.status for result in deployed.results] == ["moved", "failed"]
    assert course.history()[-2:] == [("failed", "week2.hello", "v1.1"), ("moved", "week2.hello", "v1.0")]


def test_a_damaged_version_does_not_matter_where_nothing_is_written(empty: Bench) -> None:
    empty.publish(
        {**example("tools"), **example("hello", meta="  testDependencies: [tools]\n")},
        "v1.0",
    )
    empty.wish(place("week1.hello", "hello"))
    empty.deploy()
    damage(empty, "hello", "v1.0", "meta.yaml")
    assert statuses(empty.deploy()) == {"week1.hello": "unchanged"}


class Away:
    """A store that does not answer."""

    def __getattr__(self, _name: str) -> object:
        def fail(*_: object) -> object:
            raise NeighbourFailed("Reading from the store: it does not answer.")

        return fail


def test_a_store_that_is_away_fails_the_run_and_not_the_place(empty: Bench) -> None:
    empty.publish({**example("tools"), **example("hello", meta="  testDependencies: [tools]\n")}, "v1.0")
    empty.wish(place("week1.hello", "hello"))
    away: ObjectStore = Away()  # type: ignore[assignment]
    with pytest.raises(NeighbourFailed, match="does not answer"):
        empty.deploy(empty.with_(store=away))
    assert empty.operations() == []


def test_a_broken_course_file_refuses_the_whole_plan_with_every_problem(course: Bench) -> None:
    broken = (
        place("week1.hello", "hello", "v1.0") + place("week1.hello", "tools") + place("week1.x!", "tools")
    )
    course.wish(broken)
    before = course.state()
    with pytest.raises(InvalidInput, match="nothing was changed") as refusal:
        course.deploy()
    assert [problem.where for problem in errors_among(refusal.value.problems)] == [
        "course-structure.yaml:6",
        "course-structure.yaml:7",
    ]
    assert course.state() == before


def test_removing_more_than_three_places_and_a_fifth_needs_permission(course: Bench) -> None:
    many = "".join(place(f"week1.t{number}", "tools") for number in range(5))
    course.wish(many)
    course.deploy()
    course.wish(place("week1.t0", "tools"))
    with pytest.raises(Refused) as refusal:
        course.deploy()
    assert "`allowRemovals: 4`" in refusal.value.problems[0].fix
    course.wish(place("week1.t0", "tools"), "allowRemovals: 4\n")
    assert course.deploy().count("removed") == 4


def test_a_repository_of_no_course_is_answered_with_the_command_that_registers_one(course: Bench) -> None:
    other = build_repository(course.root / "other.git", [{"course-structure.yaml": HEADER}])
    with pytest.raises(NotFound) as unknown:
        deploy(Deploy(other.url), course.neighbours)
    assert unknown.value.exit_code == 1
    assert "courseline course apply" in unknown.value.problems[0].fix


def test_an_empty_repository_is_named_as_one_without_its_branch(course: Bench) -> None:
    with pytest.raises(
        NotFound, match=r"it has no branch main\. Push a commit with a course-structure\.yaml first"
    ):
        course.deploy()


def test_a_branch_that_is_missing_is_named(course: Bench) -> None:
    course.wish(TOOLS)
    with pytest.raises(NotFound, match="it has no branch summer"):
        course.deploy(branch="summer")


def test_a_repository_without_a_course_file_says_what_is_missing(course: Bench) -> None:
    course.edit({"README.md": "hello\n"})
    with pytest.raises(NotFound, match=r"there is no course-structure\.yaml at the root"):
        course.deploy()


def test_the_seed_spelling_of_a_reference_means_the_example(course: Bench) -> None:
    course.wish(
        "  - path: week1.tools\n    type: assignment\n"
        '    example_id: "{{tools-uuid}}"\n    example_version: v1.0\n'
    )
    assert statuses(course.deploy()) == {"week1.tools": "deployed"}


def test_a_hook_of_the_remote_that_refuses_is_not_asked_again_and_again(course: Bench) -> None:
    course.wish(TOOLS)
    count = course.root / "count"
    hook = course.assignments / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho asked >> {count}\necho 'main is protected'\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(NeighbourFailed):
        course.deploy()
    assert count.read_text() == "asked\n"
    hook.unlink()
    assert statuses(course.deploy()) == {"week1.tools": "deployed"}
    assert course.operations() == [("deploy", "done")]
