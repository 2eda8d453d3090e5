from __future__ import annotations

import pytest

from courseline.domain.library.source_type import SourceType, is_bucket, server_of, source_type

BUCKET = "s3://examples/python?endpoint=https://s3.example.org&region=eu-1"


@pytest.mark.parametrize(
    ("source", "project", "kind"),
    [
        ("https://git.example.org/a/b.git", None, SourceType.GIT),
        ("git.example.org/a/b", None, SourceType.GIT),
        ("file:///srv/examples.git", None, SourceType.GIT),
        ("/srv/github.com/examples.git", None, SourceType.GIT),
        ("https://gitlab.example.org/a/b", "gitlab.example.org#7", SourceType.GITLAB),
        ("https://me@GitHub.com/a/b.git", None, SourceType.GITHUB),
        ("github.com/a/b", None, SourceType.GITHUB),
        ("https://github.com.evil.example/a/b", None, SourceType.GIT),
        (BUCKET, None, SourceType.S3),
        (BUCKET.replace("s3:", "MinIO:"), None, SourceType.MINIO),
        ("s3://s3.example.org/examples/python", None, SourceType.S3),
    ],
)
def test_the_kind_of_a_source_is_told_by_its_address_and_project(
    source: str, project: str | None, kind: SourceType
):
    assert source_type(source, project) is kind
    assert is_bucket(source) is (kind in {SourceType.S3, SourceType.MINIO})


@pytest.mark.parametrize(
    ("source", "server"),
    [
        ("https://Git.example.org/a/b", "https://git.example.org:443"),
        ("http://git.example.org/a/b", "http://git.example.org:80"),
        ("https://git.example.org:8443/a", "https://git.example.org:8443"),
        ("https://git.example.org@evil.example/a", "https://evil.example:443"),
        (BUCKET, "https://s3.example.org:443"),
        ("s3://git.example.org/x?endpoint=http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("s3://examples/x", None),
        ("git@git.example.org:a/b.git", None),
        ("/srv/examples.git", None),
        ("file:///srv/examples.git", None),
        ("https://git.example.org:notaport/x", None),
        ("s3://examples?endpoint=https://[x", None),
    ],
)
def test_the_server_of_a_source_has_scheme_and_port(source: str, server: str | None):
    assert server_of(source) == server
