"""Whose address and keys a message names: those of the object store, or those of a bucket of examples."""

from __future__ import annotations

import pytest
from minio.error import MinioException, S3Error
from urllib3 import HTTPResponse
from urllib3.exceptions import ConnectTimeoutError

from courseline.adapters.objects_explain import FAULTS, explain
from courseline.adapters.objects_url import SETTING, parse_source_url, parse_store_url

ADDRESS = "s3://examples/python?endpoint=https://s3.example.org&region=eu-1"
STORE, SOURCE = parse_store_url(ADDRESS), parse_source_url(ADDRESS)


def of_s3(code: str) -> S3Error:
    response = HTTPResponse(status=403)
    return S3Error(response, code, "no", "resource", "request", "host", "examples", "key")  # type: ignore[arg-type]


PROBLEMS = [
    of_s3("NoSuchBucket"),
    of_s3("AuthorizationHeaderMalformed"),
    ConnectTimeoutError("too long"),
    MinioException("<html>"),
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: type(problem).__name__)
def test_the_place_where_the_address_is_written_is_named(problem: Exception):
    assert isinstance(problem, FAULTS)
    assert SETTING in explain(problem, STORE, ())
    told = explain(problem, SOURCE, ())
    assert "--source" in told
    assert SETTING not in told


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"])
def test_keys_of_a_bucket_of_examples_may_have_been_given_when_it_was_registered(code: str):
    assert "courseline repositories add" not in explain(of_s3(code), STORE, ())
    assert "(or of `courseline repositories add`)" in explain(of_s3(code), SOURCE, ())


def test_a_bucket_that_is_only_read_asks_for_no_right_to_write():
    assert "s3:PutObject" in explain(of_s3("AccessDenied"), STORE, ())
    told = explain(of_s3("AccessDenied"), SOURCE, ())
    assert "s3:GetObject" in told
    assert "s3:PutObject" not in told
