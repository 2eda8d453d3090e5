"""Relative paths as references."""

from __future__ import annotations

import pytest

from courseline.domain.deploying.legacy_reference import legacy_targets


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
