from __future__ import annotations

from pathlib import Path

import pytest

from courseline.adapters.objects_url import FolderLocation, S3Location, parse_source_url, parse_store_url
from courseline.errors import InvalidInput

E = "https://s3.example.org:9000"


@pytest.mark.parametrize(
    ("url", "directory"),
    [
        ("file:///srv/objects", "/srv/objects"),
        ("file:///srv/my%20objects/", "/srv/my objects"),
        ("FILE://localhost/srv", "/srv"),
    ],
)
def test_a_file_url_is_a_directory(url: str, directory: str) -> None:
    assert parse_store_url(url) == FolderLocation(Path(directory))


def test_an_s3_url_is_a_bucket_of_a_server() -> None:
    assert parse_store_url(f"s3://examples?endpoint={E}&region=eu-1") == S3Location(
        "examples", "", E, "eu-1", E
    )
    assert parse_store_url(
        f"s3://examples/a/b/?endpoint={E}/&public_endpoint=https://s3.example.com"
    ) == S3Location("examples", "a/b/", E, "us-east-1", "https://s3.example.com")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/objects",
        "srv",
        "http://h/b",
        "file://host/srv",
        "file://srv",
        "file:///",
        "file:///srv?x=1",
        "s3://",
        "s3://examples",
        "s3://EXAMPLES?endpoint=https://h",
        "s3://ab?endpoint=https://h",
        "s3://a..b?endpoint=https://h",
        "s3://examples?endpoint=h:9000",
        "s3://examples?endpoint=ftp://h",
        "s3://examples?endpoint=https://h:port",
        "s3://examples?endpoint=https://h/path",
        "s3://examples?endpoint=https://h?x",
        "s3://examples?endpoint=https://h&region=e u",
        "s3://examples?endpoint=https://h&reigon=eu",
        "s3://examples?endpoint=https://h&endpoint=https://i",
        "s3://examples?endpoint=https://h&public_endpoint=",
        "s3://examples?endpoint=https://h#x",
        "s3://examples/../x?endpoint=https://h",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_store_url(url)


@pytest.mark.parametrize(
    "url", ["s3://key:s3cret@examples?endpoint=https://h", "s3://examples?endpoint=https://key:s3cret@h"]
)
def test_credentials_in_the_address_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_store_url(url)
    assert "s3cret" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        (f"s3://examples?endpoint={E}", "s3://s3.example.org:9000/examples"),
        (f"minio://examples/a/b/?endpoint={E}/&region=eu-1", "s3://s3.example.org:9000/examples/a/b"),
        ("S3://examples/a?endpoint=https://S3.Example.org.:443", "s3://s3.example.org/examples/a"),
        ("s3://examples/a?endpoint=http://s3.example.org", "s3://s3.example.org/examples/a"),
        ("s3://examples/a%20b?endpoint=http://[::1]:9000", "s3://[::1]:9000/examples/a b"),
    ],
)
def test_a_bucket_of_examples_has_one_identity(url: str, identity: str) -> None:
    assert parse_source_url(url).identity == identity


@pytest.mark.parametrize(
    "url",
    [
        "s3://examples",
        "s3://examples/../x?endpoint=https://h",
        "s3://ada:sesame@examples?endpoint=https://h",
        "s3://examples?endpoint=https://ada:sesame@h",
        "s3://examples?endpoint=https://[h",
        "s3://[examples?endpoint=https://h",
    ],
)
def test_what_is_no_bucket_of_examples_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_source_url(url)
    assert "sesame" not in refused.value.message
    assert "COURSELINE_OBJECT_STORE" not in refused.value.message
