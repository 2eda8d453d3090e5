"""Finding the examples that dependencies mean, whenever something new is published."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.examples import ExampleRows
from courseline.adapters.database.given import ids_given, rows_given
from courseline.domain.course.reference import strip_placeholder
from courseline.domain.library.example import Example

# Written out: putting a statement together takes SQLAlchemy longer than the server needs to run it.
_OPEN = """
    SELECT DISTINCT needed.as_written, example.id, example.example_repository_id, example.directory
    FROM example_dependency AS needed
    JOIN example_version AS version ON version.id = needed.example_version_id
    JOIN example ON example.id = version.example_id
    WHERE needed.depends_id IS NULL
"""
_USABLE = """
    SELECT own.id, other.id
    FROM example_repository AS own JOIN example_repository AS other
        ON other.visibility = 'public' OR other.organization_id = own.organization_id
    WHERE own.id = ANY (%(repositories)s::uuid[])
"""
# What waits is put together first: the server would rather look for each reference among all links of the same name.
_LINK = """
    WITH waiting AS MATERIALIZED (
        SELECT needed.example_version_id, needed.position, version.example_id, needed.as_written
        FROM example_dependency AS needed JOIN example_version AS version ON version.id = needed.example_version_id
        WHERE needed.depends_id IS NULL
    )
    UPDATE example_dependency AS needed SET depends_id = given.meant
    FROM waiting JOIN json_to_recordset(%(links)s::json) AS given (example uuid, as_written text, meant uuid)
        ON given.example = waiting.example_id AND given.as_written = waiting.as_written
    WHERE needed.example_version_id = waiting.example_version_id AND needed.position = waiting.position
        AND needed.depends_id IS NULL
"""


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
        rows = self._connection.exec_driver_sql(_OPEN)
        if not (waiting := [_Open(*row) for row in rows]):
            return 0
        found = self._examples.find({name for one in waiting for name in one.references}, None)
        if not any(
            repository_id in {example.repository_id, one.repository_id}
            for one in waiting
            for name in one.references
            for example in found[name]
        ):
            return 0
        usable = self._usable({one.repository_id for one in waiting})
        links = [
            {"example": one.example_id, "as_written": one.as_written, "meant": meant.id}
            for one in waiting
            if (meant := _meant(one, found, usable[one.repository_id])) is not None
        ]
        return self._connection.exec_driver_sql(_LINK, {"links": rows_given(links)}).rowcount if links else 0

    def _usable(self, repositories: Collection[UUID]) -> dict[UUID, set[UUID]]:
        """For each repository, the others that its examples may depend on."""
        usable: dict[UUID, set[UUID]] = {repository: set() for repository in repositories}
        given = {"repositories": ids_given(repositories)}
        for own, other in self._connection.exec_driver_sql(_USABLE, given):
            usable[own].add(other)
        return usable


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
