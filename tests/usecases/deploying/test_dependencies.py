"""Files that one example takes from another."""

from __future__ import annotations

import pytest
from tests.builders.courses import Bench, example, place

from courseline.domain.deploying.tracking import parse_tracking
from courseline.usecases.deploying.deploy import Deployed


def statuses(deployed: Deployed) -> dict[str, str]:
    return {result.path: result.status for result in deployed.results}


def tools(text: str) -> dict[str, object]:
    files = {"utils.py": f"# {text}\n", "tests/test_tools.py": f"# test {text}\n"}
    return example(
        "tools", text, meta="  additionalFiles: [utils.py]\n  testFiles: [tests/test_tools.py]\n", files=files
    )  # type: ignore[return-value,arg-type]


@pytest.fixture
def library(empty: Bench) -> Bench:
    """tools v1.0, and hello v1.0 that takes its additional files."""
    empty.publish({**tools("one"), **example("hello", meta="  testDependencies: [tools]\n")}, "v1.0")  # type: ignore[dict-item]
    return empty


def test_a_dependency_brings_its_additional_files_and_is_recorded_with_their_roles(library: Bench) -> None:
    library.wish(place("week1.tools", "tools") + place("week1.hello", "hello"))
    library.deploy()
    assert library.read("week1/hello/utils.py") == "# one\n"
    assert "tests/test_tools.py" not in library.files("week1/hello")
    tracking = parse_tracking(library.read("week1/hello/.example-library").encode())
    assert tracking is not None
    (dependency,) = tracking.dependencies
    assert dependency.deployed_path == "week1.tools"
    assert [(file.path, str(file.role)) for file in dependency.files] == [("utils.py", "public")]


def test_the_reference_in_meta_yaml_says_what_was_copied(library: Bench) -> None:
    library.wish(place("week1.hello", "hello"))
    library.deploy()
    assert "testDependencies: [{example: tools, files: [utils.py]}]" in library.read("week1/hello/meta.yaml")


def test_a_new_version_of_a_dependency_in_the_course_is_an_update_of_the_dependent(library: Bench) -> None:
    library.publish(tools("two"), "v1.1")  # type: ignore[arg-type]
    library.wish(place("week1.tools", "tools", "v1.0") + place("week1.hello", "hello"))
    library.deploy()
    assert library.read("week1/hello/utils.py") == "# one\n"
    library.wish(place("week1.tools", "tools", "v1.1") + place("week1.hello", "hello"))
    deployed = library.deploy()
    assert statuses(deployed) == {"week1.hello": "deployed", "week1.tools": "deployed"}
    assert "a dependency has another version: examples:tools@v1.1" in deployed.results[0].message
    assert library.read("week1/hello/utils.py") == "# two\n"


def test_a_dependency_that_is_not_in_the_course_stays_at_its_version(library: Bench) -> None:
    library.wish(place("week1.hello", "hello"))
    library.deploy()
    library.publish(tools("two"), "v1.1")  # type: ignore[arg-type]
    assert statuses(library.deploy()) == {"week1.hello": "unchanged"}


def test_a_dependent_follows_what_is_deployed_and_not_what_waits_behind_a_change_by_hand(
    library: Bench,
) -> None:
    library.publish(tools("two"), "v1.1")  # type: ignore[arg-type]
    library.wish(place("week1.tools", "tools", "v1.0") + place("week1.hello", "hello"))
    library.deploy()
    library.edit({"week1/tools/utils.py": "# mine\n"})
    library.wish(place("week1.tools", "tools", "v1.1") + place("week1.hello", "hello"))
    assert statuses(library.deploy()) == {"week1.hello": "unchanged", "week1.tools": "conflict"}


