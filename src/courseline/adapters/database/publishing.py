"""Writing versions: they are inserted once and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, insert

from courseline.adapters.database.tables import UtcTime
from courseline.adapters.database.tables_library import EXAMPLE, EXAMPLE_DEPENDENCY
from courseline.domain.library.example import Example
from courseline.domain.library.version import ExampleVersion, VersionFile

# Written out, because putting such a statement together takes SQLAlchemy longer than the server needs to run it.
_VERSIONS = text("""
    INSERT INTO example_version
        (id, example_id, version_identifier, content_digest, meta, published_at, view_rules, view)
    SELECT id, example_id, version_identifier, content_digest, CAST(meta AS json), published_at, view_rules, view
    FROM unnest(CAST(:ids AS uuid[]), CAST(:examples AS uuid[]), CAST(:trees AS text[]), CAST(:digests AS text[]),
        CAST(:metas AS text[]), CAST(:times AS timestamptz[]), CAST(:rules AS text[]), CAST(:views AS text[]))
        AS given (id, example_id, version_identifier, content_digest, meta, published_at, view_rules, view)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
""").bindparams(bindparam("times", type_=ARRAY(UtcTime())))
_FILES = text("""
    INSERT INTO example_version_file (example_version_id, path, mode, size, sha256, git_oid, role)
    SELECT * FROM unnest(CAST(:versions AS uuid[]), CAST(:paths AS text[]), CAST(:modes AS text[]),
        CAST(:sizes AS bigint[]), CAST(:sums AS text[]), CAST(:oids AS text[]), CAST(:roles AS text[]))
""")


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
        self._connection.execute(
            insert(EXAMPLE).on_conflict_do_nothing(index_elements=["id"]),
            [
                {
                    "id": example.id,
                    "example_repository_id": example.repository_id,
                    "identifier": example.identifier,
                    "directory": example.directory,
                    "title": example.title,
                    "version_identifier": version.version_identifier,
                    **card(meta),
                }
                for example, version, meta in versions
            ],
        )
        settled = views or {}
        inserted = self._connection.execute(
            _VERSIONS,
            {
                "ids": [version.id for _, version, _ in versions],
                "examples": [version.example_id for _, version, _ in versions],
                "trees": [version.version_identifier for _, version, _ in versions],
                "digests": [version.content_digest for _, version, _ in versions],
                "metas": [json.dumps(dict(meta)) for _, _, meta in versions],
                "times": [version.published_at for _, version, _ in versions],
                "rules": [settled.get(version.id, (None, None))[0] for _, version, _ in versions],
                "views": [settled.get(version.id, (None, None))[1] for _, version, _ in versions],
            },
        )
        ids = set(inserted.scalars())
        new = [version for _, version, _ in versions if version.id in ids]
        self._insert_files([(version.id, file) for version in new for file in version.files])
        dependencies = [row for version in new for row in _dependency_rows(version)]
        if dependencies:
            self._connection.execute(EXAMPLE_DEPENDENCY.insert(), dependencies)

    def _insert_files(self, files: Sequence[tuple[UUID, VersionFile]]) -> None:
        self._connection.execute(
            _FILES,
            {
                "versions": [version for version, _ in files],
                "paths": [file.path for _, file in files],
                "modes": [file.mode for _, file in files],
                "sizes": [file.size for _, file in files],
                "sums": [file.sha256 for _, file in files],
                "oids": [file.git_oid for _, file in files],
                "roles": [str(file.role) for _, file in files],
            },
        )


def _dependency_rows(version: ExampleVersion) -> Iterator[dict[str, object]]:
    for position, needed in enumerate(version.dependencies):
        yield {
            "example_version_id": version.id,
            "position": position,
            "as_written": needed.as_written,
            "version_range": needed.range,
            "files": None if needed.files is None else list(needed.files),
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
