"""A deployed course for the template job: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.builders.postgres import PostgresServer
from tests.builders.small_course import make_small_course
from tests.builders.template_course import Snapshot, TemplateCourse, snapshot


@pytest.fixture(scope="session")
def deployed(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with snapshot(postgres, tmp_path_factory.mktemp("small"), make_small_course) as made:
        yield made


@pytest.fixture
def course(postgres: PostgresServer, deployed: Snapshot) -> Iterator[TemplateCourse]:
    """The small course, deployed, its template repository empty."""
    with deployed.open(postgres) as opened:
        yield opened


@pytest.fixture(scope="session")
def published_once(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    def make(course: TemplateCourse) -> None:
        make_small_course(course)
        assert course.publish().commit is not None

    with snapshot(postgres, tmp_path_factory.mktemp("published"), make) as made:
        yield made


@pytest.fixture
def published(postgres: PostgresServer, published_once: Snapshot) -> Iterator[TemplateCourse]:
    """The same course after its first template was published."""
    with published_once.open(postgres) as opened:
        yield opened
