"""P4: of ten thousand generated trees no canary is in any object that would be pushed, nor in one that was.

`make prove P4` makes 10,000 trees; some of those that pass are pushed to a real repository and read back raw.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.builders.hostile_trees import hostile_courses
from tests.builders.leak_draft import Hostile
from tests.builders.leak_push import found_in, push
from tests.builders.repositories import Content, build_repository, git

FULL, FEW = 10_000, 150


def test_no_tree_that_is_pushed_holds_a_canary(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    count = FULL if request.config.getoption("--full") else FEW
    tried, passed = 0, 0
    commits: list[dict[str, Content]] = []
    secrets: set[str] = set()

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(hostile_courses())
    def try_one(hostile: Hostile) -> None:
        nonlocal tried, passed
        done = push(hostile)
        tried += 1
        assert found_in(done.objects, hostile.secrets) == []
        if not done.stopped and done.files:
            passed += 1
            if len(commits) < FEW:
                commits.append(files_of(hostile))
                secrets.update(hostile.secrets)

    try_one()
    assert tried >= count
    assert passed * 20 >= tried, f"of {tried} trees only {passed} had anything to push, so they prove little"
    repository = build_repository(tmp_path / "pushed.git", commits)
    shown = git(repository.path, "cat-file", "--batch-all-objects", "--batch", "--unordered")
    assert shown.count(" commit ") == len(commits)
    assert found_in([shown.encode("utf-8", "surrogateescape")], secrets) == []


def files_of(hostile: Hostile) -> dict[str, Content]:
    """The tree that is pushed, as a commit's files."""
    course = hostile.course
    return {
        file.path: (file.mode, course.blobs[file.oid] if file.content is None else file.content)
        for file in course.template.files
    }
