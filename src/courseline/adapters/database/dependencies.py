"""Finding the examples that dependencies mean, whenever something new is published."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, and_, or_, select

from courseline.adapters.database.examples import ExampleRows
from courseline.adapters.database.tables_library import (
    EXAMPLE,
    EXAMPLE_DEPENDENCY,
    EXAMPLE_REPOSITORY,
    EXAMPLE_VERSION,
)
from courseline.domain.course.reference import strip_placeholder
from courseline.domain.library.example import Example


@dataclass(frozen=True, slots=True)
class _Open:
    """A dependency without its example: as written, who wrote it, and in which directory."""

    as_written: str
    example_id: UUID
    repository_id: UUID
    directory: str

    @property
    def references(self) -> tuple[str, ...]:
        """What it may mean: as written, then as a path seen from the example's directory (`../variables`)."""
        name = strip_placeholder(self.as_written)
        seen = posixpath.normpath(posixpath.join(self.directory, name))
        return (name,) if seen in {name, "."} or seen.startswith("..") else (name, seen)


class DependencyRows:
    """The part of `usecases.rows.LibraryRows` that links dependencies.

    Args:
        connection: with its transaction begun.
        examples: finds examples by reference.
    """

    def __init__(self, connection: Connection, examples: ExampleRows) -> None:
        self._connection = connection
        self._examples = examples

    def link_dependencies(self, repository_id: UUID) -> int:
        """See `usecases.rows.LibraryRows`.

        What other repositories were waiting for is linked too, when this one brings it and they may use it: same
        organization, or public. In another repository a reference counts only when it means exactly one example.
        """
        waiting = self._open()
        found = self._examples.find({name for one in waiting for name in one.references}, None)
        if not any(
            repository_id in {example.repository_id, one.repository_id}
            for one in waiting
            for name in one.references
            for example in found[name]
        ):
            return 0
        usable = self._usable({one.repository_id for one in waiting})
        linked = 0
        for one in waiting:
            meant = _meant(one, found, usable[one.repository_id])
            if meant is not None:
                linked += self._link(one, meant)
        return linked

    def _open(self) -> set[_Open]:
        query = (
            select(
                EXAMPLE_DEPENDENCY.c.as_written,
                EXAMPLE.c.id,
                EXAMPLE.c.example_repository_id,
                EXAMPLE.c.directory,
            )
            .join(EXAMPLE_VERSION, EXAMPLE_VERSION.c.id == EXAMPLE_DEPENDENCY.c.example_version_id)
            .join(EXAMPLE, EXAMPLE.c.id == EXAMPLE_VERSION.c.example_id)
            .where(EXAMPLE_DEPENDENCY.c.depends_id.is_(None))
        )
        return {
            _Open(row.as_written, row.id, row.example_repository_id, row.directory)
            for row in self._connection.execute(query)
        }

    def _usable(self, repositories: Collection[UUID]) -> dict[UUID, set[UUID]]:
        """For each repository, the others that its examples may depend on."""
        own, other = EXAMPLE_REPOSITORY.alias("own"), EXAMPLE_REPOSITORY.alias("other")
        query = (
            select(own.c.id, other.c.id.label("usable"))
            .join(
                other, or_(other.c.visibility == "public", other.c.organization_id == own.c.organization_id)
            )
            .where(own.c.id.in_(repositories))
        )
        usable: dict[UUID, set[UUID]] = {repository: set() for repository in repositories}
        for row in self._connection.execute(query):
            usable[row.id].add(row.usable)
        return usable

    def _link(self, one: _Open, meant: Example) -> int:
        versions = select(EXAMPLE_VERSION.c.id).where(EXAMPLE_VERSION.c.example_id == one.example_id)
        done = self._connection.execute(
            EXAMPLE_DEPENDENCY.update()
            .where(
                and_(
                    EXAMPLE_DEPENDENCY.c.as_written == one.as_written,
                    EXAMPLE_DEPENDENCY.c.depends_id.is_(None),
                    EXAMPLE_DEPENDENCY.c.example_version_id.in_(versions),
                )
            )
            .values(depends_id=meant.id)
        )
        return done.rowcount


def _meant(one: _Open, found: Mapping[str, list[Example]], usable: set[UUID]) -> Example | None:
    for name in one.references:
        hits = [hit for hit in found[name] if hit.id != one.example_id]
        own = [hit for hit in hits if hit.repository_id == one.repository_id]
        if len(own) == 1:
            return own[0]
        others = [hit for hit in hits if hit.repository_id in usable]
        if not own and len(others) == 1:
            return others[0]
    return None
