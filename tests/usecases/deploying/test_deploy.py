"""Deploying, end to end: what reaches the repository and what the database remembers."""

from __future__ import annotations

import json

from tests.builders.courses import Bench, example, place
from tests.builders.repositories import git

from courseline.domain.deploying.commit_message import parse_trailers
from courseline.domain.deploying.tracking import parse_tracking

HELLO = place("week1.hello", "hello", "v1.0")


def statuses(deployed: object) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}  # type: ignore[attr-defined]


def test_a_first_deploy_brings_the_version_its_tracking_file_and_the_course_metadata(course: Bench) -> None:
    course.wish(place("week1") + HELLO)
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed"}
    assert deployed.commit == course.head
    assert course.files("week1/hello") == [".example-library", "content/index.md", "main.py", "meta.yaml"]
    assert course.read("week1/hello/main.py") == "print('hello one')\n"
    tracking = parse_tracking(course.read("week1/hello/.example-library").encode())
    assert tracking is not None
    assert tracking.example_version == "v1.0"
    metadata = json.loads(course.read(".course-metadata/deployed-examples.json"))
    assert [entry["ltree_path"] for entry in metadata["deployments"]] == ["week1.hello"]
    assert [
        (entry["path"], entry["action"], entry["to"])
        for entry in json.loads(course.read(".course-metadata/deployment-history.json"))
    ] == [("week1.hello", "add", "v1.0")]


def test_the_database_records_what_was_deployed_where_and_by_which_operation(course: Bench) -> None:
    course.wish(HELLO)
    deployed = course.deploy()
    record = course.record("week1.hello")
    tree = git(course.assignments, "rev-parse", "main:week1/hello")
    assert record["deployment_status"] == "deployed"
    assert record["deployed_commit"] == deployed.commit
    assert record["deployment_path"] == "week1/hello"
    assert record["workflow_id"] == deployed.operation
    assert record["version_tag"] == "v1.0"
    assert record["rendered_tree"] == record["deployed_tree"] != tree
    assert record["deployed_version_id"] == record["example_version_id"] is not None
    assert course.history() == [("deployed", "week1.hello", "v1.0")]
    assert course.operations() == [("deploy", "done")]
    assert course.query("SELECT directory FROM course_content") == [("week1/hello",)]


def test_the_commit_names_its_operation_the_versions_and_the_history_before_it(course: Bench) -> None:
    course.wish(HELLO)
    deployed = course.deploy()
    trailers = parse_trailers(git(course.assignments, "log", "-1", "--format=%B", "main") + "\n")
    record = course.record("week1.hello")
    assert trailers["Courseline-Operation"] == [str(deployed.operation)]
    assert trailers["Example-Version"] == [f"week1.hello examples:hello@v1.0 {record['deployed_version_id']}"]
    (head,) = course.query(
        "SELECT seq || ':' || hash FROM deployment_history WHERE seq = 1 AND course_id IS NOT NULL"
    )
    assert trailers["Courseline-History"] == [head[0]]


def test_a_second_run_changes_nothing_and_opens_no_operation(course: Bench) -> None:
    course.wish(place("week1") + HELLO)
    course.deploy()
    before = course.state()
    again = course.deploy()
    assert statuses(again) == {"week1.hello": "unchanged"}
    assert (again.operation, again.commit, again.rows_changed) == (None, None, False)
    assert course.state() == before


def test_an_update_replaces_an_untouched_place_and_removes_what_the_version_no_longer_has(
    empty: Bench,
) -> None:
    empty.publish(example("hello", files={"old.txt": "old\n"}), "v1.0")
    empty.publish({**example("hello", "two"), "hello/old.txt": None, "hello/new.txt": "new\n"}, "v2.0")
    empty.wish(HELLO)
    empty.deploy()
    empty.wish(place("week1.hello", "hello", "v2.0"))
    deployed = empty.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed"}
    assert empty.read("week1/hello/main.py") == "print('hello two')\n"
    assert "old.txt" not in empty.files("week1/hello")
    assert empty.history()[-1] == ("deployed", "week1.hello", "v2.0")
    assert empty.record("week1.hello")["version_tag"] == "v2.0"


