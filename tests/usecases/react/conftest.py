"""A library for each test that asks for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders.library import Library

from courseline.adapters.database.database import PostgresDatabase


@pytest.fixture
def library(tmp_path: Path, database: PostgresDatabase) -> Library:
    """A library on a fresh database."""
    return Library(tmp_path, database)