def test_a_relative_reference_of_an_old_course_means_the_example_there(empty: Bench) -> None:
    synced = empty.publish(
        {
            **tools("one"),
            **example("hello", meta="  testDependencies: [../tools, ../tools/tests/test_tools.py]\n"),
        },  # type: ignore[dict-item]
        "v1.0",
    )
    assert [problem.sentence for one in synced.examples for problem in one.problems] == [
        "`../tools` is the old form of a dependency, a relative path, and is read as the example `tools`. Write `tools`.",
        (
            "`../tools/tests/test_tools.py` is the old form of a dependency, a relative path, and is read as the file"
            " `tests/test_tools.py` of the example `tools`. Write `{example: tools, files: [tests/test_tools.py]}`."
        ),
    ]
    empty.wish(place("week1.hello", "hello"))
    assert statuses(empty.deploy()) == {"week1.hello": "deployed"}
    assert {"utils.py", "tests/test_tools.py"} <= set(empty.files("week1/hello"))
    assert statuses(empty.deploy()) == {"week1.hello": "unchanged"}


def test_exactly_the_files_asked_for_are_copied(empty: Bench) -> None:
    meta = "  testDependencies: [{example: tools, version: ^1.0, files: [main.py]}]\n"
    hello = example("hello", meta=meta)
    del hello["hello/main.py"]
    hello["hello/meta.yaml"] = f"slug: hello\ntitle: hello\nproperties:\n{meta}"
    empty.publish({**tools("one"), **hello}, "v1.0")  # type: ignore[dict-item]
    empty.wish(place("week1.hello", "hello"))
    empty.deploy()
    assert empty.read("week1/hello/main.py") == "print('tools one')\n"
    assert "utils.py" not in empty.files("week1/hello")
    assert meta in empty.read("week1/hello/meta.yaml")


def test_no_files_copies_nothing_and_still_records_the_version(empty: Bench) -> None:
    meta = "  testDependencies: [{example: tools, files: []}]\n"
    empty.publish({**tools("one"), **example("hello", meta=meta)}, "v1.0")  # type: ignore[dict-item]
    empty.wish(place("week1.hello", "hello"))
    empty.deploy()
    assert empty.files("week1/hello") == [".example-library", "content/index.md", "main.py", "meta.yaml"]


def test_a_copy_overwrites_nothing(empty: Bench) -> None:
    hello = example("hello", meta="  testDependencies: [tools]\n", files={"utils.py": "# my own\n"})
    empty.publish({**tools("one"), **hello}, "v1.0")  # type: ignore[dict-item]
    empty.wish(place("week1.hello", "hello"))
    deployed = empty.deploy()
    assert statuses(deployed) == {"week1.hello": "refused"}
    assert "examples:tools brings utils.py" in deployed.results[0].message


def test_a_missing_dependency_is_a_gap_of_that_place(empty: Bench) -> None:
    empty.publish({**tools("one"), **example("hello", meta="  testDependencies: [nowhere]\n")}, "v1.0")  # type: ignore[dict-item]
    empty.wish(place("week1.hello", "hello") + place("week1.tools", "tools"))
    deployed = empty.deploy()
    assert statuses(deployed) == {"week1.hello": "refused", "week1.tools": "deployed"}
    assert "its dependency `nowhere` is missing" in deployed.results[0].message


def test_a_range_that_no_version_of_the_dependency_answers_is_a_gap(empty: Bench) -> None:
    meta = "  testDependencies: [{example: tools, version: ^2.0}]\n"
    empty.publish({**tools("one"), **example("hello", meta=meta)}, "v1.0")  # type: ignore[dict-item]
    empty.wish(place("week1.hello", "hello"))
    assert "its dependency examples:tools has no version ^2.0" in empty.deploy().results[0].message


def test_examples_that_depend_on_each_other_in_a_circle_are_refused_with_the_circle(empty: Bench) -> None:
    circle = {
        **example("a", meta="  testDependencies: [b]\n"),
        **example("b", meta="  testDependencies: [a]\n"),
        **tools("one"),
    }
    empty.publish(circle, "v1.0")  # type: ignore[arg-type]
    empty.wish(place("w.a", "a") + place("w.b", "b") + place("w.tools", "tools"))
    deployed = empty.deploy()
    assert statuses(deployed) == {"w.a": "refused", "w.b": "refused", "w.tools": "deployed"}
    assert "examples:a -> examples:b -> examples:a" in deployed.results[0].message


