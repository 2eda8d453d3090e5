"""Reading versions, their files, and the labels that name them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_DEPENDENCY,
    EXAMPLE_REPOSITORY,
    EXAMPLE_VERSION,
    EXAMPLE_VERSION_FILE,
    EXAMPLE_VERSION_TAG,
)
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


class VersionRows:
    """The part of `usecases.rows.LibraryRows` that reads versions and labels."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, repository_id: UUID, version_identifiers: Collection[str]) -> list[SeenVersion]:
        """See `usecases.rows.LibraryRows`."""
        query = (
            select(
                EXAMPLE_VERSION.c.id.label("version_id"),
                EXAMPLE_VERSION.c.version_identifier.label("tree"),
                EXAMPLE,
                EXAMPLE_REPOSITORY.c.name.label("repository_name"),
                EXAMPLE_VERSION_TAG.c.directory.label("labelled_directory"),
            )
            .join(EXAMPLE, EXAMPLE.c.id == EXAMPLE_VERSION.c.example_id)
            .join(EXAMPLE_REPOSITORY, EXAMPLE_REPOSITORY.c.id == EXAMPLE.c.example_repository_id)
            .distinct()  # labels are many, directories few
            .outerjoin(EXAMPLE_VERSION_TAG, EXAMPLE_VERSION_TAG.c.example_version_id == EXAMPLE_VERSION.c.id)
            .where(
                EXAMPLE.c.example_repository_id == repository_id,
                among(EXAMPLE_VERSION.c.version_identifier, version_identifiers),
            )
        )
        examples: dict[tuple[str, UUID], Example] = {}
        directories: dict[tuple[str, UUID], set[str]] = {}
        for row in self._connection.execute(query):
            key = (row.tree, row.version_id)
            examples[key] = Example(
                row.id, repository_id, row.repository_name, row.identifier, row.directory, row.title
            )
            directories.setdefault(key, set()).update({row.labelled_directory} - {None})
        return [
            SeenVersion(
                tree, version_id, examples[tree, version_id], tuple(sorted(directories[tree, version_id]))
            )
            for tree, version_id in sorted(examples, key=lambda key: (key[0], str(key[1])))
        ]

    def current(self, repository_id: UUID) -> list[SeenVersion]:
        """See `usecases.rows.LibraryRows`."""
        query = (
            select(
                EXAMPLE_VERSION.c.id,
                EXAMPLE.c.id,
                EXAMPLE_REPOSITORY.c.name,
                EXAMPLE.c.identifier,
                EXAMPLE.c.directory,
                EXAMPLE.c.title,
                EXAMPLE.c.version_identifier,
            )
            .join(EXAMPLE_REPOSITORY, EXAMPLE_REPOSITORY.c.id == EXAMPLE.c.example_repository_id)
            .join(
                EXAMPLE_VERSION,
                and_(
                    EXAMPLE_VERSION.c.example_id == EXAMPLE.c.id,
                    EXAMPLE_VERSION.c.version_identifier == EXAMPLE.c.version_identifier,
                ),
            )
            .where(EXAMPLE.c.example_repository_id == repository_id)
        )
        return [
            SeenVersion(
                tree,
                version_id,
                Example(id_, repository_id, name, identifier, directory, title),
                (directory,),
            )
            for version_id, id_, name, identifier, directory, title, tree in self._connection.execute(query)
        ]

    def highest_label(self, repository_id: UUID) -> Label | None:
        """See `usecases.rows.LibraryRows`."""
        query = select(EXAMPLE_REPOSITORY.c.highest_label).where(EXAMPLE_REPOSITORY.c.id == repository_id)
        shown = self._connection.scalar(query)
        return None if shown is None else _label(shown)

    def given(self, repository_id: UUID, label: Label) -> dict[UUID, UUID]:
        """See `usecases.rows.LibraryRows`."""
        tag = EXAMPLE_VERSION_TAG.c
        query = (
            select(tag.example_id, tag.example_version_id)
            .join(EXAMPLE, EXAMPLE.c.id == tag.example_id)
            .where(EXAMPLE.c.example_repository_id == repository_id, tag.canonical == label.canonical)
        )
        return {row.example_id: row.example_version_id for row in self._connection.execute(query)}

    def labels(self, example_ids: Collection[UUID]) -> dict[UUID, list[LabelledVersion]]:
        """See `usecases.rows.LibraryRows`."""
        return self._labels(among(EXAMPLE_VERSION_TAG.c.example_id, example_ids))

    def labels_among(
        self, example_ids: Collection[UUID], canonical: Collection[str], version_ids: Collection[UUID]
    ) -> dict[UUID, list[LabelledVersion]]:
        """See `usecases.rows.LibraryRows`."""
        return self._labels(
            among(EXAMPLE_VERSION_TAG.c.example_id, example_ids),
            or_(
                among(EXAMPLE_VERSION_TAG.c.canonical, canonical),
                among(EXAMPLE_VERSION_TAG.c.example_version_id, version_ids),
            ),
        )

    def _labels(self, *conditions: ColumnElement[bool]) -> dict[UUID, list[LabelledVersion]]:
        tag = EXAMPLE_VERSION_TAG.c
        query = (
            select(
                tag.example_id,
                tag.shown,
                tag.example_version_id,
                EXAMPLE_VERSION.c.version_identifier,
                tag.directory,
                tag.withdrawn,
                tag.withdrawn_reason,
            )
            .join(EXAMPLE_VERSION, EXAMPLE_VERSION.c.id == tag.example_version_id)
            .where(*conditions)
        )
        found: dict[UUID, list[LabelledVersion]] = {}
        for example_id, shown, *facts in self._connection.execute(query):
            found.setdefault(example_id, []).append(LabelledVersion(_label(shown), *facts))
        for labels in found.values():
            labels.sort(key=lambda labelled: labelled.label, reverse=True)
        return found

    def versions(self, version_ids: Collection[UUID]) -> dict[UUID, ExampleVersion]:
        """See `usecases.rows.LibraryRows`."""
        files: dict[UUID, list[VersionFile]] = {}
        listed = select(EXAMPLE_VERSION_FILE).where(
            among(EXAMPLE_VERSION_FILE.c.example_version_id, version_ids)
        )
        for row in self._connection.execute(listed):
            files.setdefault(row.example_version_id, []).append(
                VersionFile(row.path, row.mode, row.size, row.sha256, row.git_oid, Role(row.role))
            )
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
            for id_, facts in self.version_facts(version_ids).items()
        }

    def version_facts(self, version_ids: Collection[UUID]) -> dict[UUID, VersionFacts]:
        """See `usecases.rows.LibraryRows`."""
        dependencies: dict[UUID, list[Dependency]] = {}
        needed = (
            select(EXAMPLE_DEPENDENCY)
            .where(among(EXAMPLE_DEPENDENCY.c.example_version_id, version_ids))
            .order_by(EXAMPLE_DEPENDENCY.c.position)
        )
        for row in self._connection.execute(needed):
            only = None if row.files is None else tuple(row.files)
            dependencies.setdefault(row.example_version_id, []).append(
                Dependency(row.as_written, row.version_range, only, row.depends_id)
            )
        query = (
            select(
                EXAMPLE_VERSION.c.id,
                EXAMPLE_VERSION.c.example_id,
                EXAMPLE_VERSION.c.version_identifier,
                EXAMPLE_VERSION.c.content_digest,
                EXAMPLE_VERSION.c.published_at,
                EXAMPLE.c.example_repository_id,
            )
            .join(EXAMPLE, EXAMPLE.c.id == EXAMPLE_VERSION.c.example_id)
            .where(among(EXAMPLE_VERSION.c.id, version_ids))
        )
        return {
            row.id: VersionFacts(
                id=row.id,
                example_id=row.example_id,
                repository_id=row.example_repository_id,
                version_identifier=row.version_identifier,
                content_digest=row.content_digest,
                dependencies=tuple(dependencies.get(row.id, ())),
                published_at=row.published_at,
            )
            for row in self._connection.execute(query)
        }

    def version_by_tree(self, example_id: UUID, version_identifier: str) -> UUID | None:
        """See `usecases.rows.LibraryRows`."""
        return self._connection.scalar(
            select(EXAMPLE_VERSION.c.id).where(
                EXAMPLE_VERSION.c.example_id == example_id,
                EXAMPLE_VERSION.c.version_identifier == version_identifier,
            )
        )


def _label(shown: str) -> Label:
    label = Label.parse(shown)
    if label is None:
        raise NeighbourFailed(
            f"Reading labels from the database: it holds {shown!r}, which is no label. Restore it."
        )
    return label
