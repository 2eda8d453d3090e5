"""Examples: by key, by any reference that people write, and as cards for a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, not_, or_, select, true

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import (
    COURSE,
    COURSE_EXAMPLE_REPOSITORY,
    COURSE_FAMILY,
    ORGANIZATION,
)
from courseline.adapters.database.tables_library import EXAMPLE, EXAMPLE_VERSION_TAG
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY as REPOSITORY
from courseline.domain.library.example import Example
from courseline.domain.library.version import LabelledVersion
from courseline.usecases.rows import ExampleCard

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EXAMPLES = (
    select(
        EXAMPLE.c.id,
        EXAMPLE.c.example_repository_id,
        REPOSITORY.c.name.label("repository_name"),
        EXAMPLE.c.identifier,
        EXAMPLE.c.directory,
        EXAMPLE.c.title,
        ORGANIZATION.c.path.label("organization"),
    )
    .join(REPOSITORY, REPOSITORY.c.id == EXAMPLE.c.example_repository_id)
    .outerjoin(ORGANIZATION, ORGANIZATION.c.id == REPOSITORY.c.organization_id)
)


class ExampleRows:
    """The part of `usecases.rows.LibraryRows` about examples.

    Args:
        connection: with its transaction begun.
        labels: `LibraryRows.labels`.
    """

    def __init__(
        self, connection: Connection, labels: Callable[[Collection[UUID]], dict[UUID, list[LabelledVersion]]]
    ) -> None:
        self._connection = connection
        self._labels = labels

    def example(self, repository_id: UUID, identifier: str) -> Example | None:
        """See `usecases.rows.LibraryRows`."""
        return next(
            iter(
                self._examples(
                    EXAMPLE.c.example_repository_id == repository_id, EXAMPLE.c.identifier == identifier
                )
            ),
            None,
        )

    def examples(self, example_ids: Collection[UUID]) -> dict[UUID, Example]:
        """See `usecases.rows.LibraryRows`."""
        return {example.id: example for example in self._examples(among(EXAMPLE.c.id, example_ids))}

    def find(self, references: Collection[str], course_id: UUID | None) -> dict[str, list[Example]]:
        """See `usecases.rows.LibraryRows`."""
        allowed = true() if course_id is None else _allowed(course_id)
        qualified = {text: text.partition(":")[2] for text in references if ":" in text}
        ids = {text: UUID(text) for text in references if _UUID.fullmatch(text)}
        names = {text for text in references if text not in qualified}
        identifiers = names | set(qualified.values())
        by_identifier = list(self._examples(among(EXAMPLE.c.identifier, identifiers), allowed))
        by_id = (
            {one.id: one for one in self._examples(among(EXAMPLE.c.id, ids.values()), allowed)} if ids else {}
        )
        named: dict[str, list[Example]] = {}
        for one in by_identifier:
            named.setdefault(one.identifier, []).append(one)
        by_directory = self._in_directories(names, named, allowed) if names else {}
        found: dict[str, list[Example]] = {}
        for text in references:
            if text in qualified:
                hits = [one for one in named.get(qualified[text], []) if text in {one.name, one.full_name}]
            else:
                hits = list(named.get(text, []))
                sure = {one.repository_id for one in hits}
                hits += [one for one in by_directory.get(text, []) if one.repository_id not in sure]
            if text in ids and ids[text] in by_id:
                hits = [by_id[ids[text]]]
            found[text] = sorted(hits, key=lambda one: (one.name, str(one.id)))
        return found

    def cards(
        self, *, text: str = "", tags: Collection[str] = (), reference: str | None = None
    ) -> list[ExampleCard]:
        """See `usecases.rows.LibraryRows`; letters compare without regard to case, in every script."""
        query = _EXAMPLES.add_columns(
            EXAMPLE.c.description,
            EXAMPLE.c.subject,
            EXAMPLE.c.tags,
        )
        if reference is not None:
            meant = [one.id for one in self.find([reference], None)[reference]]
            query = query.where(among(EXAMPLE.c.id, meant))
        # Case is folded here and not in SQL, whose answer depends on the locale the database was made with.
        wanted = {tag.casefold() for tag in tags}
        rows = [
            row
            for row in self._connection.execute(query)
            if any(
                text.casefold() in field.casefold()
                for field in (row.identifier, row.title, row.description, row.subject)
            )
            and wanted <= {tag.casefold() for tag in row.tags}
        ]
        labels = self._labels([row.id for row in rows])
        cards = [
            ExampleCard(
                _example(row),
                row.organization,
                row.description,
                row.subject,
                tuple(row.tags),
                tuple(labels.get(row.id, ())),
            )
            for row in rows
        ]
        return sorted(cards, key=lambda card: (card.example.name, str(card.example.id)))

    def _in_directories(
        self, names: Collection[str], named: Mapping[str, Sequence[Example]], allowed: ColumnElement[bool]
    ) -> dict[str, list[Example]]:
        """By directory; a repository that has every name as an identifier is not looked through."""
        sure = (frozenset(one.repository_id for one in named.get(name, ())) for name in names)
        whole: frozenset[UUID] = reduce(frozenset.intersection, sure)
        query = (
            _EXAMPLES.add_columns(EXAMPLE_VERSION_TAG.c.directory.label("labelled_directory"))
            .join(EXAMPLE_VERSION_TAG, EXAMPLE_VERSION_TAG.c.example_id == EXAMPLE.c.id)
            .where(
                among(EXAMPLE_VERSION_TAG.c.directory, names),
                not_(among(REPOSITORY.c.id, whole)),
                allowed,
            )
            .distinct()
        )
        found: dict[str, list[Example]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.labelled_directory, []).append(_example(row))
        return found

    def _examples(self, *conditions: ColumnElement[bool]) -> Iterable[Example]:
        query: Select[tuple[object, ...]] = _EXAMPLES.where(*conditions)
        return [_example(row) for row in self._connection.execute(query)]


def _allowed(course_id: UUID) -> ColumnElement[bool]:
    """Repositories that a course may use, in a query with their organization; see `domain.library.example.Visibility`."""
    own = (
        select(COURSE_FAMILY.c.organization_id)
        .join(COURSE, COURSE.c.course_family_id == COURSE_FAMILY.c.id)
        .where(COURSE.c.id == course_id)
        .scalar_subquery()
    )
    listed = select(COURSE_EXAMPLE_REPOSITORY.c.name).where(
        COURSE_EXAMPLE_REPOSITORY.c.course_id == course_id
    )
    return or_(
        REPOSITORY.c.visibility == "public",
        and_(REPOSITORY.c.visibility == "private", REPOSITORY.c.organization_id == own),
        and_(
            REPOSITORY.c.visibility == "restricted",
            or_(REPOSITORY.c.name.in_(listed), (ORGANIZATION.c.path + "/" + REPOSITORY.c.name).in_(listed)),
        ),
    )


def _example(row: Row[tuple[object, ...]]) -> Example:
    return Example(
        row.id,
        row.example_repository_id,
        row.repository_name,
        row.identifier,
        row.directory,
        row.title,
        row.organization,
    )
