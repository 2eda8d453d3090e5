from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from tests.builders.bucket import Bucket
from tests.builders.command_line import answer, courseline
from tests.builders.git_http import GitServer, serve_git
from tests.builders.library import example_files
from tests.builders.outputs import job_environment, run_job
from tests.builders.repositories import build_repository
from tests.builders.s3 import serve_s3

from courseline.adapters.database.database import PostgresDatabase

TOKEN = "a-token-that-nobody-sees"


@pytest.fixture
def settings(tmp_path: Path, database: PostgresDatabase) -> dict[str, str]:
    key = Fernet.generate_key().decode()
    return job_environment(tmp_path, database.url, {"COURSELINE_SECRET_KEYS": key})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """Serves `examples.git`, tagged v1.0, to those with the token."""
    build_repository(tmp_path / "served" / "examples.git", [example_files("hello")], tags={"v1.0": 0})
    with serve_git(tmp_path / "served", username="oauth2", secret=TOKEN) as serving:
        yield serving


def test_a_private_git_repository_is_read_with_the_secret_that_was_kept(
    settings: dict[str, str], server: GitServer
) -> None:
    url = server.url("examples.git")
    before, output, _ = run_job("courseline-sync", ["--source", url, "--ref", "v1.0"], settings)
    assert (before, output["published"]) == (3, 0)
    add = ["repositories", "add", "--source", url, "--credentials-env", "EXAMPLES_TOKEN"]
    done = courseline(*add, settings={**settings, "EXAMPLES_TOKEN": TOKEN})
    assert done.stdout.startswith("examples: created; public, git, ")
    again = answer(*add, settings={**settings, "EXAMPLES_TOKEN": TOKEN})
    assert (again["status"], again["repository"]["credential"]) == ("unchanged", True)
    other = answer(*add, settings={**settings, "EXAMPLES_TOKEN": "another"})
    assert other["status"] == "updated"
    assert answer(*add, settings={**settings, "EXAMPLES_TOKEN": TOKEN})["status"] == "updated"
    code, output, errors = run_job("courseline-sync", ["--source", url, "--ref", "v1.0"], settings)
    assert (code, output["published"], errors) == (0, 1, "")
    assert TOKEN not in done.stdout + done.stderr + json.dumps([again, other, output])
    checked = answer("secrets", "check", settings=settings)
    assert [(one["owner"], one["kind"], one["state"]) for one in checked["secrets"]] == [
        ("example repository examples", "examples", "current")
    ]


def test_a_secret_is_removed_and_its_repository_stays(settings: dict[str, str], server: GitServer) -> None:
    url = server.url("examples.git")
    remove = ["repositories", "remove-secret", "--source", url]
    unknown = answer(*remove, settings=settings)
    assert (unknown["exit"], unknown["removed"]) == (1, False)
    assert "no such repository is registered" in unknown["error"]["message"]
    courseline(
        "repositories", "add", "--source", url, "--credentials-env", "EXAMPLES_TOKEN",
        settings={**settings, "EXAMPLES_TOKEN": TOKEN},
    )  # fmt: skip
    dry = answer(*remove, "--dry-run", settings=settings)
    assert (dry["removed"], dry["repository"]["credential"]) == (False, True)
    assert courseline(*remove, settings=settings).stdout == "examples: its secret was removed\n"
    again = answer(*remove, settings=settings)
    assert (again["exit"], again["removed"], again["repository"]["credential"]) == (0, False, False)
    assert answer("secrets", "check", settings=settings)["secrets"] == []
    code, _, _ = run_job("courseline-sync", ["--source", url, "--ref", "v1.0"], settings)
    assert code == 3


def test_a_bucket_is_registered_with_its_keys_and_synced(settings: dict[str, str]) -> None:
    with serve_s3() as endpoint:
        bucket = Bucket(endpoint, f"b-{uuid4().hex[:12]}")
        bucket.put({path: str(content) for path, content in example_files("hello").items()})
        keys = {"KEYS": json.dumps({"access_key": "ada", "secret_key": TOKEN})}
        added = answer(
            "repositories", "add", "--source", bucket.url, "--type", "minio", "--repository", "shared",
            "--organization", "uni", "--visibility", "restricted", "--credentials-env", "KEYS",
            settings={**settings, **keys},
        )  # fmt: skip
        assert (added["status"], added["repository"]["source_type"]) == ("created", "minio")
        again = answer(
            "repositories", "add", "--source", bucket.url, "--type", "s3", "--visibility", "public",
            settings=settings,
        )  # fmt: skip
        assert again["status"] == "unchanged"
        assert [problem["path"] for problem in again["problems"]] == ["--visibility", "--type"]
        code, output, errors = run_job("courseline-sync", ["--source", bucket.url, "--ref", "v1.0"], settings)
    assert (code, output["published"], errors) == (0, 1, "")
    (listed,) = answer("repositories", "list", settings=settings)["repositories"]
    address = endpoint.removeprefix("http://")
    expected = {
        "name": "shared",
        "organization": "uni",
        "visibility": "restricted",
        "source_type": "minio",
        "identity": f"s3://{address}/{bucket.name}/examples",
        "credential": True,
        "examples": 1,
    }
    assert {key: listed[key] for key in expected} == expected
    shown = courseline("repositories", "list", settings=settings).stdout
    assert "shared  uni           restricted  minio" in shown
    assert TOKEN not in json.dumps(added) + shown


def test_a_dry_run_registers_nothing(settings: dict[str, str], server: GitServer) -> None:
    dry = answer(
        "repositories", "add", "--source", server.url("examples.git"), "--dry-run", settings=settings
    )
    assert dry["status"] == "created"
    assert answer("repositories", "list", settings=settings)["repositories"] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--source", "https://git.example.org/a/b", "--type", "minio"], 2, "buckets are written s3://"),
        (["--source", "s3://examples/x", "--type", "s3"], 1, "endpoint is not of the form"),
        (["--source", "s3://ada:sesame@examples/x?endpoint=https://s3.example.org"], 1, "holds credentials"),
        (["--source", "https://git.example.org/a/b", "--credentials-env", "NONE"], 1, "NONE is not set"),
        (["--source", "/srv/examples.git", "--credentials-env", "USER_TOKEN"], 1, "no http(s) server"),
        (["--source", "https://git.example.org/a/b", "--visibility", "private"], 1, "--organization"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_remedy(
    settings: dict[str, str], words: list[str], code: int, said: str
) -> None:
    done = courseline("repositories", "add", *words, settings={**settings, "USER_TOKEN": "sesame"})
    assert done.returncode == code
    assert said in done.stderr
    assert "sesame" not in done.stdout + done.stderr