def test_a_version_that_differs_only_in_a_mode_is_an_update(empty: Bench) -> None:
    empty.publish(example("hello", files={"run.sh": "#!/bin/sh\n"}), "v1.0")
    empty.publish({"hello/run.sh": ("100755", "#!/bin/sh\n")}, "v1.1")
    empty.wish(HELLO)
    empty.deploy()
    empty.wish(place("week1.hello", "hello", "v1.1"))
    assert statuses(empty.deploy()) == {"week1.hello": "deployed"}
    assert git(empty.assignments, "ls-tree", "main:week1/hello", "run.sh").startswith("100755")


def test_a_new_release_moves_no_place_that_asks_for_a_range_or_for_latest(course: Bench) -> None:
    course.wish(place("week1.hello", "hello", "^1.0") + place("week1.tools", "tools"))
    course.deploy()
    course.publish({**example("hello", "three"), **example("tools", "three")}, "v1.2")
    assert statuses(course.deploy()) == {"week1.hello": "unchanged", "week1.tools": "unchanged"}
    assert course.read("week1/hello/main.py") == "print('hello two')\n"


def test_a_place_changed_by_hand_stays_untouched_when_its_wish_changes(course: Bench) -> None:
    course.wish(HELLO + place("week1.tools", "tools"))
    course.deploy()
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    course.wish(place("week1.hello", "hello", "v1.1") + place("week1.tools", "tools"))
    head = course.head
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "conflict", "week1.tools": "unchanged"}
    assert course.head == head
    record = course.record("week1.hello")
    assert (record["is_customized"], record["version_tag"]) == (True, "v1.0")
    assert record["example_version_id"] != record["deployed_version_id"]
    before = course.state()
    course.deploy()
    assert course.state() == before


def test_a_place_changed_by_hand_is_kept_while_its_wish_stays(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.edit({"week1/hello/notes.md": "mine\n"})
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "unchanged"}
    assert "changed by hand" in deployed.results[0].message
    assert course.record("week1.hello")["is_customized"] is True


def test_files_beside_a_copied_tracking_file_are_adopted_when_they_are_exactly_the_version(
    course: Bench,
) -> None:
    course.wish(HELLO)
    course.deploy()
    copied = course.files("week1/hello")
    course.edit({f"week1/copy/{path}": course.read(f"week1/hello/{path}") for path in copied})
    course.wish(HELLO + place("week1.copy", "hello", "v1.0"))
    result = course.deploy().results[0]
    assert (result.path, result.status) == ("week1.copy", "deployed")
    assert "adopted" in result.message
    assert "week1/copy/.example-library belongs to another place and does not count" in result.message
    tracking = parse_tracking(course.read("week1/copy/.example-library").encode())
    assert tracking is not None
    assert tracking.course_content_id == course.record("week1.copy")["course_content_id"]


def test_nothing_is_put_over_files_that_nobody_deployed(course: Bench) -> None:
    course.edit({"week1/hello/mine.py": "mine\n"})
    course.wish(HELLO)
    head = course.head
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "conflict"}
    assert "already holds other files" in deployed.results[0].message
    assert course.head == head


def test_no_file_gives_way_to_a_directory(course: Bench) -> None:
    course.edit({"week1": "a file of that name\n"})
    course.wish(HELLO)
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "conflict"}
    assert "week1 is a file" in deployed.results[0].message
    assert course.read("week1") == "a file of that name\n"


def test_files_that_are_exactly_the_version_are_adopted(course: Bench) -> None:
    course.edit({f"week1/{path}": text for path, text in example("hello").items()})
    course.wish(HELLO)
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed"}
    assert "adopted" in deployed.results[0].message
    assert course.files("week1/hello") == [".example-library", "content/index.md", "main.py", "meta.yaml"]


