"""What commands about a GitLab need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.builders.connecting import Site, connecting_site
from tests.gitlab_double.server import GitLabDouble


@pytest.fixture
def site(gitlab: GitLabDouble, tmp_path: Path, database_url: str) -> Iterator[Site]:
    """See `connecting_site`."""
    with connecting_site(gitlab, tmp_path / "courseline", database_url) as made:
        yield made
