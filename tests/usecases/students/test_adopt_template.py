"""A template repository that exists is taken over once, after its whole history was looked through."""

from __future__ import annotations

import json

import pytest
from tests.builders.command_line import courseline
from tests.builders.repositories import Content, git
from tests.builders.small_course import SUMS
from tests.builders.template_course import TemplateCourse, change

from courseline.errors import InvalidInput, NotFound, Refused
from courseline.usecases.students.adopt_template import AdoptedTemplate, AdoptTemplate, adopt_template

OLD: dict[str, Content] = {
    "README.md": "# Python, last year\n",
    "week1/hello/task.txt": "Say hello to all of them.\n",
}


def adopt(course: TemplateCourse, at: str, *reviewed: str, dry_run: bool = False) -> AdoptedTemplate:
    return adopt_template(AdoptTemplate(course.course, at, reviewed, dry_run=dry_run), course.neighbours)


def test_the_next_template_goes_on_top_of_what_was_there(course: TemplateCourse) -> None:
    old = change(course.template, OLD, "By hand\n")
    with pytest.raises(Refused, match="adopt-template"):
        course.publish()
    done = adopt(course, old)
    assert (done.commit, done.already, done.scanned.commits) == (old, False, 1)
    assert course.publish().commit is not None
    assert course.log() == [git(course.template, "rev-parse", "main"), old]
    assert "week1/hello/task.txt" not in course.given()
    assert course.given()["README.md"].startswith("# Python 101")


def test_it_is_recorded_with_the_commit_and_by_whom(course: TemplateCourse) -> None:
    old = change(course.template, OLD)
    adopt(course, old[:12])
    ((details, actor),) = course.query(
        "SELECT details, actor FROM deployment_history WHERE action = 'adopted' AND course_content_id IS NULL"
    )
    assert (details["commit"], details["files"], actor) == (old, 2, "local:ada")


def test_once_is_enough(course: TemplateCourse) -> None:
    old = change(course.template, OLD)
    adopt(course, old)
    before = course.state()
    assert adopt(course, old).already
    assert course.state() == before


def test_a_later_commit_of_a_person_is_an_alarm_that_names_it(course: TemplateCourse) -> None:
    adopt(course, change(course.template, OLD))
    course.publish()
    theirs = change(course.template, {"week1/hello/hint.txt": "Look at the third line.\n"}, "A hint\n")
    with pytest.raises(Refused) as caught:
        course.publish()
    (problem,) = caught.value.problems
    assert theirs in problem.path
    assert "A hint" in problem.message


def test_a_commit_between_looking_and_adopting_is_seen(course: TemplateCourse) -> None:
    old = change(course.template, OLD)
    newer = change(course.template, {"more.txt": "more\n"})
    with pytest.raises(InvalidInput) as caught:
        adopt(course, old)
    assert f"--at {newer}" in caught.value.problems[0].fix
    with pytest.raises(InvalidInput):
        adopt(course, newer[:6])


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/heads/solution", "refs/merge-requests/1/head"])
def test_a_hidden_file_anywhere_refuses_and_records_nothing(course: TemplateCourse, ref: str) -> None:
    change(course.template, OLD)
    leaked = change(course.template, {"old/check.py": SUMS["sums/tests/test_sums.py"]})
    clean = change(course.template, {"old/check.py": None})
    if ref != "refs/heads/main":
        git(course.template, "update-ref", ref, leaked)
        git(course.template, "update-ref", "refs/heads/main", f"{leaked}^")
        clean = git(course.template, "rev-parse", "main")
    before = course.state()
    with pytest.raises(Refused, match="leak-scan") as caught:
        adopt(course, clean)
    (problem,) = caught.value.problems
    assert (problem.path, "tests/test_sums.py" in problem.message) == ("old/check.py", True)
    assert course.state() == before


def test_a_sign_refuses_until_a_person_has_looked_at_it(course: TemplateCourse) -> None:
    text = "Write your code between these lines:\n# BEGIN SOLUTION\n# END SOLUTION\n"
    old = change(course.template, {**OLD, "how.txt": text})
    with pytest.raises(Refused) as caught:
        adopt(course, old)
    oid = git(course.template, "rev-parse", "main:how.txt")
    assert f"--reviewed {oid}" in caught.value.problems[0].fix
    adopt(course, old, oid)
    ((details,),) = course.query("SELECT details FROM deployment_history WHERE action = 'adopted'")
    assert details["reviewed"] == [oid]


def test_a_recognised_file_is_never_reviewed_away(course: TemplateCourse) -> None:
    old = change(course.template, {"check.py": SUMS["sums/tests/test_sums.py"]})
    with pytest.raises(Refused):
        adopt(course, old, git(course.template, "rev-parse", "main:check.py"))


def test_an_empty_repository_needs_none(course: TemplateCourse) -> None:
    with pytest.raises(NotFound, match="nothing in it"):
        adopt(course, "a" * 40)


def test_the_command(course: TemplateCourse) -> None:
    old = change(course.template, OLD)
    before = course.state()
    arguments = ("course", "adopt-template", "--assignments", course.assignments, "--at", old)
    dry = courseline(*arguments, "--dry-run", settings=course.environment())
    assert (dry.returncode, "would be adopted" in dry.stdout) == (0, True), dry.stderr
    assert course.state() == before
    done = courseline(*arguments, "--json", settings=course.environment())
    document = json.loads(done.stdout)
    assert (document["exit"], document["status"], document["commit"]) == (0, "adopted", old)
    assert course.publish().commit is not None
