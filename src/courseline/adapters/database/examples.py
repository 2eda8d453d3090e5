"""Examples: by key, by any reference that people write, and as cards for a list.

Statements are written out: putting one together takes SQLAlchemy longer than the server needs to run it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import reduce
from uuid import UUID

from sqlalchemy import Connection

from courseline.adapters.database.given import ids_given
from courseline.domain.library.example import Example
from courseline.domain.library.version import LabelledVersion
from courseline.usecases.rows import ExampleCard

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_COLUMNS = """
    example.id, example.example_repository_id, repository.name, example.identifier, example.directory,
        example.title, organization.path AS organization
"""
_OF_EXAMPLE = 7
_OF_CARD = ", example.description, example.subject, example.tags"
_FROM = """
    FROM example
    JOIN example_repository AS repository ON repository.id = example.example_repository_id
    LEFT JOIN organization ON organization.id = repository.organization_id
"""
_BY_KEY = "WHERE example.example_repository_id = %(repository)s AND example.identifier = %(identifier)s"
_BY_ID = "WHERE example.id = ANY (%(ids)s::uuid[])"
_BY_NAME = "WHERE (example.identifier = ANY (%(identifiers)s::text[]) OR example.id = ANY (%(ids)s::uuid[]))"
_LABELLED = """
    JOIN example_version_tag AS tag ON tag.example_id = example.id
    WHERE tag.directory = ANY (%(names)s::text[]) AND repository.id != ALL (%(whole)s::uuid[])
"""
# Repositories that a course may use, see `domain.library.example.Visibility`; all when there is no course.
_ALLOWED = """
    AND (
        %(course)s::uuid IS NULL
        OR repository.visibility = 'public'
        OR repository.visibility = 'private' AND repository.organization_id = (
            SELECT course_family.organization_id
            FROM course JOIN course_family ON course_family.id = course.course_family_id
            WHERE course.id = %(course)s::uuid
        )
        OR repository.visibility = 'restricted' AND EXISTS (
            SELECT FROM course_example_repository AS listed
            WHERE listed.course_id = %(course)s::uuid
                AND listed.name IN (repository.name, organization.path || '/' || repository.name)
        )
    )
"""
_NAMED = "SELECT" + _COLUMNS + _FROM + _BY_NAME + _ALLOWED
_IN_DIRECTORIES = "SELECT DISTINCT" + _COLUMNS + ", tag.directory" + _FROM + _LABELLED + _ALLOWED


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
        given = {"repository": repository_id, "identifier": identifier}
        return next(iter(self._examples(_BY_KEY, given)), None)

    def examples(self, example_ids: Collection[UUID]) -> dict[UUID, Example]:
        """See `usecases.rows.LibraryRows`."""
        return {example.id: example for example in self._examples(_BY_ID, {"ids": ids_given(example_ids)})}

    def find(self, references: Collection[str], course_id: UUID | None) -> dict[str, list[Example]]:
        """See `usecases.rows.LibraryRows`."""
        qualified = {text: text.partition(":")[2] for text in references if ":" in text}
        ids = {text: UUID(text) for text in references if _UUID.fullmatch(text)}
        names = {text for text in references if text not in qualified}
        given = {
            "identifiers": list(names | set(qualified.values())),
            "ids": ids_given(ids.values()),
            "course": course_id,
        }
        by_name = [Example(*row) for row in self._connection.exec_driver_sql(_NAMED, given)]
        by_id = {one.id: one for one in by_name}
        named: dict[str, list[Example]] = {}
        for one in by_name:
            named.setdefault(one.identifier, []).append(one)
        by_directory = self._in_directories(names, named, course_id) if names else {}
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
        query, given = "SELECT" + _COLUMNS + _OF_CARD + _FROM, {}
        if reference is not None:
            query += _BY_ID
            given["ids"] = ids_given(one.id for one in self.find([reference], None)[reference])
        # Case is folded here and not in SQL, whose answer depends on the locale the database was made with.
        wanted = {tag.casefold() for tag in tags}
        rows = [
            row
            for row in self._connection.exec_driver_sql(query, given)
            if any(
                text.casefold() in field.casefold()
                for field in (row.identifier, row.title, row.description, row.subject)
            )
            and wanted <= {tag.casefold() for tag in row.tags}
        ]
        labels = self._labels([row.id for row in rows])
        cards = [
            ExampleCard(
                Example(*row[:_OF_EXAMPLE]),
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
        self, names: Collection[str], named: Mapping[str, Sequence[Example]], course_id: UUID | None
    ) -> dict[str, list[Example]]:
        """By directory; a repository that has every name as an identifier is not looked through."""
        sure = (frozenset(one.repository_id for one in named.get(name, ())) for name in names)
        whole: frozenset[UUID] = reduce(frozenset.intersection, sure)
        given = {"names": list(names), "whole": ids_given(whole), "course": course_id}
        found: dict[str, list[Example]] = {}
        for *of_example, directory in self._connection.exec_driver_sql(_IN_DIRECTORIES, given):
            found.setdefault(directory, []).append(Example(*of_example))
        return found

    def _examples(self, condition: str, given: Mapping[str, object]) -> list[Example]:
        rows = self._connection.exec_driver_sql("SELECT" + _COLUMNS + _FROM + condition, dict(given))
        return [Example(*row) for row in rows]
