from __future__ import annotations

from courseline.domain.library.limits import (
    LARGEST_EXAMPLE,
    LARGEST_FILE,
    LARGEST_RELEASE,
    MOST_FILES,
    count_problem,
    release_problem,
    size_problems,
    weight,
)
from courseline.domain.tree import FILE, Tree, TreeFile


def tree(*names: str, oid: str = "a" * 40) -> Tree:
    return Tree(TreeFile(name, FILE, oid) for name in names)


def test_an_example_of_usual_size_has_no_problem():
    assert list(size_problems(tree("x"), {"a" * 40: LARGEST_FILE}, "meta.yaml")) == []
    assert count_problem(tree("x"), "meta.yaml") is None
    assert release_problem(LARGEST_RELEASE, "meta.yaml") is None


def test_a_file_too_large_is_named_with_its_size():
    (problem,) = size_problems(tree("big\x1b.bin"), {"a" * 40: LARGEST_FILE + 1024 * 1024}, "meta.yaml")
    assert problem.path == "big\\x1b.bin"
    assert "101 MiB; at most 100 MiB" in problem.message


def test_one_blob_at_many_paths_counts_at_each():
    names = [f"f{number}" for number in range(6)]
    sizes = {"a" * 40: LARGEST_FILE}
    assert weight(tree(*names), sizes) == 6 * LARGEST_FILE > LARGEST_EXAMPLE
    (problem,) = size_problems(tree(*names), sizes, "meta.yaml")
    assert problem.path == "meta.yaml"
    assert "600 MiB; at most 500 MiB" in problem.message


def test_too_many_files_are_counted():
    problem = count_problem(tree(*map(str, range(MOST_FILES + 1))), "meta.yaml")
    assert problem is not None
    assert "20,001 files; at most 20,000" in problem.message


def test_an_example_that_one_run_has_no_room_for_says_that_the_next_run_has():
    problem = release_problem(LARGEST_RELEASE + 1, "meta.yaml")
    assert problem is not None
    assert "again" in problem.fix
