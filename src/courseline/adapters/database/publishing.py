"""Writing versions: they are inserted once and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.given import rows_given
from courseline.domain.library.example import Example
from courseline.domain.library.version import ExampleVersion

# One statement, whose parts each see what the ones that they name have inserted: a version that is there already brings
# neither files nor dependencies. References are looked at when all of it is done.
_ADD = """
    WITH given AS (
        SELECT * FROM json_to_recordset(%(versions)s::json) AS given (id uuid, example_id uuid, repository uuid,
            identifier text, directory text, title text, description text, subject text, tags text[],
            tree text, digest text, meta text, published_at timestamptz, rules text, view text)
    ), added_example AS (
        INSERT INTO example (id, example_repository_id, identifier, directory, title, description, subject, tags,
            version_identifier)
        SELECT example_id, repository, identifier, directory, title, description, subject, tags, tree FROM given
        ON CONFLICT (id) DO NOTHING
    ), added AS (
        INSERT INTO example_version
            (id, example_id, version_identifier, content_digest, meta, published_at, view_rules, view)
        SELECT id, example_id, tree, digest, meta::json, published_at, rules, view FROM given
        ON CONFLICT (id) DO NOTHING
        RETURNING id
    ), added_dependency AS (
        INSERT INTO example_dependency
            (example_version_id, position, as_written, version_range, files, depends_id)
        SELECT needed.* FROM json_to_recordset(%(dependencies)s::json) AS needed (id uuid, position integer,
            as_written text, version_range text, files text[], depends_id uuid) JOIN added USING (id)
    )
    INSERT INTO example_version_file (example_version_id, path, mode, size, sha256, git_oid, role)
    SELECT file.* FROM json_to_recordset(%(files)s::json) AS file (id uuid, path text, mode text, size bigint,
        sha256 text, git_oid text, role text) JOIN added USING (id)
"""


class PublishingRows:
    """The part of `usecases.rows.LibraryRows` that adds versions.

    Args:
        connection: with its transaction begun.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_versions(
        self,
        versions: Sequence[tuple[Example, ExampleVersion, Mapping[str, object]]],
        views: Mapping[UUID, tuple[str, str]] | None = None,
    ) -> None:
        """See `usecases.rows.LibraryRows`."""
        if not versions:
            return
        settled = views or {}
        given = {
            "versions": rows_given(
                _version_row(*of_one, *settled.get(of_one[1].id, (None, None))) for of_one in versions
            ),
            "files": rows_given(row for _, version, _ in versions for row in _file_rows(version)),
            "dependencies": rows_given(
                row for _, version, _ in versions for row in _dependency_rows(version)
            ),
        }
        self._connection.exec_driver_sql(_ADD, given)


def _version_row(
    example: Example, version: ExampleVersion, meta: Mapping[str, object], rules: str | None, view: str | None
) -> dict[str, object]:
    return {
        "id": version.id,
        "example_id": example.id,
        "repository": example.repository_id,
        "identifier": example.identifier,
        "directory": example.directory,
        "title": example.title,
        **card(meta),
        "tree": version.version_identifier,
        "digest": version.content_digest,
        "meta": json.dumps(
            dict(meta)
        ),  # text in text: NUL may be in it, which JSON can say and `text` cannot hold
        "published_at": version.published_at,
        "rules": rules,
        "view": view,
    }


def _file_rows(version: ExampleVersion) -> Iterator[dict[str, object]]:
    id_ = version.id.hex
    for file in version.files:
        yield {
            "id": id_,
            "path": file.path,
            "mode": file.mode,
            "size": file.size,
            "sha256": file.sha256,
            "git_oid": file.git_oid,
            "role": file.role,
        }


def _dependency_rows(version: ExampleVersion) -> Iterator[dict[str, object]]:
    for position, needed in enumerate(version.dependencies):
        yield {
            "id": version.id,
            "position": position,
            "as_written": needed.as_written,
            "version_range": needed.range,
            "files": needed.files,
            "depends_id": needed.depends_id,
        }


def card(meta: Mapping[str, object]) -> dict[str, object]:
    """What a list of examples shows, from a parsed meta.yaml; values of another type count as not given."""
    subject, description = meta.get("language"), meta.get("description")
    keywords = meta.get("keywords")
    tags = [word for word in keywords if isinstance(word, str)] if isinstance(keywords, list | tuple) else []
    return {
        "description": description if isinstance(description, str) else "",
        "subject": subject if isinstance(subject, str) else "",
        "tags": list(dict.fromkeys(tags)),
    }
