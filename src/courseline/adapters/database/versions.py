"""Reading versions, their files, and the labels that name them.

Statements are written out: putting one together takes SQLAlchemy longer than the server needs to run it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.given import ids_given
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import (
    Dependency,
    ExampleVersion,
    LabelledVersion,
    Role,
    VersionFacts,
    VersionFile,
)
from courseline.errors import NeighbourFailed
from courseline.usecases.rows import SeenVersion

# Trees are looked up first, as they are hardly ever there: of a new repository the server does not know that it is large,
# and would rather go through all of its examples.
_SEEN = """
    WITH version AS MATERIALIZED (
        SELECT id, example_id, version_identifier FROM example_version WHERE version_identifier = ANY (%(trees)s::text[])
    )
    SELECT version.version_identifier, version.id AS version_id, example.id, repository.name, example.identifier,
        example.directory, example.title, ARRAY(
            SELECT DISTINCT tag.directory FROM example_version_tag AS tag
            WHERE tag.example_version_id = version.id AND tag.example_id = version.example_id
        ) AS directories
    FROM version
    JOIN example ON example.id = version.example_id
    JOIN example_repository AS repository ON repository.id = example.example_repository_id
    WHERE example.example_repository_id = %(repository)s
"""
_CURRENT = """
    SELECT version.version_identifier, version.id AS version_id, example.id,
        (SELECT name FROM example_repository WHERE id = %(repository)s), example.identifier, example.directory,
        example.title
    FROM example
    JOIN example_version AS version
        ON version.example_id = example.id AND version.version_identifier = example.version_identifier
    WHERE example.example_repository_id = %(repository)s
"""
_GIVEN = """
    SELECT tag.example_id, tag.example_version_id
    FROM example_version_tag AS tag JOIN example ON example.id = tag.example_id
    WHERE example.example_repository_id = %(repository)s AND tag.canonical = %(canonical)s
"""
_LABELS = """
    SELECT tag.example_id, tag.shown, tag.example_version_id, version.version_identifier, tag.directory,
        tag.withdrawn, tag.withdrawn_reason
    FROM example_version_tag AS tag JOIN example_version AS version ON version.id = tag.example_version_id
    WHERE tag.example_id = ANY (%(examples)s::uuid[])
"""
_NAMED = """
    AND (tag.canonical = ANY (%(canonical)s::text[]) OR tag.example_version_id = ANY (%(versions)s::uuid[]))
"""
_FACTS = """
    SELECT version.id, version.example_id, example.example_repository_id, version.version_identifier,
        version.content_digest, version.published_at, (
            SELECT json_agg(json_build_array(as_written, version_range, files, depends_id) ORDER BY position)
            FROM example_dependency WHERE example_version_id = version.id
        ) AS dependencies
    FROM example_version AS version JOIN example ON example.id = version.example_id
    WHERE version.id = ANY (%(versions)s::uuid[])
"""
_FILES = """
    SELECT example_version_id, path, mode, size, sha256, git_oid, role
    FROM example_version_file WHERE example_version_id = ANY (%(versions)s::uuid[])
