"""A merge request is planned, told of its plan, and followed until it is deployed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.builders.courses import HEADER, example, place
from tests.builders.gitlab_course import GitLabCourse

WEEK = place("week1")


@pytest.fixture
def hello(uni: GitLabCourse) -> GitLabCourse:
    """`hello` v1.0 is published, nothing is deployed."""
    uni.publish(example("hello"), "v1.0")
    return uni


def wish(version: str = "v1.0", path: str = "week1.hello") -> str:
    return WEEK + place(path, "hello", version)


def test_its_plan_is_one_note_and_one_status(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.converge()
    (note,) = hello.notes(iid)
    assert note.startswith("<!-- courseline:plan -->\n**courseline:** 1 place changes.")
    assert "- **add** `week1.hello`: `examples:hello` `v1.0`" in note
    assert hello.statuses(iid) == [("courseline/plan", "success", "1 place changes.")]


def test_a_second_look_writes_nothing_and_an_update_edits_the_same_note(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.double.forge.asked.clear()
    hello.converge()
    assert [
        asked for asked in hello.double.forge.asked.entries if asked.method != "GET" and asked.of_api
    ] == []
    hello.wish(wish("v9.9"), "add")
    hello.converge()
    (note,) = hello.notes(iid)
    assert "- **refused** `week1.hello`" in note
    assert "course-structure.yaml:" in note
    assert hello.statuses(iid)[0][1] == "failed"


def test_one_that_changes_nothing_of_the_course_gets_neither(hello: GitLabCourse) -> None:
    hello.commit(hello.assignments, {"notes/lecture.md": "# One\n"}, "notes")
    iid = hello.propose("notes")
    hello.converge()
    assert (hello.notes(iid), hello.statuses(iid)) == ([], [])


def test_one_that_no_longer_changes_the_course_is_told_so(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.commit(
        hello.assignments, {"course-structure.yaml": f"{HEADER}structure: []\n", "x.md": "x\n"}, "add"
    )
    hello.converge()
    (note,) = hello.notes(iid)
    assert "no longer changes the course" in note


def test_a_course_file_with_problems_is_told_with_their_lines(hello: GitLabCourse) -> None:
    hello.wish(place("week1.hello", "hello", "v1.0", type="lecture"), "add")
    iid = hello.propose("add")
    hello.converge()
    (note,) = hello.notes(iid)
    assert "the course cannot be planned: " in note
    assert "- `course-structure.yaml:" in note
    assert hello.statuses(iid)[0][1] == "failed"


def test_what_main_got_meanwhile_is_part_of_the_plan(hello: GitLabCourse) -> None:
    """Two weeks by two lecturers: the second request does not show what the first has brought as its own."""
    hello.publish(example("other"), "v1.1")
    base = WEEK + place("week2") + place("week3") + place("week4")
    hello.wish(base)
    hello.converge()
    hello.wish(base + place("week4.other", "other", "v1.1"), "second")
    iid = hello.propose("second")
    hello.wish(
        WEEK + place("week1.hello", "hello", "v1.0") + place("week2") + place("week3") + place("week4")
    )
    hello.converge()
    (note,) = hello.notes(iid)
    assert "`week4.other`" in note
    assert "- **add** `week1.hello`" not in note
    assert "1 place stays" in note


def test_one_that_cannot_be_merged_is_told_so(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.wish(WEEK)
    hello.converge()
    assert "cannot be merged into `main` as it is" in hello.notes(iid)[0]


def test_merged_it_is_deployed_and_told_of_it(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.merge(iid)
    hello.converge()
    (note,) = hello.notes(iid)
    assert "merged and deployed to `main`" in note
    assert hello.assignments.repository.entry(hello.head, "week1/hello/main.py")
    template = hello.template.repository
    assert template.entry(template.resolve("refs/heads/main"), "week1/hello/README.md")
    hello.double.forge.asked.clear()
    hello.converge()
    assert [
        asked for asked in hello.double.forge.asked.entries if asked.method != "GET" and asked.of_api
    ] == []


def test_planned_merged_and_deployed_in_one_second_it_is_told_of_it(hello: GitLabCourse) -> None:
    now = hello.clock.now
    hello.neighbours = replace(hello.neighbours, clock=lambda: now)
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.merge(iid)
    hello.converge()
    assert "merged and deployed to `main`." in hello.notes(iid)[0]


@pytest.mark.parametrize("way", ["merge", "squash", "ff"])
def test_a_deploy_applies_the_plan_that_was_shown_however_it_was_merged(
    hello: GitLabCourse, way: str
) -> None:
    """A newer release between the plan and the deploy does not slip in."""
    hello.converge()
    hello.wish(wish("^1.0"), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.publish(example("hello", "two"), "v1.1")
    hello.assignments.merge_method = "ff" if way == "ff" else "merge"
    hello.merge(iid, **({"squash": True} if way == "squash" else {}))
    hello.converge()
    text = hello.assignments.repository.blob(
        hello.assignments.repository.entry(hello.head, "week1/hello/.example-library")[1]
    )
    assert b'"example_version": "v1.0"' in text


def test_a_release_that_comes_later_than_the_wish_for_it_is_deployed_and_told(hello: GitLabCourse) -> None:
    hello.wish(wish("v1.1"), "add")
    iid = hello.propose("add")
    hello.converge()
    assert "**refused**" in hello.notes(iid)[0]
    hello.merge(iid)
    hello.converge()
    assert "1 place was left as before" in hello.notes(iid)[0]
    hello.publish(example("hello", "two"), "v1.1")
    hello.converge()
    assert "merged and deployed to `main`." in hello.notes(iid)[0]
    assert hello.assignments.repository.entry(hello.head, "week1/hello/main.py")


def test_a_request_from_a_fork_is_left_alone(hello: GitLabCourse) -> None:
    forge = hello.double.forge
    eve = forge.user("eve")
    fork = forge.fork(hello.assignments, forge.group("eve", {eve: hello.assignments.level(hello.ada)}), eve)
    hello.assignments.members[eve.id] = hello.assignments.level(hello.ada)
    client = hello.double.client(forge.token(eve).value)
    client.projects.get(fork.id).commits.create(
        {
            "branch": "evil",
            "start_branch": "main",
            "commit_message": "x",
            "actions": [{"action": "update", "file_path": "course-structure.yaml", "content": HEADER}],
        }
    )
    made = client.projects.get(fork.id).mergerequests.create(
        {
            "source_branch": "evil",
            "target_branch": "main",
            "title": "x",
            "target_project_id": hello.assignments.id,
        }
    )
    hello.converge()
    assert (hello.notes(made.iid), hello.statuses(made.iid)) == ([], [])


def test_a_note_of_somebody_else_with_the_mark_is_not_touched(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    request = hello.lecturer.projects.get(hello.assignments.id).mergerequests.get(iid)
    request.notes.create({"body": "<!-- courseline:plan -->\nAll is well."})
    hello.converge()
    bodies = [note.body for note in hello.double.forge.find_merge_request(hello.assignments, str(iid)).notes]
    assert bodies[0] == "<!-- courseline:plan -->\nAll is well."
    assert len(hello.notes(iid)) == 1


def test_of_two_notes_the_younger_goes(hello: GitLabCourse) -> None:
    hello.wish(wish(), "add")
    iid = hello.propose("add")
    for _ in range(2):
        hello.gitlab.add_note(hello.assignments.id, iid, "<!-- courseline:plan -->\nBegun at once.")
    hello.converge()
    (note,) = hello.notes(iid)
    assert "1 place changes" in note


def test_what_was_pushed_after_the_plan_and_merged_at_once_is_planned_afresh(hello: GitLabCourse) -> None:
    hello.converge()
    hello.wish(wish(path="week1.first"), "add")
    iid = hello.propose("add")
    hello.converge()
    hello.wish(wish(path="week1.second"), "add")
    hello.merge(iid)
    hello.converge()
    assert "merged and deployed to `main`." in hello.notes(iid)[0]
    assert hello.assignments.repository.entry(hello.head, "week1/second/main.py")


def test_what_is_merged_before_anybody_looked_is_told_of_its_deploy(hello: GitLabCourse) -> None:
    hello.commit(hello.assignments, {"notes.md": "# Notes\n"}, "add")
    iid = hello.propose("add")
    hello.converge()
    assert hello.notes(iid) == []
    hello.wish(wish(), "add")
    hello.merge(iid)
    hello.converge()
    assert "merged and deployed to `main`." in hello.notes(iid)[0]
