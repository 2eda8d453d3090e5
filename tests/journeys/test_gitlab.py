"""Whole ways through a GitLab: a real push, the receiver under gunicorn, a worker, pipelines of the real templates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.builders.courses import place
from tests.builders.waiting import until
from tests.builders.whole_site import COURSE, EXAMPLES, STRUCTURE, WholeSite, whole_site

SOLUTION = "sum(range(10))"
ONE_PLACE = STRUCTURE.replace(" []", "\n" + place("week1") + place("week1.hello", "hello", "v1.0"))
Step = Callable[[], None]


def release(site: WholeSite, *tags: str) -> None:
    """The lecturer tags what is there, in one push."""
    tree = site.clone(EXAMPLES)
    for tag in tags:
        tree.git("tag", "-a", "-m", f"Release {tag}", tag)
    tree.push(*tags)


def propose(site: WholeSite) -> int:
    """She wishes for an example in her course, in a merge request; its number."""
    tree = site.clone(COURSE)
    tree.git("checkout", "-q", "-b", "week-1")
    tree.commit({"course-structure.yaml": ONE_PLACE}, "Week 1")
    tree.push("HEAD:refs/heads/week-1")
    remote = site.lecturer.projects.get(COURSE)
    made = remote.mergerequests.create(
        {"source_branch": "week-1", "target_branch": "main", "title": "Week 1"}
    )
    return int(made.iid)


def merge(site: WholeSite, iid: int) -> None:
    site.lecturer.projects.get(COURSE).mergerequests.get(iid).merge()


def walk(site: WholeSite, after_each: Step) -> None:
    """From a tag to the students, looking at everything on the way.

    Args:
        site: where.
        after_each: lets what was begun come to its end; it is called until that is seen.
    """

    def seen(condition: Callable[[], object], what: str) -> None:
        def again() -> bool:
            site.double.settle()
            if not condition():
                after_each()
            return bool(condition())

        try:
            until(again, what)
        except AssertionError as never:
            raise AssertionError(site.story()) from never

    release(site, "v1.0")
    seen(lambda: site.versions() == [("hello", "1.0.0")], "the version is in the library")

    iid = propose(site)
    head = site.project(COURSE).repository.resolve("week-1")
    seen(lambda: site.statuses(head) == [("courseline/plan", "success")], "the merge request has its status")
    (note,) = site.notes(iid)
    assert "**add** `week1.hello`" in note

    merge(site, iid)
    seen(lambda: "week1/hello/main.py" in site.given(), "students have the example")
    seen(lambda: "deployed" in site.notes(iid)[0], "the note tells what became of it")
    given = site.given()
    assert not any(SOLUTION in text or "test_" in path for path, text in given.items())
    deployed = site.project(COURSE).repository
    assert deployed.entry("main", "week1/hello/tests/test_main.py")
    assert len(site.notes(iid)) == 1


def test_a_pushed_tag_is_in_the_library(tmp_path: Path) -> None:
    with whole_site(tmp_path) as site:
        release(site, "v1.0")
        site.double.settle()
        assert site.jobs(EXAMPLES) == [("v1.0", "courseline:sync", "success")], site.story()
        assert site.versions() == [("hello", "1.0.0")]


def test_from_a_tag_through_a_merge_request_to_the_students(tmp_path: Path) -> None:
    with whole_site(tmp_path) as site:
        walk(site, lambda: None)
        merged, deployed = site.project(COURSE).pipelines[-2:]
        assert [(job.name, job.status) for job in merged.jobs] == [
            ("courseline:deploy", "success"),
            ("courseline:student-template", "success"),
        ]
        assert deployed.status == "skipped", "what the job pushed starts no pipeline"


def test_the_same_without_any_webhook(tmp_path: Path) -> None:
    with whole_site(tmp_path) as site:
        site.double.hooks.dropping = True
        site.double.hooks.settle()
        before = site.sent()
        walk(site, site.reconcile)
        assert site.sent() == before


def test_the_same_with_each_webhook_twice_and_in_any_order(tmp_path: Path) -> None:
    with whole_site(tmp_path) as site:
        site.double.hooks.copies = 2
        site.double.hooks.holding = True
        walk(site, lambda: site.double.hooks.release(seed=7))
        site.double.hooks.release(seed=7)
        site.double.settle()
        assert site.versions() == [("hello", "1.0.0")]
