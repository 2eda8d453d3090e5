from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from minio import Minio
from tests.builders.rows import a_course, save_course
from tests.builders.s3 import serve_s3

from courseline.adapters.database.database import PostgresDatabase
from courseline.domain.course.course import Course
from courseline.domain.library.source_type import source_type
from courseline.errors import InvalidInput, NeighbourFailed
from courseline.settings import Job, read_settings
from courseline.usecases.library.add_repository import AddRepository, add_repository
from courseline.usecases.library.register_repository import Registration
from courseline.usecases.ports import Credential
from courseline.wiring import Wiring, resolve_url

JOB = {"CI_SERVER_HOST": "gitlab.example.org", "CI_SERVER_PORT": "443", "CI_JOB_TOKEN": "job-token"}


# --- one repository, one identity ----------------------------------------------------------------------


def test_every_spelling_of_a_directory_is_one_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b#c.git").mkdir()
    (tmp_path / "link").symlink_to("a b#c.git")
    monkeypatch.chdir(tmp_path)
    spellings = [
        f"{tmp_path}/a b#c.git",
        f"{tmp_path}/a b#c.git/",
        f"{tmp_path}/x/../a b#c.git",
        f"{tmp_path}/link",
        f"{tmp_path}/a b#c",  # git takes it for the one with .git
        "a b#c.git",
        "./link",
        f"file://{tmp_path}/a%20b#c.git",
        f"file://localhost{tmp_path}/a%20b%23c.git",
        f"FILE://{tmp_path}/link",
    ]
    assert {resolve_url(url) for url in spellings} == {f"file://{tmp_path}/a b#c.git"}


def test_a_percent_sign_in_a_path_is_no_escape(tmp_path: Path) -> None:
    (tmp_path / "a%20b").mkdir()
    assert resolve_url(f"{tmp_path}/a%20b") == f"file://{tmp_path}/a%20b"


def test_a_directory_of_another_machine_is_refused() -> None:
    with pytest.raises(InvalidInput, match="another machine"):
        resolve_url("file://server/share")


def test_addresses_lose_what_does_not_tell_repositories_apart() -> None:
    for url in (
        "https://ada:pw@Git.example.org/a/b.git",
        "git@git.example.org:a/b",
        "ssh://git.example.org/a/b/",
    ):
        assert resolve_url(url) == "git.example.org/a/b"


# --- a token goes to the server it was given for --------------------------------------------------------


@pytest.fixture
def wiring(database: PostgresDatabase, tmp_path: Path) -> Iterator[Wiring]:
    key = Fernet.generate_key().decode()
    environment = {
        "COURSELINE_HOME": str(tmp_path),
        "COURSELINE_DATABASE_URL": database.url,
        "COURSELINE_SECRET_KEYS": key,
        **JOB,
    }
    wired = Wiring(read_settings(environment))
    yield wired
    wired.database.close()


@pytest.fixture
def course(wiring: Wiring) -> Course:
    """A course on git.example.org with a token for each of its repositories."""
    course = a_course()
    with wiring.database.transaction() as rows:
        save_course(rows, course)
        for kind in ("source", "template"):
            rows.courses.save_credential(
                course.id, kind, wiring.secrets.seal(course.id, kind, f"{kind}-token")
            )
    return course


def test_a_course_s_token_goes_to_its_own_server(wiring: Wiring, course: Course) -> None:
    for kind, url in (("source", course.assignments_url), ("template", course.template_url)):
        found = wiring.credential(url, course.id, kind)
        assert found == Credential("git.example.org", "oauth2", f"{kind}-token")


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org/uni/template.git",
        "https://git.example.org.evil.example/uni/template.git",
        "https://git.example.org:8443/uni/template.git",
        "http://git.example.org/uni/template.git",
        "https://git.example.org@evil.example/x.git",
        "/srv/template.git",
        "file:///srv/template.git",
        "https://git.example.org:notaport/x",
        "git@git.example.org:a/b.git",
    ],
)
def test_a_course_s_token_goes_nowhere_else(wiring: Wiring, course: Course, url: str) -> None:
    assert wiring.credential(url, course.id, "template") is None


def test_the_job_s_token_goes_to_the_job_s_server_only(wiring: Wiring) -> None:
    found = wiring.credential("https://GitLab.example.org/uni/examples.git", None, "examples")
    assert found == Credential("gitlab.example.org", "gitlab-ci-token", "job-token")
    for url in (
        "https://gitlab.example.org:8443/uni/examples.git",
        "http://gitlab.example.org/uni/examples.git",
        "https://evil.example/uni/examples.git",
        "/srv/examples.git",
    ):
        assert wiring.credential(url, None, "examples") is None


