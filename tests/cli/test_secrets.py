from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from tests.builders.command_line import answer, courseline
from tests.builders.rows import a_course, save_course

from courseline.adapters.database.database import PostgresDatabase
from courseline.adapters.secrets import SecretBox
from courseline.settings import read_settings
from courseline.wiring import Wiring

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
COURSE = a_course()
TOKEN = "a-token-that-nobody-sees"


@pytest.fixture
def settings(database: PostgresDatabase) -> dict[str, str]:
    """A course with two tokens under the old key."""
    with database.transaction() as rows:
        save_course(rows, COURSE)
        for kind in ("source", "template"):
            rows.courses.save_credential(COURSE.id, kind, SecretBox((OLD,)).seal(COURSE.id, kind, TOKEN))
    return {"COURSELINE_DATABASE_URL": database.url}


def test_a_key_is_changed_in_three_commands(settings: dict[str, str]):
    both = {**settings, "COURSELINE_SECRET_KEYS": f"{NEW},{OLD}"}
    assert courseline("secrets", "check", settings=both).stdout.count("old key") == 2
    done = courseline("secrets", "rotate", settings=both)
    assert done.stdout.startswith("2 tokens encrypted with the first key")
    alone = {**settings, "COURSELINE_SECRET_KEYS": NEW}
    checked = answer("secrets", "check", settings=alone)
    assert [(one["owner"], one["kind"], one["state"]) for one in checked["secrets"]] == [
        ("course uni/python/python-101", "source", "current"),
        ("course uni/python/python-101", "template", "current"),
    ]
    assert answer("secrets", "rotate", settings=alone)["rotated"] == 2


def test_tokens_that_no_key_opens_are_named_with_exit_1(settings: dict[str, str]):
    wrong = {**settings, "COURSELINE_SECRET_KEYS": OTHER}
    assert courseline("secrets", "check", settings=wrong).returncode == 1
    done = courseline("secrets", "rotate", settings=wrong)
    assert done.returncode == 1
    assert "2 of 2 cannot be opened, so nothing was changed" in done.stderr
    assert "course uni/python/python-101, template: " in done.stderr
    told = answer("secrets", "rotate", settings=wrong)
    assert (told["rotated"], told["error"]["kind"]) == (0, "refused")


def test_a_dry_run_and_a_missing_key_change_nothing(settings: dict[str, str]):
    dry = courseline("secrets", "rotate", "--dry-run", settings={**settings, "COURSELINE_SECRET_KEYS": OLD})
    assert dry.stdout == "All 2 tokens can be opened; nothing was changed (dry run).\n"
    missing = courseline("secrets", "rotate", settings=settings)
    assert missing.returncode == 1
    assert "COURSELINE_SECRET_KEYS" in missing.stderr


def test_neither_tokens_nor_keys_are_printed(settings: dict[str, str]):
    keyed = {**settings, "COURSELINE_SECRET_KEYS": f"{NEW},{OLD}"}
    for words in (["check"], ["check", "--json"], ["rotate"], ["rotate", "--json"]):
        done = courseline("secrets", *words, settings=keyed)
        for secret in (TOKEN, NEW, OLD):
            assert secret not in done.stdout + done.stderr


def test_the_first_keys_of_an_embedded_installation_take_over_from_the_one_it_made_itself(tmp_path: Path):
    def secrets(keys: str) -> SecretBox:
        return Wiring(
            read_settings({"COURSELINE_HOME": str(tmp_path), "COURSELINE_SECRET_KEYS": keys})
        ).secrets

    sealed = secrets("").seal(COURSE.id, "source", TOKEN)
    assert secrets(NEW).open(COURSE.id, "source", sealed) == TOKEN
    assert not secrets(NEW).is_current(sealed)
    assert SecretBox((NEW,)).open(COURSE.id, "source", secrets(NEW).seal(COURSE.id, "source", TOKEN)) == TOKEN


def test_with_keys_given_an_embedded_installation_makes_none(tmp_path: Path):
    settings = read_settings({"COURSELINE_HOME": str(tmp_path), "COURSELINE_SECRET_KEYS": NEW})
    assert Wiring(settings).secrets.seal(COURSE.id, "source", TOKEN)
    assert list(tmp_path.iterdir()) == []
