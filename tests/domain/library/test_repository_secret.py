from __future__ import annotations

import json

import pytest

from courseline.domain.library.repository_secret import RepositorySecret, open_secret, read_secret
from courseline.errors import InvalidInput

GIT = "https://git.example.org/a/b.git"
BUCKET = "s3://examples/python?endpoint=https://s3.example.org&region=eu-1"


@pytest.mark.parametrize(
    ("given", "source", "secret"),
    [
        ("glpat-1\n", GIT, RepositorySecret("https://git.example.org:443", "oauth2", "glpat-1")),
        (
            '{"username": "ada", "token": "t"}',
            GIT,
            RepositorySecret("https://git.example.org:443", "ada", "t"),
        ),
        (
            '{"access_key": "a", "secret_key": "s"}',
            BUCKET,
            RepositorySecret("https://s3.example.org:443", "a", "s"),
        ),
    ],
)
def test_a_secret_is_read_kept_and_opened_for_its_server(given: str, source: str, secret: RepositorySecret):
    read = read_secret(given, source, "NAME")
    assert read == secret
    assert open_secret(read.text(source), source) == secret


def test_a_bucket_s_secret_is_kept_under_the_names_of_s3():
    kept = json.loads(read_secret('{"access_key": "a", "secret_key": "s"}', BUCKET, "NAME").text(BUCKET))
    assert kept == {"server": "https://s3.example.org:443", "access_key": "a", "secret_key": "s"}


@pytest.mark.parametrize(
    ("given", "source"),
    [
        ("", GIT),
        ("two words", GIT),
        ('{"username": "ada"}', GIT),
        ('{"username": "ada", "token": ""}', GIT),
        ('{"access_key": "sesame", "secret_key": "sesame"}', GIT),
        ("sesame", BUCKET),
        ('["sesame"]', BUCKET),
        ('{"access_key": "sesame"}', BUCKET),
        ('{"access_key": "sesame", "secret_key": 7}', BUCKET),
        ("sesame", "/srv/examples.git"),
        ("sesame", "git@git.example.org:a/b.git"),
    ],
)
def test_what_is_no_secret_is_refused_without_being_shown(given: str, source: str):
    with pytest.raises(InvalidInput) as refused:
        read_secret(given, source, "EXAMPLES_TOKEN")
    assert "EXAMPLES_TOKEN" in refused.value.message
    assert "sesame" not in refused.value.message


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://git.example.org/a/b.git",
        "https://git.example.org:8443/a/b.git",
        "https://evil.example/a/b.git",
        BUCKET,
    ],
)
def test_a_secret_is_not_opened_for_another_server(elsewhere: str):
    assert open_secret(read_secret("t", GIT, "NAME").text(GIT), elsewhere) is None


@pytest.mark.parametrize("kept", ["t", "{}", '{"server": "https://git.example.org:443"}', "[]"])
def test_what_was_not_kept_by_us_is_no_secret(kept: str):
    assert open_secret(kept, GIT) is None


def test_a_secret_is_not_in_its_own_representation():
    assert "sesame" not in repr(RepositorySecret("https://git.example.org:443", "ada", "sesame"))
