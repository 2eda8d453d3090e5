"""Merging three fetched commits, without history and without the files that only one side changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.builders.repositories import build_repository, git

from courseline.adapters.git import GitAdapter
from courseline.errors import NotFound

AT = datetime(2026, 3, 1, tzinfo=UTC)
LINES = [f"line {number}\n" for number in range(1, 21)]


def changed(*numbers: int) -> str:
    return "".join("changed\n" if number in numbers else line for number, line in enumerate(LINES, 1))


def merged(
    adapter: GitAdapter, path: Path, ours: dict[str, str], theirs: dict[str, str], *, fetch: bool = True
) -> dict[str, str] | None:
    """Content of every file of the merge of two branches of one commit, None for a conflict."""
    base = {"both.txt": changed(), "left.txt": "left\n", "right.txt": "right\n"}
    made = build_repository(path, [base, {**base, **ours}])
    tips = [git(path, "rev-parse", "main~1"), git(path, "rev-parse", "main")]
    git(path, "branch", "other", "main~1")
    made.commit({**base, **theirs}, branch="other")
    tips.append(git(path, "rev-parse", "other"))
    with adapter.workspace() as workspace:
        remote = workspace.remote(str(path))
        for sha in tips:
            remote.fetch(sha)
        trees = [workspace.tree(sha) for sha in tips]
        if fetch:
            remote.fetch_blobs(file.oid for tree in trees if (file := tree.get("both.txt")) is not None)
        commit = workspace.merge(*tips, at=AT)
        if commit is None:
            return None
        assert workspace.commits(commit, limit=1)[0].parents == (tips[1],)
        tree = workspace.tree(commit)
        remote.fetch_blobs(file.oid for file in tree if file.path != "both.txt")
        return {file.path: workspace.read_blobs([file.oid])[file.oid].decode() for file in tree}


def test_what_either_side_changed_is_in_it(adapter: GitAdapter, tmp_path: Path) -> None:
    ours, theirs = (
        {"both.txt": changed(2), "left.txt": "new\n"},
        {"both.txt": changed(15), "added.txt": "1\n"},
    )
    assert merged(adapter, tmp_path / "r.git", ours, theirs) == {
        "both.txt": changed(2, 15),
        "left.txt": "new\n",
        "right.txt": "right\n",
        "added.txt": "1\n",
    }


def test_the_same_lines_changed_otherwise_are_a_conflict(adapter: GitAdapter, tmp_path: Path) -> None:
    ours = {"both.txt": changed(2)}
    assert (
        merged(adapter, tmp_path / "r.git", ours, {"both.txt": changed(2).replace("changed", "no")}) is None
    )


def test_a_file_that_both_changed_has_to_be_here(adapter: GitAdapter, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Fetch the files that both sides changed"):
        merged(adapter, tmp_path / "r.git", {"both.txt": changed(2)}, {"both.txt": changed(9)}, fetch=False)