"""


class VersionRows:
    """The part of `usecases.rows.LibraryRows` that reads versions and labels."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, repository_id: UUID, version_identifiers: Collection[str]) -> list[SeenVersion]:
        """See `usecases.rows.LibraryRows`."""
        given = {"repository": repository_id, "trees": list(version_identifiers)}
        found = [
            SeenVersion(
                tree, version_id, Example(id_, repository_id, *of_example), tuple(sorted(directories))
            )
            for tree, version_id, id_, *of_example, directories in self._connection.exec_driver_sql(
                _SEEN, given
            )
        ]
        return sorted(found, key=lambda one: (one.version_identifier, str(one.version_id)))

    def current(self, repository_id: UUID) -> list[SeenVersion]:
        """See `usecases.rows.LibraryRows`."""
        rows = self._connection.exec_driver_sql(_CURRENT, {"repository": repository_id})
        return [
            SeenVersion(
                tree,
                version_id,
                Example(id_, repository_id, name, identifier, directory, title),
                (directory,),
            )
            for tree, version_id, id_, name, identifier, directory, title in rows
        ]

    def highest_label(self, repository_id: UUID) -> Label | None:
        """See `usecases.rows.LibraryRows`."""
        query = "SELECT highest_label FROM example_repository WHERE id = %(repository)s"
        shown = self._connection.exec_driver_sql(query, {"repository": repository_id}).scalar()
        return None if shown is None else _label(shown)

    def given(self, repository_id: UUID, label: Label) -> dict[UUID, UUID]:
        """See `usecases.rows.LibraryRows`."""
        given = {"repository": repository_id, "canonical": label.canonical}
        return {row[0]: row[1] for row in self._connection.exec_driver_sql(_GIVEN, given)}

    def labels(self, example_ids: Collection[UUID]) -> dict[UUID, list[LabelledVersion]]:
        """See `usecases.rows.LibraryRows`."""
        return self._labels(_LABELS, {"examples": ids_given(example_ids)})

    def labels_among(
        self, example_ids: Collection[UUID], canonical: Collection[str], version_ids: Collection[UUID]
    ) -> dict[UUID, list[LabelledVersion]]:
        """See `usecases.rows.LibraryRows`."""
        given = {
            "examples": ids_given(example_ids),
            "canonical": list(canonical),
            "versions": ids_given(version_ids),
        }
        return self._labels(_LABELS + _NAMED, given)

    def _labels(self, query: str, given: Mapping[str, object]) -> dict[UUID, list[LabelledVersion]]:
        found: dict[UUID, list[LabelledVersion]] = {}
        for example_id, shown, *facts in self._connection.exec_driver_sql(query, dict(given)):
            found.setdefault(example_id, []).append(LabelledVersion(_label(shown), *facts))
        for labels in found.values():
            labels.sort(key=lambda labelled: labelled.label, reverse=True)
        return found

    def versions(self, version_ids: Collection[UUID]) -> dict[UUID, ExampleVersion]:
        """See `usecases.rows.LibraryRows`."""
        return self.with_files(self.version_facts(version_ids).values())

    def with_files(self, versions: Iterable[VersionFacts]) -> dict[UUID, ExampleVersion]:
        """See `usecases.rows.LibraryRows`."""
        known = {facts.id: facts for facts in versions}
        files: dict[UUID, list[VersionFile]] = {}
        rows = self._connection.exec_driver_sql(_FILES, {"versions": ids_given(known)}) if known else ()
        for id_, path, mode, size, sha256, git_oid, role in rows:
            files.setdefault(id_, []).append(VersionFile(path, mode, size, sha256, git_oid, Role(role)))
        return {
            id_: ExampleVersion(
                id=id_,
                example_id=facts.example_id,
                repository_id=facts.repository_id,
                version_identifier=facts.version_identifier,
                content_digest=facts.content_digest,
                dependencies=facts.dependencies,
                published_at=facts.published_at,
                files=tuple(sorted(files.get(id_, ()), key=lambda file: file.path)),
            )
            for id_, facts in known.items()
        }

    def version_facts(self, version_ids: Collection[UUID]) -> dict[UUID, VersionFacts]:
        """See `usecases.rows.LibraryRows`."""
        if not version_ids:
            return {}
        rows = self._connection.exec_driver_sql(_FACTS, {"versions": ids_given(version_ids)})
        return {
            row.id: VersionFacts(
                id=row.id,
                example_id=row.example_id,
                repository_id=row.example_repository_id,
                version_identifier=row.version_identifier,
                content_digest=row.content_digest,
                dependencies=tuple(_dependency(*told) for told in row.dependencies or ()),
                published_at=row.published_at,
            )
            for row in rows
        }

    def version_by_tree(self, example_id: UUID, version_identifier: str) -> UUID | None:
        """See `usecases.rows.LibraryRows`."""
        query = (
            "SELECT id FROM example_version WHERE example_id = %(example)s AND version_identifier = %(tree)s"
        )
        given = {"example": example_id, "tree": version_identifier}
        found: UUID | None = self._connection.exec_driver_sql(query, given).scalar()
        return found


def _dependency(
    as_written: str, version_range: str | None, files: list[str] | None, depends_id: str | None
) -> Dependency:
    only = None if files is None else tuple(files)
    return Dependency(as_written, version_range, only, None if depends_id is None else UUID(depends_id))


def _label(shown: str) -> Label:
    label = Label.parse(shown)
    if label is None:
        raise NeighbourFailed(
            f"Reading labels from the database: it holds {shown!r}, which is no label. Restore it."
        )
    return label
