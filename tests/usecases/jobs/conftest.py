"""One issuer of id_tokens for all jobs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.builders.issuer import Issuer, id_token_issuer


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with id_token_issuer() as made:
        yield made
