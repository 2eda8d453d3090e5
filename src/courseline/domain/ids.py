"""The UUIDs of courseline, derived so that a database can be rebuilt from repositories and store.

Every id is UUIDv5 of NAMESPACE_URL over `courseline:KIND:` and the compact JSON array of its parts, so that
anybody can compute it again: `uuid5(NAMESPACE_URL, 'courseline:example:["<repository id>","hello-world"]')`.
"""

from __future__ import annotations

import json
from uuid import NAMESPACE_URL, UUID, uuid5

_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)  # `json.dumps` makes one for each call


def repository_id(identity: str) -> UUID:
    """Id of an example repository from its identity as fixed at registration."""
    return _derived("repository", identity)


def example_id(repository: UUID, identifier: str) -> UUID:
    """Id of an example from its repository and identifier."""
    return _derived("example", str(repository), identifier)


def version_id(example: UUID, content_digest: str) -> UUID:
    """Id of an example version from its example and content digest (64 hex digits)."""
    return _derived("version", str(example), content_digest)


def course_id(organization: str, family: str, course: str) -> UUID:
    """Id of a course from the three paths of its deployment file."""
    return _derived("course", organization, family, course)


def content_id(course: UUID, first_path: str, born_before: int) -> UUID:
    """Id of a content.

    Args:
        course: its course.
        first_path: the ltree path it was born at.
        born_before: how many contents born at that path live elsewhere now.
    """
    return _derived("content", str(course), first_path, born_before)


def operation_id(kind: str, target: str, inputs_digest: str, attempt: int) -> UUID:
    """Id of an operation from all that makes it unique."""
    return _derived("operation", kind, target, inputs_digest, attempt)


def _derived(kind: str, *parts: str | int) -> UUID:
    return uuid5(NAMESPACE_URL, f"courseline:{kind}:{_COMPACT.encode(parts)}")
