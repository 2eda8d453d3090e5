"""What a server lacks is named all at once."""

from __future__ import annotations

import pytest

from courseline.errors import InvalidInput
from courseline.server_settings import NEEDED, check_server_settings

GIVEN = {
    "COURSELINE_DATABASE_URL": "postgresql://courseline:sesame@db.example.org/courseline",
    "COURSELINE_OBJECT_STORE": "s3://courseline?endpoint=https://s3.example.org&region=eu-1",
    "COURSELINE_S3_ACCESS_KEY": "reader",
    "COURSELINE_S3_SECRET_KEY": "sesame",
    "COURSELINE_SECRET_KEYS": "A" * 43 + "=",
    "COURSELINE_WEBHOOK_SECRETS": "sesame",
    "COURSELINE_GITLAB_URL": "https://gitlab.example.org",
    "COURSELINE_GITLAB_TOKEN": "sesame",
    "COURSELINE_SERVER": "https://courseline.example.org",
}


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)


def test_with_everything_it_is_content(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    check_server_settings()


def test_with_nothing_everything_is_named() -> None:
    with pytest.raises(InvalidInput) as told:
        check_server_settings()
    assert [problem.path for problem in told.value.problems] == list(NEEDED)
    assert all(name in told.value.message for name in NEEDED)


def test_what_is_wrong_and_what_is_missing_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COURSELINE_DATABASE_URL", "sesame")
    monkeypatch.delenv("COURSELINE_S3_SECRET_KEY")
    monkeypatch.setenv("COURSELINE_GITLAB_TOKEN", "")
    with pytest.raises(InvalidInput) as told:
        check_server_settings()
    assert sorted(problem.path for problem in told.value.problems) == [
        "COURSELINE_DATABASE_URL",
        "COURSELINE_GITLAB_TOKEN",
        "COURSELINE_S3_SECRET_KEY",
    ]
    assert "sesame" not in str(told.value.problems)
