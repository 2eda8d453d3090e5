"""A course for each test of planning and deploying."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.courses import Bench, bench, example


@pytest.fixture
def empty(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """A registered course with an empty library."""
    made = bench(tmp_path, database_url)
    yield made
    made.close()


@pytest.fixture
def course(empty: Bench) -> Bench:
    """A registered course; hello v1.0 and v1.1, tools v1.0 in the library."""
    empty.publish({**example("hello"), **example("tools")}, "v1.0")
    empty.publish(example("hello", "two"), "v1.1")
    return empty
