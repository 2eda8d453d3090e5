"""The template repository itself: the right one, with courseline's commits and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.builders.repositories import Content, build_repository, git
from tests.builders.template_course import TemplateCourse, change

from courseline.errors import Refused

EDITED: Mapping[str, Content] = {"week1/hello/README.md": "# Hello\n\nGreet them twice.\n"}


def refused(course: TemplateCourse, **options: str) -> Refused:
    """Publish, and see that it is refused and changes nothing at all."""
    before, objects = course.state(), course.everything()
    with pytest.raises(Refused, match="nothing was pushed") as caught:
        course.publish(**options)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        course.publish(dry_run=True, **options)  # type: ignore[arg-type]
    assert course.state() == before
    assert course.everything() == objects
    return caught.value


class TestTarget:
    def test_the_assignments_repository_is_never_the_target(self, course: TemplateCourse) -> None:
        (problem,) = refused(course, template=str(course.assignments)).problems
        assert "assignments repository, which holds the solutions" in problem.message

    def test_another_repository_than_the_registered_one_is_not_the_target(
        self, course: TemplateCourse
    ) -> None:
        other = build_repository(course.root / "other.git")
        (problem,) = refused(course, template=other.url).problems
        assert (problem.path, problem.fix.count("courseline course apply")) == (other.url, 1)
        assert git(other.path, "for-each-ref") == ""

    def test_another_spelling_of_the_registered_one_is(self, course: TemplateCourse) -> None:
        assert course.publish(template=f"file://{course.template}/").commit is not None

    def test_a_newly_registered_one_gets_the_whole_template(self, published: TemplateCourse) -> None:
        other = build_repository(published.root / "next.git")
        published.apply(other.url)
        done = published.publish()
        assert git(other.path, "rev-parse", "main") == done.commit
        assert len(git(other.path, "ls-tree", "-r", "--name-only", "main").split("\n")) == 17


class TestForeignCommits:
    def test_a_person_s_commit_is_an_alarm_with_commit_and_author(self, published: TemplateCourse) -> None:
        sha = change(published.template, {"week1/hello/solution.py": "print('the answer')\n"}, "Help them\n")
        published.edit(EDITED)
        (problem,) = refused(published).problems
        assert sha in problem.path
        assert "Ada Lovelace <ada@example.org>" in problem.message
        assert "Help them" in problem.message

    def test_the_alarm_says_how_to_put_the_branch_back(self, published: TemplateCourse) -> None:
        (ours,) = published.log()
        for number in range(3):
            change(published.template, {"oops.py": f"print({number})\n"})
        published.edit(EDITED)
        _, _, command = refused(published).message.partition("git push --force ")
        assert command == f"{published.template} {ours}:refs/heads/main"
        git(published.root / "assignments.git", "fetch", "-q", *command.split()[:1], ours)
        git(published.root / "assignments.git", "push", "-q", "--force", *command.split())
        assert published.publish().refusals == ()
        assert published.given()["week1/hello/README.md"].endswith("Greet them twice.")

    def test_so_is_one_that_was_undone_again(self, published: TemplateCourse) -> None:
        change(published.template, {"oops.py": "print('the answer')\n"})
        change(published.template, {"oops.py": None})
        assert len(refused(published).problems) == 2

    def test_so_is_one_of_ours_that_was_changed_and_kept_its_trailer(self, published: TemplateCourse) -> None:
        (message,) = (git(published.template, "log", "-1", "--format=%B", "main").strip(),)
        git(published.template, "update-ref", "-d", "refs/heads/main")
        change(published.template, {"oops.py": "print('the answer')\n"}, f"{message}\n")
        assert "names no operation of this course" in refused(published).problems[0].message

    def test_so_is_one_with_the_trailer_of_another_course(self, published: TemplateCourse) -> None:
        trailer = "Courseline-Operation: 00000000-0000-5000-8000-000000000000"
        change(published.template, {"oops.py": "print('the answer')\n"}, f"Update\n\n{trailer}\n")
        assert "names no operation of this course" in refused(published).problems[0].message

    def test_a_merge_is_no_single_line_of_history(self, published: TemplateCourse) -> None:
        side = change(published.template, {"oops.py": "1\n"}, branch="side")
        tree = git(published.template, "rev-parse", "main^{tree}")
        head = git(published.template, "rev-parse", "main")
        message = git(published.template, "log", "-1", "--format=%B", "main")
        merge = git(
            published.template,
            "-c",
            "user.name=x",
            "commit-tree",
            tree,
            "-p",
            head,
            "-p",
            side,
            "-m",
            message,
        )
        git(published.template, "update-ref", "refs/heads/main", merge)
        git(published.template, "update-ref", "-d", "refs/heads/side")
        assert any("one line of commits" in problem.message for problem in refused(published).problems)

    def test_a_repository_with_a_history_of_its_own_is_not_written_to(self, course: TemplateCourse) -> None:
        for number in range(8):
            change(course.template, {"old.py": f"print({number})\n"})
        error = refused(course)
        assert "Make an empty repository" in error.message
        assert len(error.problems) == 6  # five of the eight, and that there are more
        assert "3 more" in error.problems[-1].message


class TestOtherRefs:
    def test_a_person_s_branch_is_told_and_the_template_goes_on(self, published: TemplateCourse) -> None:
        change(published.template, {"hello.py": "print('the answer')\n"}, branch="solution")
        published.edit(EDITED)
        done = published.publish()
        assert done.commit is not None
        (problem,) = done.refusals
        assert (problem.path, problem.line) == ("refs/heads/solution", None)
        assert "--delete refs/heads/solution" in problem.fix

    def test_a_person_s_tag_is_told_too(self, published: TemplateCourse) -> None:
        change(published.template, {"hello.py": "print('the answer')\n"}, branch="solution")
        git(published.template, "tag", "-a", "-m", "the answers", "answers", "solution")
        git(published.template, "branch", "-D", "solution")
        (problem,) = published.publish().refusals
        assert (problem.path, "tag" in problem.message) == ("refs/tags/answers", True)

    def test_names_for_our_own_commits_are_nobodys_business(self, published: TemplateCourse) -> None:
        git(published.template, "tag", "term-1", "main")
        git(published.template, "tag", "-a", "-m", "Term 1", "v1", "main")
        git(published.template, "branch", "term-1", "main")
        published.edit(EDITED)
        assert published.publish().refusals == ()

    def test_a_branch_in_a_repository_without_a_template_is_told(self, course: TemplateCourse) -> None:
        change(course.template, {"hello.py": "print('the answer')\n"}, branch="solution")
        assert [problem.path for problem in course.publish().refusals] == ["refs/heads/solution"]

    def test_refs_of_the_server_itself_do_not_count(self, published: TemplateCourse) -> None:
        change(published.template, {"hello.py": "1\n"}, branch="mine")
        git(published.template, "update-ref", "refs/merge-requests/1/head", "mine")
        git(published.template, "branch", "-D", "mine")
        assert published.publish().refusals == ()
