"""A library, or a course in the tests' GitLab, for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.gitlab_course import GitLabCourse
from tests.builders.library import Library
from tests.gitlab_double.server import GitLabDouble

from courseline.adapters.database.database import PostgresDatabase


@pytest.fixture
def library(tmp_path: Path, database: PostgresDatabase) -> Library:
    """A library on a fresh database."""
    return Library(tmp_path, database)


@pytest.fixture
def uni(gitlab: GitLabDouble, tmp_path: Path, database_url: str) -> Iterator[GitLabCourse]:
    """A registered course without a place."""
    made = GitLabCourse(gitlab, tmp_path / "uni", database_url)
    yield made
    made.close()