def test_a_removed_place_goes_with_its_files_and_is_remembered(course: Bench) -> None:
    course.wish(HELLO + place("week1.tools", "tools"))
    course.deploy()
    course.wish(place("week1.tools", "tools"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "removed", "week1.tools": "unchanged"}
    assert "hello" not in git(course.assignments, "ls-tree", "--name-only", "main:week1")
    assert course.history()[-1][:2] == ("removed", "week1.hello")
    record = course.record("week1.hello")
    assert (record["deployment_status"], record["deployed_version_id"]) == ("unassigned", None)
    assert course.query("SELECT path FROM course_content WHERE removed_at IS NOT NULL") == [("week1.hello",)]
    metadata = json.loads(course.read(".course-metadata/deployed-examples.json"))
    assert [entry["ltree_path"] for entry in metadata["deployments"]] == ["week1.tools"]


def test_a_removed_place_that_was_changed_by_hand_stays_until_a_person_decides(course: Bench) -> None:
    course.wish(HELLO + place("week1.tools", "tools"))
    course.deploy()
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    course.wish(place("week1.tools", "tools"))
    assert statuses(course.deploy())["week1.hello"] == "conflict"
    assert course.read("week1/hello/main.py") == "print('mine')\n"
    course.wish(place("week1.tools", "tools"), "removed: [{path: week1.hello, keepFiles: true}]\n")
    assert statuses(course.deploy())["week1.hello"] == "removed"
    assert course.files("week1/hello") == ["content/index.md", "main.py", "meta.yaml"]
    assert statuses(course.deploy()) == {"week1.tools": "unchanged"}


def test_a_place_whose_example_is_taken_out_loses_its_files_and_stays_a_content(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week1.hello"))
    assert statuses(course.deploy()) == {"week1.hello": "removed"}
    assert "week1" not in course.files()
    assert course.query("SELECT path FROM course_content WHERE removed_at IS NULL") == [("week1.hello",)]
    assert course.deploy().results == ()


def test_a_customised_place_whose_example_is_taken_out_is_detached_when_a_person_says_so(
    course: Bench,
) -> None:
    course.wish(HELLO)
    course.deploy()
    course.edit({"week1/hello/main.py": "print('mine')\n"})
    course.wish(place("week1.hello"))
    (conflict,) = course.deploy().results
    assert conflict.status == "conflict"
    assert "`removed: [{path: week1.hello, keepFiles: true}]`" in conflict.message
    course.wish(place("week1.hello"), "removed: [{path: week1.hello, keepFiles: true}]\n")
    assert statuses(course.deploy()) == {"week1.hello": "removed"}
    assert course.files("week1/hello") == ["content/index.md", "main.py", "meta.yaml"]
    assert course.query("SELECT path FROM course_content WHERE removed_at IS NULL") == [("week1.hello",)]
    assert course.record("week1.hello")["deployment_status"] == "unassigned"
    before = course.state()
    assert course.deploy().results == ()
    assert course.state() == before
    course.wish(place("week1.hello", "hello", "v1.1"))
    assert statuses(course.deploy()) == {"week1.hello": "conflict"}
    assert course.read("week1/hello/main.py") == "print('mine')\n"


def test_a_place_that_is_detached_and_unchanged_is_adopted_when_it_is_wished_for_again(course: Bench) -> None:
    course.wish(HELLO + place("week1.tools", "tools"))
    course.deploy()
    course.wish(place("week1.tools", "tools"), "removed: [{path: week1.hello, keepFiles: true}]\n")
    assert statuses(course.deploy())["week1.hello"] == "removed"
    course.wish(HELLO + place("week1.tools", "tools"))
    result = course.deploy().results[0]
    assert (result.path, result.status) == ("week1.hello", "deployed")
    assert "adopted" in result.message
    assert ".example-library" in course.files("week1/hello")


def test_content_under_no_example_is_never_touched(course: Bench) -> None:
    course.edit({"week1/essay/README.md": "write\n", "week1/essay/.example-library": "no tracking file\n"})
    course.wish(HELLO + place("week1.essay"))
    course.deploy()
    assert course.files("week1/essay") == [".example-library", "README.md"]


def test_moving_a_content_moves_no_file(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    before = course.files("week1/hello")
    course.wish(place("week2.greeting", "hello", "v1.0", movedFrom="week1.hello"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week2.greeting": "moved"}
    assert course.files("week1/hello") == before
    assert course.history()[-1] == ("moved", "week2.greeting", "v1.0")
    assert course.query("SELECT path, directory FROM course_content") == [("week2.greeting", "week1/hello")]
    assert statuses(course.deploy()) == {"week2.greeting": "unchanged"}


def test_a_content_moves_and_gets_another_version_at_once(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.1", movedFrom="week1.hello"))
    deployed = course.deploy()
    assert [(result.path, result.status) for result in deployed.results] == [
        ("week2.greeting", "moved"),
        ("week2.greeting", "deployed"),
    ]
    assert course.read("week1/hello/main.py") == "print('hello two')\n"
    record = course.record("week2.greeting")
    assert (record["version_tag"], record["deployment_path"]) == ("v1.1", "week1/hello")


def test_another_content_takes_over_the_directory_of_one_that_leaves(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.tools", "tools", directory="week1/hello"))
    assert statuses(course.deploy()) == {"week1.hello": "removed", "week2.tools": "deployed"}
    assert course.read("week1/hello/main.py") == "print('tools one')\n"
    assert statuses(course.deploy()) == {"week2.tools": "unchanged"}


def test_a_renamed_content_that_keeps_its_directory_keeps_its_files(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week2.greeting", "hello", "v1.0", directory="week1/hello"))
    course.deploy()
    assert course.files("week1/hello") == [".example-library", "content/index.md", "main.py", "meta.yaml"]
    assert statuses(course.deploy()) == {"week2.greeting": "unchanged"}


def test_titles_and_types_change_rows_only(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week1.hello", "hello", "v1.0", title="Guten Tag"))
    head = course.head
    deployed = course.deploy()
    assert (deployed.commit, deployed.operation, deployed.rows_changed) == (None, None, True)
    assert course.head == head
    assert course.query("SELECT title FROM course_content") == [("Guten Tag",)]
    assert course.deploy().rows_changed is False


def test_another_example_at_a_place_replaces_the_first(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week1.hello", "tools"))
    assert statuses(course.deploy()) == {"week1.hello": "deployed"}
    assert course.read("week1/hello/main.py") == "print('tools one')\n"


def test_a_directory_is_fixed_at_the_first_deploy(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    course.wish(place("week1.hello", "hello", "v1.1", directory="elsewhere"))
    head = course.head
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.hello": "refused"}
    assert "course-structure.yaml:5: " in deployed.results[0].message
    assert "git mv week1/hello elsewhere" in deployed.results[0].message
    assert course.head == head
    assert course.query("SELECT directory FROM course_content") == [("week1/hello",)]


def test_a_directory_moves_when_a_person_moves_its_files(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    moved = {f"elsewhere/{path}": course.read(f"week1/hello/{path}") for path in course.files("week1/hello")}
    course.edit({**moved, "week1/hello": None})
    course.wish(place("week1.hello", "hello", "v1.1", directory="elsewhere"))
    assert statuses(course.deploy()) == {"week1.hello": "deployed"}
    assert course.read("elsewhere/main.py") == "print('hello two')\n"
    assert course.query("SELECT directory FROM course_content") == [("elsewhere",)]
    assert statuses(course.deploy()) == {"week1.hello": "unchanged"}


def test_a_tracking_file_copied_from_another_place_does_not_count(course: Bench) -> None:
    course.wish(HELLO)
    course.deploy()
    copy = {f"week1/copy/{path}": course.read(f"week1/hello/{path}") for path in course.files("week1/hello")}
    course.edit({**copy, "week1/copy/own.txt": "mine\n"})
    course.wish(HELLO + place("week1.copy", "hello", "v1.1"))
    deployed = course.deploy()
    assert statuses(deployed) == {"week1.copy": "conflict", "week1.hello": "unchanged"}
    message = next(result.message for result in deployed.results if result.path == "week1.copy")
    assert "belongs to another place and does not count" in message


def test_a_dry_run_shows_the_same_and_changes_nothing(course: Bench) -> None:
    course.wish(HELLO + place("week1.gap", "unknown"))
    before = course.state()
    dry = course.deploy(dry_run=True)
    assert course.state() == before
    real = course.deploy()
    assert dry.results == real.results
    assert (dry.operation, dry.commit) == (None, None)
