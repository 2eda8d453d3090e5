"""On what is deployed the repository wins: commits taken back, directories deleted, a database lost."""

from __future__ import annotations

from tests.builders.courses import Bench, example, place
from tests.builders.postgres import PostgresServer

from courseline.usecases.deploying.deploy import Deployed

WISH = place("week1.hello", "hello", "^1.0")


def statuses(deployed: Deployed) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}


def updated(course: Bench) -> str:
    """hello v1.0, then v1.1; answers the commit of the update."""
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    course.wish(place("week1.hello", "hello", "v1.1"))
    commit = course.deploy().commit
    assert commit is not None
    return commit


def test_a_reverted_update_is_recorded_once_and_shown(course: Bench) -> None:
    course.revert(updated(course))
    course.wish(WISH)
    assert "the repository holds v1.0 where v1.1 had been deployed" in course.plan().plan.steps[0].message
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "unchanged"}
    assert course.history()[-1] == ("reverted", "week1.hello", "v1.0")
    assert course.record("week1.hello")["version_tag"] == "v1.0"
    before = course.state()
    assert course.deploy().rows_changed is False
    assert course.state() == before


def test_a_reverted_update_that_is_still_wished_for_is_recorded_and_done_again(course: Bench) -> None:
    course.revert(updated(course))
    assert statuses(course.deploy()) == {"week1.hello": "deployed"}
    assert course.history()[-2:] == [("reverted", "week1.hello", "v1.0"), ("deployed", "week1.hello", "v1.1")]


def test_a_reverted_and_changed_place_is_recorded_once(course: Bench) -> None:
    course.revert(updated(course))
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    assert statuses(course.deploy()) == {"week1.hello": "conflict"}
    before = course.state()
    assert statuses(course.deploy()) == {"week1.hello": "conflict"}
    assert course.state() == before


def test_a_deleted_directory_is_recorded_and_brought_back_while_it_is_wished_for(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    course.edit({"week1": None})
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed"}
    assert "was deleted in the repository" in deployed.results[0].message
    assert [action for action, _, _ in course.history()] == ["deployed", "reverted", "deployed"]


def test_a_content_that_goes_with_its_directory_leaves_nothing_behind(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools"))
    course.deploy()
    course.edit({"week1/hello": None})
    course.wish(place("week1.tools", "tools"))
    assert statuses(course.deploy()) == {"week1.tools": "unchanged"}
    record = course.record("week1.hello")
    assert (record["deployment_status"], record["deployed_version_id"]) == ("unassigned", None)
    assert course.history()[-1][:2] == ("reverted", "week1.hello")
    before = course.state()
    course.deploy()
    assert course.state() == before


def test_files_that_a_revert_brings_back_are_removed_again_while_nobody_wishes_for_them(
    course: Bench,
) -> None:
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools"))
    course.deploy()
    course.wish(place("week1.tools", "tools"))
    removal = course.deploy().commit
    assert removal is not None
    course.revert(removal)
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "removed", "week1.tools": "unchanged"}
    assert [action for action, path, _ in course.history() if path == "week1.hello"] == [
        "deployed",
        "removed",
        "reverted",
        "removed",
    ]
    assert statuses(course.deploy()) == {"week1.tools": "unchanged"}


def test_a_content_that_returns_with_its_files_is_the_same_content(course: Bench) -> None:
    wish = place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools")
    course.wish(wish)
    course.deploy()
    course.wish(place("week1.tools", "tools"))
    removal = course.deploy().commit
    assert removal is not None
    course.revert(removal)
    course.wish(wish)
    assert statuses(course.deploy()) == {"week1.hello": "unchanged", "week1.tools": "unchanged"}
    assert course.query("SELECT count(*) FROM course_content") == [(2,)]
    assert course.record("week1.hello")["deployment_status"] == "deployed"


def test_a_place_without_its_tracking_file_is_still_known_by_the_database(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    course.edit({"week1/hello/.example-library": None})
    assert statuses(course.deploy()) == {"week1.hello": "unchanged"}
    course.wish(place("week1.hello", "hello", "v1.1"))
    assert statuses(course.deploy()) == {"week1.hello": "deployed"}
    assert ".example-library" in course.files("week1/hello")


def test_a_tracking_file_with_conflict_markers_does_not_count(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "v1.0"))
    course.deploy()
    course.edit({"week1/hello/.example-library": "<<<<<<< ours\n"})
    course.wish(place("week1.hello", "hello", "v1.1"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed"}
    assert "cannot be read and does not count" in deployed.results[0].message


def again(course: Bench, url: str) -> Bench:
    """The same repositories and store with a new database, into which the course was entered again."""
    rebuilt = Bench(course.root, url)
    rebuilt.register()
    return rebuilt


def test_a_lost_database_recognises_what_is_there_by_tracking_files(
    course: Bench, postgres: PostgresServer
) -> None:
    course.wish(WISH + place("week1.tools", "tools"))
    first = course.deploy()
    course.edit({"week1/tools/main.py": "print('mine')\n"})
    head = course.head
    before = {path: course.record(path) for path in ("week1.hello", "week1.tools")}
    with postgres.fresh() as url:
        rebuilt = again(course, url)
        rebuilt.sync("v1.0")
        rebuilt.sync("v1.1")
        assert statuses(rebuilt.deploy()) == {"week1.hello": "unchanged", "week1.tools": "unchanged"}
        assert rebuilt.head == head != first.commit
        same = ("course_content_id", "deployed_version_id", "rendered_tree", "deployed_at", "version_tag")
        for path, record in before.items():
            assert {name: rebuilt.record(path)[name] for name in same} == {
                name: record[name] for name in same
            }
        assert rebuilt.record("week1.tools")["is_customized"] is True
        state = rebuilt.state()
        assert rebuilt.deploy().rows_changed is False
        assert rebuilt.state() == state
        rebuilt.close()


def test_a_lost_database_updates_untouched_places_and_no_others(
    course: Bench, postgres: PostgresServer
) -> None:
    course.publish(example("tools", "two"), "tools/v1.2")
    course.wish(place("week1.hello", "hello", "v1.0") + place("week1.tools", "tools", "v1.0"))
    course.deploy()
    course.edit({"week1/tools/main.py": "print('mine')\n"})
    course.wish(place("week1.hello", "hello", "v1.1") + place("week1.tools", "tools", "v1.2"))
    with postgres.fresh() as url:
        rebuilt = again(course, url)
        for tag in ("v1.0", "v1.1", "tools/v1.2"):
            rebuilt.sync(tag)
        assert statuses(rebuilt.deploy()) == {"week1.hello": "deployed", "week1.tools": "conflict"}
        assert rebuilt.record("week1.tools")["version_tag"] == "v1.0"
        state = rebuilt.state()
        rebuilt.deploy()
        assert rebuilt.state() == state
        rebuilt.close()


def test_a_place_of_a_version_that_the_library_lost_stays_and_is_recorded_by_its_label(
    course: Bench, postgres: PostgresServer
) -> None:
    course.wish(place("week1.hello", "hello", "v1.1"))
    course.deploy()
    with postgres.fresh() as url:
        rebuilt = again(course, url)
        rebuilt.sync("v1.0")
        deployed = rebuilt.deploy()
        assert statuses(deployed) == {"week1.hello": "refused"}
        record = rebuilt.record("week1.hello")
        assert (record["version_tag"], record["deployed_version_id"]) == ("v1.1", None)
        state = rebuilt.state()
        rebuilt.edit({"README.md": "elsewhere\n"})
        rebuilt.deploy()
        assert {**rebuilt.state(), "refs": ""} == {**state, "refs": ""}
        rebuilt.close()
