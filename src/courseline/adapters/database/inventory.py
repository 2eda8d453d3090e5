"""Every version there is: what the object store must hold."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_REPOSITORY,
    EXAMPLE_VERSION,
    EXAMPLE_VERSION_TAG,
)
from courseline.domain.library.label import Label
from courseline.usecases.library.rows import KnownVersion

_TREE_SHOWN = 12


class InventoryRows:
    """The part of `usecases.rows.LibraryRows` that goes through everything."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def inventory(self) -> list[KnownVersion]:
        """See `usecases.rows.LibraryRows`."""
        query = (
            select(
                EXAMPLE_VERSION.c.id,
                EXAMPLE_VERSION.c.example_id,
                EXAMPLE_VERSION.c.version_identifier,
                EXAMPLE.c.example_repository_id,
                EXAMPLE.c.identifier,
                EXAMPLE_REPOSITORY.c.name,
                EXAMPLE_VERSION_TAG.c.shown,
            )
            .join(EXAMPLE, EXAMPLE.c.id == EXAMPLE_VERSION.c.example_id)
            .join(EXAMPLE_REPOSITORY, EXAMPLE_REPOSITORY.c.id == EXAMPLE.c.example_repository_id)
            .outerjoin(EXAMPLE_VERSION_TAG, EXAMPLE_VERSION_TAG.c.example_version_id == EXAMPLE_VERSION.c.id)
        )
        labels: dict[UUID, list[Label]] = {}
        rows = {}
        for row in self._connection.execute(query):
            rows[row.id] = row
            label = Label.parse(row.shown) if row.shown else None
            labels.setdefault(row.id, []).extend([label] if label else [])
        known = []
        for row in rows.values():
            named = max(labels[row.id]).shown if labels[row.id] else row.version_identifier[:_TREE_SHOWN]
            name = f"{row.name}:{row.identifier}@{named}"
            known.append(
                KnownVersion(row.id, row.example_id, row.example_repository_id, row.version_identifier, name)
            )
        return sorted(known, key=lambda version: (version.name, str(version.version_id)))

    def identities(self) -> dict[UUID, str]:
        """See `usecases.rows.LibraryRows`."""
        query = select(EXAMPLE_REPOSITORY.c.id, EXAMPLE_REPOSITORY.c.identity)
        return {row.id: row.identity for row in self._connection.execute(query)}
