"""What kind of place an example repository is: git on some server, or a part of a bucket."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit


class SourceType(StrEnum):
    """Where a repository's files come from.

    GITLAB: git, and its project's number is known. GITHUB: git on github.com. MINIO, S3: the objects below a prefix of
    a bucket; one protocol, two names for people.
    """

    GIT = "git"
    GITLAB = "gitlab"
    GITHUB = "github"
    MINIO = "minio"
    S3 = "s3"


def is_bucket(source: str) -> bool:
    """Whether an address, as given or normalised, means a part of a bucket."""
    return source.partition("://")[0].strip().lower() in {SourceType.MINIO, SourceType.S3}


def source_type(source: str, project: str | None = None) -> SourceType:
    """The kind of a repository.

    Args:
        source: its address, as given or normalised.
        project: its GitLab identity, None outside of GitLab.
    """
    if is_bucket(source):
        return SourceType(source.partition("://")[0].strip().lower())
    if project is not None:
        return SourceType.GITLAB
    place = source.partition("://")[2] or source
    host = place.partition("/")[0].rpartition("@")[2].partition(":")[0]
    return SourceType.GITHUB if host.lower() == "github.com" else SourceType.GIT


def server_of(source: str) -> str | None:
    """The server that a secret for this source may be shown to, `https://host:port`; None when there is none to tell.

    A bucket's is its `endpoint`. Scheme and port count: a token is sent neither to another service of the same machine
    nor over http when it was given for https.
    """
    try:
        parts = urlsplit(source.strip())
        if is_bucket(source):
            parts = urlsplit(dict(parse_qsl(parts.query)).get("endpoint", ""))
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or not port or parts.scheme not in {"https", "http"}:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"
