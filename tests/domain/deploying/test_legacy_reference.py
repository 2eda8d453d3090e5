"""Relative paths as references."""

from __future__ import annotations

import pytest
from tests.builders.metas import meta

from courseline.domain.deploying.legacy_reference import legacy_targets, legacy_warnings
from courseline.errors import Severity


@pytest.mark.parametrize(
    ("directory", "reference", "targets"),
    [
        ("hello", "../tools", [("tools", None)]),
        ("hello", "../tools/utils.py", [("tools/utils.py", None), ("tools", "utils.py")]),
        ("week1/hello", "../../lib/a/b.py", [("lib/a/b.py", None), ("lib/a", "b.py"), ("lib", "a/b.py")]),
        ("week1/hello", "../tools/", [("week1/tools", None), ("week1", "tools")]),
        ("hello", "./part", [("hello/part", None), ("hello", "part")]),
        (".", "tools/utils.py", [("tools/utils.py", None), ("tools", "utils.py")]),
    ],
)
def test_a_relative_path_means_an_example_or_a_file_of_one(
    directory: str, reference: str, targets: list[tuple[str, str | None]]
) -> None:
    assert legacy_targets(directory, reference) == targets


@pytest.mark.parametrize(
    "reference", ["tools", "/etc/passwd", "../../outside", "..", "../", "../hello/..", ""]
)
def test_what_leaves_the_repository_or_is_no_path_means_nothing(reference: str) -> None:
    assert legacy_targets("hello", reference) == []


HERE = {"hello": "hello", "week1/tools": "toolbox", "lib": "lib"}


@pytest.mark.parametrize(
    ("written", "read_as", "fix"),
    [
        ("../week1/tools", "is read as the example `toolbox`.", "Write `toolbox`."),
        ("../lib/", "is read as the example `lib`.", "Write `lib`."),
        (
            "../lib/a/b.py",
            "is read as the file `a/b.py` of the example `lib`.",
            "Write `{example: lib, files: [a/b.py]}`.",
        ),
        (
            "{example: ../lib, files: [c.py]}",
            "is read as the example `lib`.",
            "Write `{example: lib, files: [c.py]}`.",
        ),
        (
            "../gone",
            "there is no example of this repository.",
            "Write the identifier of the example, as in `variables-basics`.",
        ),
    ],
)
def test_a_dependency_of_the_old_form_is_named_with_its_meaning_and_the_new_form(
    written: str, read_as: str, fix: str
) -> None:
    read = meta(f"slug: hello\nproperties:\n  testDependencies:\n    - {written}\n")
    (warning,) = legacy_warnings(read.dependencies, "hello", HERE)
    assert warning.where == "meta.yaml:4"
    assert warning.severity is Severity.WARNING
    assert "is the old form of a dependency, a relative path, and " in warning.message
    assert (warning.message.endswith(read_as), warning.fix) == (True, fix)


@pytest.mark.parametrize(
    "written", ["lib", "week1/tools", "toolbox", "shared:lib", "org/shared:lib", "other/place"]
)
def test_what_names_an_example_is_not_of_the_old_form(written: str) -> None:
    read = meta(f"slug: hello\nproperties:\n  testDependencies: [{written}]\n")
    assert legacy_warnings(read.dependencies, "hello", HERE) == []
