"""A withdrawn label through the real library, plans and deployments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.courses import Bench, bench, example
from tests.builders.rows import a_repository, a_version, an_example, publish

from courseline.errors import InvalidInput, NotFound
from courseline.usecases.library.withdraw import MarkedLabel, MarkLabel, reinstate, withdraw

REASON = "the test for an empty list is wrong"


@pytest.fixture
def course(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """hello and tools in v1.0 and v1.1, each time with other content."""
    made = bench(tmp_path, database_url)
    for label, text in (("v1.0", "one"), ("v1.1", "two")):
        made.publish({**example("hello", text), **example("tools", text)}, label)
    yield made
    made.close()


@pytest.fixture
def library(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """Only rows: hello v1.0 and v1.1 in the repository examples."""
    made = Bench(tmp_path, database_url)
    repository = a_repository()
    hello = an_example(repository, "hello")
    with made.database.transaction() as rows:
        rows.library.add_repository(repository)
        publish(rows, hello, "v1.0")
        publish(rows, hello, "v1.1", a_version(hello, "two"))
    yield made
    made.close()


def out(course: Bench, reference: str, reason: str = REASON, *, dry_run: bool = False) -> MarkedLabel:
    return withdraw(MarkLabel(reference, reason, dry_run), course.neighbours)


def back(course: Bench, reference: str, reason: str = "it was right after all") -> MarkedLabel:
    return reinstate(MarkLabel(reference, reason), course.neighbours)


def place(version: str) -> str:
    return f'  - {{path: hello, type: assignment, title: Hello, example: hello, version: "{version}"}}\n'


def planned(course: Bench, version: str) -> tuple[str, str | None, str]:
    course.wish(place(version))
    (step,) = course.plan().plan.steps
    return str(step.action), step.to_label, step.message


def events(course: Bench) -> list[tuple[object, ...]]:
    return course.query(
        "SELECT action, path, version_tag, reason, actor, workflow_id FROM deployment_history"
        " WHERE action IN ('withdrawn', 'reinstated') ORDER BY seq"
    )


def test_ranges_and_latest_pass_a_withdrawn_label_over_until_it_is_reinstated(course: Bench):
    assert planned(course, "^1.0") == ("add", "v1.1", "")
    out(course, "hello@v1.1")
    for wish in ("latest", "^1.0", ">=0.9", "*"):
        assert planned(course, wish) == ("add", "v1.0", "")
    assert planned(course, "v1.1") == ("add", "v1.1", f"examples:hello@v1.1 was withdrawn: {REASON}")
    out(course, "hello@v1.0", "older still")
    action, _, message = planned(course, "latest")
    assert action == "refused"
    assert "v1.1 (withdrawn), v1.0 (withdrawn)" in message
    back(course, "hello@v1.1")
    assert planned(course, "latest") == ("add", "v1.1", "")


def test_a_place_that_holds_it_keeps_it_with_a_warning(course: Bench):
    course.wish(place("^1.0"))
    course.deploy()
    out(course, "examples:hello@1.1.0")
    (step,) = course.plan().plan.steps
    assert (str(step.action), step.to_label) == ("keep", "v1.1")
    assert step.message == f"examples:hello@v1.1 was withdrawn: {REASON}"
    assert course.deploy().commit is None


def test_latest_is_the_highest_that_stands_and_a_place_that_holds_more_keeps_it(course: Bench):
    out(course, "hello@v1.1")
    course.wish(place("latest"))
    course.deploy()
    assert course.read("hello/main.py") == "print('hello one')\n"
    course.wish(place("v1.1"))
    course.deploy()
    course.wish(place("latest"))
    (step,) = course.plan().plan.steps
    assert (str(step.action), step.to_label) == ("keep", "v1.1")
    assert step.message == f"examples:hello@v1.1 was withdrawn: {REASON}"


def test_a_dependency_that_was_withdrawn_is_passed_over_and_where_it_is_kept_named(course: Bench):
    meta = "slug: uses\ntitle: Uses\nproperties:\n  studentSubmissionFiles: [use.py]\n  testDependencies:\n"
    course.publish(
        {
            "uses/meta.yaml": meta + "    - {example: tools, files: [draw.py]}\n",
            "uses/README.md": "# Uses\n",
            "tools/draw.py": "print(2)\n",
            "uses/use.py": "print(1)\n",
        },
        "v1.2",
    )
    course.wish("  - {path: uses, type: assignment, title: Uses, example: uses, version: v1.2}\n")
    course.deploy()
    assert course.read("uses/draw.py") == "print(2)\n"
    out(course, "tools@v1.2")
    (step,) = course.plan().plan.steps
    assert str(step.action) == "keep"
    assert step.message == f"its dependency examples:tools@v1.2 was withdrawn: {REASON}"


def test_a_label_of_the_same_content_that_stands_is_taken_instead(course: Bench):
    course.wish(place("^1.0"))
    course.deploy()
    course.publish({"unrelated.txt": "x\n"}, "v1.2")
    out(course, "hello@v1.2")
    (step,) = course.plan().plan.steps
    assert (str(step.action), step.to_label, step.message) == ("keep", "v1.1", "")


def test_each_change_is_one_row_of_the_repository_s_chain_and_a_repetition_none(library: Bench):
    assert out(library, "hello@v1.1").changed
    again = out(library, "hello@v1.1", "another reason")
    assert (again.changed, again.reason) == (False, REASON)
    assert back(library, "hello@v1.1").changed
    assert not back(library, "hello@v1.1").changed
    assert events(library) == [
        ("withdrawn", "hello", "v1.1", REASON, "local:ada", None),
        ("reinstated", "hello", "v1.1", "it was right after all", "local:ada", None),
    ]
    with library.database.transaction() as rows:
        found = rows.library.find(["hello"], None)["hello"]
        labels = rows.library.labels([found[0].id])[found[0].id]
    assert [(known.label.shown, known.withdrawn, known.withdrawn_reason) for known in labels] == [
        ("v1.1", False, ""),
        ("v1.0", False, ""),
    ]


def test_the_label_of_one_example_only_is_withdrawn(library: Bench):
    out(library, "hello@v1.1")
    rows = library.query(
        "SELECT identifier, shown FROM example_version_tag JOIN example ON example.id = example_id WHERE withdrawn"
    )
    assert rows == [("hello", "v1.1")]


def test_publishing_the_tag_again_does_not_reinstate_it(course: Bench):
    out(course, "hello@v1.1")
    course.sync("v1.1")
    assert not out(course, "hello@v1.1").changed


def test_a_dry_run_changes_nothing(library: Bench):
    marked = out(library, "hello@v1.1", dry_run=True)
    assert (marked.changed, marked.withdrawn, marked.reason) == (True, True, REASON)
    assert events(library) == []
    assert out(library, "hello@v1.1").changed


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("hello@v9", "It has v1.1, v1.0."),
        ("helo@v1.0", "Did you mean examples:hello?"),
        ("quite-another@v1.0", "courseline examples list"),
    ],
)
def test_what_is_unknown_is_answered_with_candidates(library: Bench, reference: str, said: str):
    with pytest.raises(NotFound) as failure:
        out(library, reference)
    assert said in failure.value.problems[0].fix


def test_a_name_of_two_examples_is_answered_with_both(library: Bench):
    with library.database.transaction() as rows:
        repository = a_repository("tasks")
        rows.library.add_repository(repository)
        publish(rows, an_example(repository, "hello"))
    with pytest.raises(NotFound) as failure:
        out(library, "hello@v1.0")
    assert "examples:hello or tasks:hello" in failure.value.problems[0].fix
    assert out(library, "tasks:hello@v1.0").example.name == "tasks:hello"


@pytest.mark.parametrize("reference", ["hello", "@v1.0", "hello@", "hello@latest", "hello@^1.0"])
def test_only_a_label_written_in_full_can_be_withdrawn(library: Bench, reference: str):
    with pytest.raises(InvalidInput, match=r"Withdrawing .*(like hello-world@v1\.2|like v1\.2 or)"):
        out(library, reference)


def test_a_reason_is_demanded(library: Bench):
    with pytest.raises(InvalidInput, match="--reason TEXT"):
        out(library, "hello@v1.0", "  \n ")
