"""A receiver on a fresh database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from tests.builders.outputs import job_environment
from webhook.application import create_app

from courseline.settings import read_settings
from courseline.wiring import Wiring

SECRET = "sesame-for-tests"


@pytest.fixture
def wiring(tmp_path: Path, database_url: str) -> Iterator[Wiring]:
    settings = {**job_environment(tmp_path, database_url), "COURSELINE_WEBHOOK_SECRETS": SECRET}
    wired = Wiring(read_settings(settings), "the tests")
    yield wired
    wired.database.close()


@pytest.fixture
def app(wiring: Wiring) -> Flask:
    return create_app(wiring)
