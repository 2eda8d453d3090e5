from __future__ import annotations

import pytest

from courseline.domain.library.example_scan import find_examples, settle
from courseline.domain.library.meta_level import Level
from courseline.domain.tree import FILE, Tree, TreeFile, blob_oid
from courseline.errors import Severity

OID = blob_oid(b"x")


def tree(*paths, mode=FILE):
    return Tree(TreeFile(path, mode, OID) for path in paths)


def scan(*paths):
    return find_examples(tree(*paths), "course-examples")


def directories(found):
    return [candidate.directory for candidate in found.candidates]


def test_examples_lie_at_any_depth():
    found = scan(
        "README.md", "hello/meta.yaml", "hello/src/main.py", "week1/loops/basic/meta.yaml", "other/a.py"
    )
    assert directories(found) == ["hello", "week1/loops/basic"]
    assert found.outer == ()
    assert found.problems == ()
    hello = found.candidates[0]
    assert hello.files.paths == ["meta.yaml", "src/main.py"]
    assert hello.files.oid == tree("meta.yaml", "src/main.py").oid
    assert hello.problems == ()


def test_a_single_meta_yaml_at_the_root_makes_the_repository_one_example():
    found = scan("meta.yaml", "main.py", "tests/test_main.py")
    assert directories(found) == ["."]
    assert found.candidates[0].files.paths == ["main.py", "meta.yaml", "tests/test_main.py"]


def test_a_repository_without_examples_has_none():
    assert scan("README.md") == find_examples(Tree([TreeFile("README.md", FILE, OID)]), "course-examples")
    assert scan("README.md").candidates == ()
    assert scan("notmeta.yaml", "x/my-meta.yaml").candidates == ()


@pytest.mark.parametrize("level", [Level.COURSE, Level.UNIT, None])
def test_a_root_meta_yaml_above_others_is_ignored_with_a_warning_unless_it_is_an_examples(level):
    found = scan("meta.yaml", "-first/meta.yaml", "hello/meta.yaml")
    assert directories(found) == ["-first", "hello"]
    assert [outer.directory for outer in found.outer] == ["."]
    settled = settle(found, {".": level})
    assert directories(settled) == ["-first", "hello"]
    assert settled.outer == ()
    (warning,) = settled.problems
    assert (warning.path, warning.severity) == ("meta.yaml", Severity.WARNING)
    assert "2 others" in warning.message


def test_a_root_example_above_others_is_refused_with_them():
    settled = settle(scan("meta.yaml", "a/meta.yaml", "b/c/meta.yaml"), {".": Level.EXAMPLE})
    assert directories(settled) == ["."]
    problems = settled.candidates[0].problems
    assert [problem.path for problem in problems] == ["a/meta.yaml", "b/c/meta.yaml"]
    assert "course-examples" in problems[0].message
    assert all(problem.severity is Severity.ERROR and problem.fix for problem in problems)


def test_an_example_inside_an_example_is_refused_and_the_others_stay():
    settled = settle(
        scan("a/meta.yaml", "a/b/meta.yaml", "a-c/meta.yaml", "d/meta.yaml"), {"a": Level.EXAMPLE}
    )
    assert directories(settled) == ["a", "a-c", "d"]
    (problem,) = settled.candidates[0].problems
    assert problem.path == "a/b/meta.yaml"
    assert "inside the example `a`" in problem.message


def test_levels_of_older_courses_are_passed_over_down_to_the_examples():
    found = scan(
        "meta.yaml", "week1/meta.yaml", "week1/hello/meta.yaml", "week1/loops/meta.yaml", "week2/x/meta.yaml"
    )
    settled = settle(found, {".": Level.COURSE, "week1": Level.UNIT})
    assert directories(settled) == ["week1/hello", "week1/loops", "week2/x"]
    assert [problem.path for problem in settled.problems] == ["meta.yaml", "week1/meta.yaml"]


def test_an_unreadable_outer_meta_yaml_is_passed_over():
    settled = settle(scan("meta.yaml", "a/meta.yaml"), {})
    assert directories(settled) == ["a"]
    assert settled.problems == ()


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("a/.example-library", "must not come"),
        ("a/sub/.example-library", "must not come"),
        ("a/.gitmodules", "Files of git"),
        ("a/.gitlab-ci.yml", "Files of git"),
        ("a/.github/workflows/x.yml", "Files of git"),
        ("a/.GitConfig", "Files of git"),
        ("a/aux.py", "Windows"),
        ("a/x\ny", "control"),
        ("a/caf\u0065\u0301.py", "NFC"),
        ("a/MAIN.py", "ignore case"),
    ],
)
def test_names_that_may_not_come_with_an_example_are_refused_and_the_others_stay(path, part):
    found = scan("a/meta.yaml", "a/main.py", path, "b/meta.yaml")
    assert directories(found) == ["a", "b"]
    problems = found.candidates[0].problems
    assert any(part in problem.message for problem in problems)
    assert all(problem.path.startswith("a/") and problem.fix for problem in problems)
    assert all(problem.sentence.isprintable() and problem.path.isprintable() for problem in problems)
    assert found.candidates[1].problems == ()


def test_gitignore_and_gitattributes_may_come_with_an_example():
    assert scan("a/meta.yaml", "a/.gitignore", "a/sub/.gitattributes").candidates[0].problems == ()


@pytest.mark.parametrize(("mode", "word"), [("120000", "symbolic link"), ("160000", "submodule")])
def test_links_and_submodules_are_refused_with_their_path(mode, word):
    files = [*tree("a/meta.yaml"), TreeFile("a/sub/link", mode, OID)]
    (problem,) = find_examples(Tree(files), "r").candidates[0].problems
    assert problem.path == "a/sub/link"
    assert word in problem.message


def test_a_directory_with_a_hostile_name_is_refused():
    (candidate,) = scan("x/a\x1b[2J/meta.yaml").candidates
    assert candidate.problems[0].path == "x/a\\x1b[2J"
    assert "control" in candidate.problems[0].message


def test_files_outside_of_examples_are_nobodys_business():
    found = scan(".gitlab-ci.yml", ".github/x", "CON", "a:b", "a/meta.yaml")
    assert found.candidates[0].problems == ()
    assert found.problems == ()


@pytest.mark.parametrize("name", ["meta.yml", "Meta.yaml", "META.YAML", "metadata.yaml"])
def test_a_misspelled_meta_yaml_is_warned_about(name):
    found = scan("a/meta.yaml", f"b/{name}")
    assert directories(found) == ["a"]
    (warning,) = found.problems
    assert warning.path == f"b/{name}"
    assert warning.severity is Severity.WARNING


def test_a_thousand_examples_are_found_quickly():
    paths = [
        f"week{n // 20}/example{n}/{name}" for n in range(1000) for name in ("meta.yaml", "a.py", "b/c.py")
    ]
    assert len(find_examples(tree(*paths), "r").candidates) == 1000
