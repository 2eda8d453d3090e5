from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from courseline.adapters.git import GitAdapter
from courseline.usecases.ports import Workspace

AUTHOR = "Courseline <courseline@example.org>"


@pytest.fixture
def temp_root(tmp_path: Path) -> Path:
    return tmp_path / "workspaces"


@pytest.fixture
def adapter(temp_root: Path) -> GitAdapter:
    return GitAdapter(["https", "http", "file"], AUTHOR, temp_root, seconds=600)


@pytest.fixture
def workspace(adapter: GitAdapter) -> Iterator[Workspace]:
    with adapter.workspace() as opened:
        yield opened