def test_a_circle_through_examples_that_are_not_in_the_course_is_named_whole(empty: Bench) -> None:
    circle = {
        **example("a", meta="  testDependencies: [b]\n"),
        **example("b", meta="  testDependencies: [c]\n"),
        **example("c", meta="  testDependencies: [a]\n"),
    }
    empty.publish(circle, "v1.0")
    empty.wish(place("w.a", "a"))
    (result,) = empty.deploy().results
    assert result.status == "refused"
    assert "examples:a -> examples:b -> examples:c -> examples:a" in result.message


def test_a_circle_that_an_earlier_version_of_a_dependency_does_not_close_is_none(empty: Bench) -> None:
    meta = "  testDependencies: [{example: b, version: v1.0, files: []}]\n"
    empty.publish({**example("a", meta=meta), **example("b")}, "v1.0")
    empty.publish(example("b", "two", meta="  testDependencies: [a]\n"), "v1.1")
    empty.wish(place("w.a", "a"))
    assert statuses(empty.deploy()) == {"w.a": "deployed"}


def test_a_pin_stays_while_another_place_of_the_same_example_moves(library: Bench) -> None:
    hello, first = place("week1.hello", "hello"), place("week1.tools", "tools", "v1.0")
    library.wish(hello + first)
    library.deploy()
    library.publish(tools("two"), "v1.1")  # type: ignore[arg-type]
    library.wish(hello + first + place("week2.tools", "tools", "v1.1"))
    assert statuses(library.deploy())["week1.hello"] == "unchanged"
    library.publish(tools("three"), "v1.2")  # type: ignore[arg-type]
    library.wish(hello + first + place("week2.tools", "tools", "v1.2"))
    assert statuses(library.deploy())["week1.hello"] == "unchanged"
    assert library.read("week1/hello/utils.py") == "# one\n"
    library.wish(hello + place("week1.tools", "tools", "v1.1") + place("week2.tools", "tools", "v1.1"))
    assert statuses(library.deploy())["week1.hello"] == "deployed"
    assert library.read("week1/hello/utils.py") == "# two\n"


def test_a_pin_stays_while_another_dependent_is_added_or_updated(library: Bench) -> None:
    hello = place("week1.hello", "hello", "v1.0")
    library.wish(hello)
    library.deploy()
    library.publish(tools("two"), "v1.1")  # type: ignore[arg-type]
    library.publish(example("other", meta="  testDependencies: [tools]\n"), "other/v1.0")
    library.wish(hello + place("week2.other", "other"))
    assert statuses(library.deploy()) == {"week1.hello": "unchanged", "week2.other": "deployed"}
    assert library.read("week1/hello/utils.py") == "# one\n"
    assert library.read("week2/other/utils.py") == "# two\n"
    library.publish(example("hello", "two", meta="  testDependencies: [tools]\n"), "hello/v1.2")
    library.wish(
        place("week1.hello", "hello", "v1.2") + place("week3.other", "other", movedFrom="week2.other")
    )
    assert statuses(library.deploy()) == {"week1.hello": "deployed", "week3.other": "moved"}
    assert library.read("week1/hello/utils.py") == "# one\n"


def test_no_place_follows_an_update_of_its_dependency_that_is_refused(library: Bench) -> None:
    hello = place("week1.hello", "hello")
    library.wish(hello + place("week1.tools", "tools", "v1.0"))
    library.deploy()
    library.publish({**tools("two"), "tools/meta.yaml": "slug: tools\nproperties:\n  testDependencies: [gone]\n"}, "v1.1")  # type: ignore[dict-item]  # fmt: skip
    library.wish(hello + place("week1.tools", "tools", "v1.1"))
    deployed = library.deploy()
    assert statuses(deployed) == {"week1.hello": "unchanged", "week1.tools": "refused"}
    assert statuses(library.deploy()) == statuses(deployed)
    assert library.read("week1/hello/utils.py") == "# one\n"