def test_our_gitlab_s_token_is_the_worker_s_alone_and_last(wiring: Wiring, course: Course) -> None:
    """What answers jobs gives `credential` away, and this token must not leave the server."""
    settings = replace(
        wiring.settings, gitlab_url="https://git.example.org", gitlab_token="gitlab-token", job=Job()
    )
    ours = Wiring(settings)
    ask, url = ours.worker_neighbours().credential, "https://git.example.org/uni/examples.git"
    assert ours.credential(url, None, "examples") is None
    assert ask(url, None, "examples") == Credential("git.example.org", "oauth2", "gitlab-token")
    assert ask(course.assignments_url, course.id, "source") == Credential(
        "git.example.org", "oauth2", "source-token"
    )
    for elsewhere in (
        "http://git.example.org/a/b",
        "https://git.example.org:8443/a/b",
        "https://evil.example/a/b",
    ):
        assert ask(elsewhere, None, "examples") is None
    ours.database.close()


def test_a_server_on_another_port_is_told_by_that_port(wiring: Wiring) -> None:
    job = replace(wiring.settings.job, port=8443)
    wired = replace(wiring, settings=replace(wiring.settings, job=job))
    assert wired.credential("https://gitlab.example.org:8443/a/b", None, "examples") is not None
    assert wired.credential("https://gitlab.example.org/a/b", None, "examples") is None


# --- secrets of example repositories --------------------------------------------------------------------

PRIVATE = "https://git.example.org/uni/private.git"
BUCKET = "s3://examples/python?endpoint=https://s3.example.org&region=eu-1"


def keep(wiring: Wiring, source: str, given: str) -> None:
    registration = Registration(resolve_url(source), source_type=source_type(source))
    command = AddRepository(
        source, registration, "NAME", {"NAME": given}.get, wiring.secrets.seal, wiring.secrets.open
    )
    add_repository(command, wiring.neighbours())


def test_a_repository_s_own_secret_goes_to_its_own_server(wiring: Wiring) -> None:
    keep(wiring, PRIVATE, "private-token")
    keep(wiring, BUCKET, '{"access_key": "ada", "secret_key": "sesame"}')
    assert wiring.credential(PRIVATE, None, "examples") == Credential(
        "git.example.org", "oauth2", "private-token"
    )
    assert wiring.credential(BUCKET, None, "examples") == Credential("s3.example.org", "ada", "sesame")


@pytest.mark.parametrize(
    "url",
    [
        "http://git.example.org/uni/private.git",
        "https://git.example.org:22/uni/private.git",
        "https://git.example.org/uni/other.git",
        "https://evil.example/uni/private.git",
        "git@git.example.org:uni/private.git",
        BUCKET.replace("https", "http"),
        BUCKET.replace("s3.example.org", "evil.example"),
        BUCKET.replace("python", "java"),
    ],
)
def test_a_repository_s_own_secret_goes_nowhere_else(wiring: Wiring, url: str) -> None:
    keep(wiring, PRIVATE, "private-token")
    keep(wiring, BUCKET, '{"access_key": "ada", "secret_key": "sesame"}')
    assert wiring.credential(url, None, "examples") is None


def test_a_repository_s_own_secret_comes_before_the_job_s_token(wiring: Wiring) -> None:
    url = "https://gitlab.example.org/uni/examples.git"
    keep(wiring, url, "own-token")
    assert wiring.credential(url, None, "examples") == Credential("gitlab.example.org", "oauth2", "own-token")


def test_a_bucket_without_a_secret_of_its_own_is_read_with_the_keys_of_the_store(wiring: Wiring) -> None:
    with serve_s3() as endpoint:
        keys = replace(wiring.settings, s3_access_key="ada", s3_secret_key="sesame")
        address = endpoint.removeprefix("http://")
        client = Minio(address, access_key="ada", secret_key="sesame", secure=False, region="eu-1")
        client.make_bucket("examples")
        client.put_object("examples", "python/a.txt", BytesIO(b"a"), 1)
        wired = replace(wiring, settings=keys)
        opened = wired.bucket(f"s3://examples/python?endpoint={endpoint}&region=eu-1", None)
        assert [entry.key for entry in opened.list("")] == ["a.txt"]
        with pytest.raises(NeighbourFailed, match="--source"):
            wired.bucket(f"s3://absent/python?endpoint={endpoint}&region=eu-1", None).check()
