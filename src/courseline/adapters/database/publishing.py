"""Writing versions: they are inserted once and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Text,
    Uuid,
    cast,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import UtcTime, table_of
from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_DEPENDENCY,
    EXAMPLE_VERSION,
    EXAMPLE_VERSION_FILE,
)
from courseline.domain.library.example import Example
from courseline.domain.library.version import ExampleVersion, VersionFile


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
        given = table_of(
            id=(Uuid(), [version.id for _, version, _ in versions]),
            example_id=(Uuid(), [version.example_id for _, version, _ in versions]),
            version_identifier=(Text(), [version.version_identifier for _, version, _ in versions]),
            content_digest=(Text(), [version.content_digest for _, version, _ in versions]),
            meta=(Text(), [json.dumps(dict(meta)) for _, _, meta in versions]),
            published_at=(UtcTime(), [version.published_at for _, version, _ in versions]),
            view_rules=(Text(), [settled.get(version.id, (None, None))[0] for _, version, _ in versions]),
            view=(Text(), [settled.get(version.id, (None, None))[1] for _, version, _ in versions]),
        )
        columns = [cast(column, JSON) if column.name == "meta" else column for column in given.c]
        inserted = self._connection.execute(
            insert(EXAMPLE_VERSION)
            .from_select([column.name for column in given.c], select(*columns))
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(EXAMPLE_VERSION.c.id)
        )
        ids = set(inserted.scalars())
        new = [version for _, version, _ in versions if version.id in ids]
        self._insert_files([(version.id, file) for version in new for file in version.files])
        dependencies = [row for version in new for row in _dependency_rows(version)]
        if dependencies:
            self._connection.execute(EXAMPLE_DEPENDENCY.insert(), dependencies)

    def _insert_files(self, files: Sequence[tuple[UUID, VersionFile]]) -> None:
        rows = table_of(
            example_version_id=(Uuid(), [version for version, _ in files]),
            path=(Text(), [file.path for _, file in files]),
            mode=(Text(), [file.mode for _, file in files]),
            size=(BigInteger(), [file.size for _, file in files]),
            sha256=(Text(), [file.sha256 for _, file in files]),
            git_oid=(Text(), [file.git_oid for _, file in files]),
            role=(Text(), [str(file.role) for _, file in files]),
        )
        insertion = EXAMPLE_VERSION_FILE.insert().from_select(
            [column.name for column in rows.c], select(*rows.c)
        )
        self._connection.execute(insertion)


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
