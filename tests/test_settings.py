from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from courseline.errors import InvalidInput
from courseline.settings import read_settings

KEY = Fernet.generate_key().decode()


def wrong(environment: dict[str, str]) -> dict[str, str]:
    """Variable -> sentence."""
    with pytest.raises(InvalidInput) as told:
        read_settings(environment)
    assert all(problem.path in told.value.message for problem in told.value.problems)
    return {problem.path: problem.sentence for problem in told.value.problems}


def test_nothing_set_is_an_installation_of_its_own(tmp_path: Path) -> None:
    settings = read_settings({"COURSELINE_HOME": str(tmp_path), "USER": "ada"})
    assert settings.database_url is None
    assert settings.object_store == f"file://{tmp_path}/objects"
    assert settings.git_protocols == ("https", "file")
    assert (settings.actor, settings.secret_keys) == ("local:ada", ())


def test_with_a_database_of_its_own_directories_are_no_repositories_unless_said() -> None:
    url = "postgresql://db.example.org/courseline"
    assert read_settings({"COURSELINE_DATABASE_URL": url}).git_protocols == ("https",)
    named = read_settings({"COURSELINE_DATABASE_URL": url, "COURSELINE_GIT_PROTOCOLS": " HTTPS, file "})
    assert named.git_protocols == ("https", "file")


def test_a_home_with_odd_characters_still_gives_a_store_address(tmp_path: Path) -> None:
    from courseline.adapters.objects_url import FolderLocation, parse_store_url

    home = tmp_path / "a b#c?d%e"
    store = read_settings({"COURSELINE_HOME": str(home)}).object_store
    assert parse_store_url(store) == FolderLocation(home / "objects")


def test_everything_wrong_is_named_at_once_with_an_example_each(tmp_path: Path) -> None:
    problems = wrong(
        {
            "COURSELINE_DATABASE_URL": "sqlite:///x",
            "COURSELINE_OBJECT_STORE": "s3://bucket",
            "COURSELINE_SECRET_KEYS": f"{KEY},short",
            "COURSELINE_GIT_PROTOCOLS": "https,ssh",
            "COURSELINE_GIT_AUTHOR": "nobody",
            "COURSELINE_GITLAB_URL": "gitlab.example.org",
            "COURSELINE_POSTGRES_BIN": str(tmp_path),
            "SOURCE_DATE_EPOCH": "yesterday",
        }
    )
    assert problems.keys() == {
        "COURSELINE_DATABASE_URL",
        "COURSELINE_OBJECT_STORE",
        "COURSELINE_S3_ACCESS_KEY",
        "COURSELINE_S3_SECRET_KEY",
        "COURSELINE_SECRET_KEYS",
        "COURSELINE_GIT_PROTOCOLS",
        "COURSELINE_GIT_AUTHOR",
        "COURSELINE_GITLAB_URL",
        "COURSELINE_POSTGRES_BIN",
        "SOURCE_DATE_EPOCH",
    }
    assert "postgresql://" in problems["COURSELINE_DATABASE_URL"]
    assert "ssh" in problems["COURSELINE_GIT_PROTOCOLS"]
    assert KEY not in str(problems)


def test_an_empty_variable_counts_as_not_set() -> None:
    names = ("DATABASE_URL", "OBJECT_STORE", "SECRET_KEYS", "GIT_PROTOCOLS", "GIT_AUTHOR", "GITLAB_URL")
    settings = read_settings({f"COURSELINE_{name}": "" for name in names} | {"SOURCE_DATE_EPOCH": ""})
    assert (settings.database_url, settings.source_date) == (None, None)


def test_a_list_of_protocols_without_any_is_refused() -> None:
    assert "nothing" in wrong({"COURSELINE_GIT_PROTOCOLS": ","})["COURSELINE_GIT_PROTOCOLS"]


def test_a_job_describes_its_project_and_who_started_it() -> None:
    settings = read_settings(
        {
            "CI_PROJECT_URL": "https://gitlab.example.org/uni/examples",
            "CI_PROJECT_ID": "42",
            "CI_SERVER_HOST": "gitlab.example.org",
            "CI_SERVER_PORT": "8443",
            "CI_COMMIT_TAG": "v1.0",
            "CI_JOB_TOKEN": "sesame",
            "GITLAB_USER_ID": "7",
            "GITLAB_USER_LOGIN": "ada",
        }
    )
    assert settings.job.project == "gitlab.example.org#42"
    assert (settings.job.tag, settings.job.port) == ("v1.0", 8443)
    assert (settings.actor, settings.job.actor_name) == ("gitlab.example.org#7", "ada")


def test_secrets_are_not_in_what_is_printed_of_settings() -> None:
    settings = read_settings(
        {
            "CI_JOB_TOKEN": "sesame",
            "COURSELINE_SECRET_KEYS": KEY,
            "COURSELINE_S3_SECRET_KEY": "open",
        }
    )
    assert settings.secret_keys == (KEY,)
    assert not any(secret in repr(settings) for secret in ("sesame", KEY, "open"))


def test_the_clock_can_be_fixed() -> None:
    assert read_settings({"SOURCE_DATE_EPOCH": "1767225600"}).source_date == datetime(2026, 1, 1, tzinfo=UTC)
