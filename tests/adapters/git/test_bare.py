"""A directory is known for bare without asking git only when its configuration says so in git's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.repositories import git

from courseline.adapters.git.bare import _is_plainly_bare

CORE = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n"
BARE = f"{CORE}\tbare = true\n"


def test_what_git_makes_and_a_server_sets_is_plain(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "r.git")
    assert _is_plainly_bare(tmp_path / "r.git")
    git(tmp_path / "r.git", "config", "uploadpack.allowFilter", "true")
    git(tmp_path / "r.git", "config", "gc.auto", "0")
    assert _is_plainly_bare(tmp_path / "r.git")
    git(tmp_path, "clone", "-q", "--bare", "r.git", "clone.git")
    assert _is_plainly_bare(tmp_path / "clone.git")
    git(tmp_path, "init", "-q", "w")
    assert not _is_plainly_bare(tmp_path / "w")
    assert not _is_plainly_bare(tmp_path / "w" / ".git")


@pytest.mark.parametrize(
    "config",
    [
        "",
        CORE,
        f"{CORE}\tbare = false\n",
        f"{BARE}\tbare = false\n",
        f"{BARE}[Core]\n\tbare = no\n",
        f"{BARE}[CORE]\n\tBare=0\n",
        f"{BARE}[core]\n\tbare = \n",
        f"{CORE}[other]\n\tbare = true\n",
        '[core]\n\trepositoryformatversion = 0\n\tx = "\\\n\tbare = true\n"\n',
        f"{BARE}\tworktree = /nowhere\n",
        "[core]\n\tbare = true\n[other]\n\trepositoryformatversion = 0\n",
    ],
)
def test_what_is_said_otherwise_or_elsewhere_is_left_to_git(tmp_path: Path, config: str) -> None:
    directory = tmp_path / ".git"
    git(tmp_path, "init", "-q", "--bare", ".git")
    (directory / "config").write_text(config)
    assert not _is_plainly_bare(directory)
