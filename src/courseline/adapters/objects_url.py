"""Addresses of object stores and of buckets of examples: `s3://bucket/prefix?endpoint=https://host:port&region=r`.

An object store may be a directory too, `file:///directory`; examples in a directory are a git repository.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from courseline.domain.library.objects import checked_key
from courseline.errors import InvalidInput

SETTING = "COURSELINE_OBJECT_STORE"
SOURCE = "--source"
_EXAMPLE = "s3://examples?endpoint=https://s3.example.org:9000&region=eu-1"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_OPTIONS = ("endpoint", "region", "public_endpoint")


@dataclass(frozen=True, slots=True)
class FolderLocation:
    """A store that is a directory.

    Attributes:
        directory: absolute.
    """

    directory: Path


@dataclass(frozen=True, slots=True)
class S3Location:
    """A store that is a bucket of an S3 server.

    Attributes:
        bucket: its name.
        prefix: what all keys in the bucket start with, empty or ending with a slash.
        endpoint: `https://host[:port]`.
        region: always given to the client, so that it never asks the server for it.
        public_endpoint: where others reach the same server; the endpoint itself when not given.
        written_in: the setting or option that names it, for messages.
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str
    public_endpoint: str
    written_in: str = SETTING

    @property
    def identity(self) -> str:
        """The one spelling of the place: `s3://host[:port]/bucket/prefix`, however it is reached."""
        parts = urlsplit(self.endpoint)
        port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
        host = (parts.hostname or "").rstrip(".")
        host = f"[{host}]" if ":" in host else host
        return f"s3://{host}{port}/{self.bucket}/{self.prefix}".rstrip("/")


def parse_store_url(url: str) -> FolderLocation | S3Location:
    """The place that a value of COURSELINE_OBJECT_STORE means.

    Raises:
        InvalidInput: it means none; the message says what is wrong and shows an example, never a secret.
    """
    try:
        return _store(url)
    except _Unusable as wrong:
        raise InvalidInput(
            f"{SETTING} names no object store: {wrong}. Write file:///srv/courseline/objects or {_EXAMPLE}."
        ) from None


def parse_source_url(url: str) -> S3Location:
    """The place of examples that `s3://...` or `minio://...` means.

    Raises:
        InvalidInput: it means none.
    """
    try:
        location = _s3(url.strip())
    except _Unusable as wrong:
        example = "s3://bucket/examples?endpoint=https://s3.example.org:9000&region=eu-1"
        raise InvalidInput(f"The bucket in {SOURCE} cannot be used: {wrong}. Write {example}.") from None
    return replace(location, written_in=SOURCE)


class _Unusable(Exception):  # noqa: N818 - a reason on its way to whoever knows where the address is written
    """Why an address means nothing."""


def _store(url: str) -> FolderLocation | S3Location:
    scheme = url.partition("://")[0].lower()
    if scheme == "file":
        return _folder(url)
    if scheme == "s3":
        return _s3(url)
    raise _Unusable("it starts neither with file:// nor with s3://")


def _folder(url: str) -> FolderLocation:
    parts = urlsplit(url)
    directory = Path(unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or parts.query or parts.fragment or not directory.is_absolute():
        raise _Unusable("a directory is written file:///absolute/path")
    if directory == Path("/") or "\0" in str(directory):
        raise _Unusable("it names no directory of its own")
    return FolderLocation(directory)


def _s3(url: str) -> S3Location:
    try:
        return _bucket(url)
    except ValueError:  # of urlsplit, for brackets that hold no address
        raise _Unusable("a host in it cannot be read") from None


def _bucket(url: str) -> S3Location:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise _Unusable(
            "it holds credentials; they belong in COURSELINE_S3_ACCESS_KEY and COURSELINE_S3_SECRET_KEY"
        )
    bucket = parts.netloc
    if not _BUCKET.fullmatch(bucket) or ".." in bucket:
        raise _Unusable(f"{bucket!a} cannot be the name of a bucket (3 to 63 of a-z, 0-9, dot and hyphen)")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown or len(pairs) != len(options) or parts.fragment:
        named = (
            f"{unknown[0]!a} is no option" if unknown else "an option is written twice or a # stands in it"
        )
        raise _Unusable(f"{named}; there are {', '.join(_OPTIONS)}")
    prefix = unquote(parts.path).strip("/")
    if prefix:
        checked_key(prefix)
    endpoint = _endpoint(options.get("endpoint", ""), "endpoint")
    region = options.get("region", "us-east-1")
    if not _REGION.fullmatch(region):
        raise _Unusable(f"{region!a} cannot be the name of a region")
    public = options.get("public_endpoint")
    return S3Location(
        bucket=bucket,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint,
        region=region,
        public_endpoint=endpoint if public is None else _endpoint(public, "public_endpoint"),
    )


def _endpoint(value: str, option: str) -> str:
    parts = urlsplit(value)
    try:
        port = parts.port
    except ValueError:
        port = -1
    sound = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc and port != -1
    if not sound or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _Unusable(f"{option} is not of the form https://host:port")
    return f"{parts.scheme}://{parts.netloc}"
