"""Registered example repositories and the URLs they were seen under.

Statements are written out: putting one together takes SQLAlchemy longer than the server needs to run it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection

from courseline.domain.library.example import ExampleRepository, Visibility
from courseline.domain.library.source_type import SourceType
from courseline.errors import Refused
from courseline.usecases.rows import RepositoryCard

_READ = """
    SELECT repository.id, repository.identity, repository.name, organization.path AS organization,
        repository.visibility, repository.project_id, repository.source_type, ARRAY(
            SELECT seen.url FROM example_repository_url AS seen
            WHERE seen.example_repository_id = repository.id ORDER BY seen.url
        ) AS urls
    FROM example_repository AS repository
    LEFT JOIN organization ON organization.id = repository.organization_id
"""
_BY_IDENTITY = " ORDER BY repository.identity"
_KNOWN_BY_URL = """
    WHERE repository.id IN (SELECT example_repository_id FROM example_repository_url WHERE url = ANY (%(urls)s::text[]))
"""
_KNOWN_BY_PROJECT = """
    OR repository.identity = ANY (%(urls)s::text[])
    OR repository.identity = %(project)s OR repository.project_id = %(number)s::bigint
"""
_NAMED = """
    WHERE repository.name = %(name)s AND repository.organization_id IS NOT DISTINCT FROM %(organization)s::uuid
"""
_COUNTED = "SELECT example_repository_id, count(*) AS examples FROM example GROUP BY example_repository_id"
_ORGANIZATION = """
    INSERT INTO organization (path, name) VALUES (%(path)s, %(path)s) ON CONFLICT DO NOTHING
"""
_REGISTER = """
    INSERT INTO example_repository
        (id, identity, name, organization_id, visibility, source_type, source_url, project_id)
    VALUES (%(id)s, %(identity)s, %(name)s, %(organization)s, %(visibility)s, %(type)s, %(url)s, %(project)s)
    ON CONFLICT (id) DO NOTHING
"""
_PROJECT = """
    UPDATE example_repository SET project_id = %(project)s, source_type = %(gitlab)s
    WHERE id = %(id)s AND project_id IS NULL
"""
_SEEN = """
    INSERT INTO example_repository_url (url, example_repository_id)
    SELECT unnest(%(urls)s::text[]), %(id)s ON CONFLICT DO NOTHING
"""


class RepositoryRows:
    """The part of `usecases.rows.LibraryRows` about repositories."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def repository(self, *, urls: Collection[str], project: str | None = None) -> ExampleRepository | None:
        """See `usecases.rows.LibraryRows`; `project` is `HOST#ID`."""
        host, _, number = (project or "").rpartition("#")
        given = {
            "urls": list(urls),
            "project": project,
            "number": int(number) if number.isdecimal() else None,
        }
        known = self._read(_KNOWN_BY_URL + _KNOWN_BY_PROJECT, given)
        found = {one.id: one for one in known if one.identity in urls or not set(urls).isdisjoint(one.urls)}
        if project is not None:  # its number is also that of projects on other servers
            found |= {
                one.id: one
                for one in known
                if one.identity == project or any(host in _hosts(url) for url in one.urls)
            }
        if len(found) > 1:
            names = " and ".join(f"{one.name} ({one.identity})" for one in found.values())
            raise Refused(
                f"Finding the example repository of {', '.join(urls)}{f' ({project})' if project else ''}: two are"
                f" registered for it, {names}. Sync from the URL of the one that is meant."
            )
        return next(iter(found.values()), None)

    def repositories(self) -> list[RepositoryCard]:
        """See `usecases.rows.LibraryRows`."""
        every = self._read("", {})
        examples = {row[0]: row[1] for row in self._connection.exec_driver_sql(_COUNTED)}
        kept = set(self._connection.exec_driver_sql("SELECT example_repository_id FROM credential").scalars())
        cards = [RepositoryCard(one, examples.get(one.id, 0), one.id in kept) for one in every]
        return sorted(cards, key=lambda card: (card.repository.organization or "", card.repository.name))

    def add_repository(self, repository: ExampleRepository) -> None:
        """See `usecases.rows.LibraryRows`; for a registered one, adds URLs and the project id it did not have."""
        organization = (
            None if repository.organization is None else self._organization(repository.organization)
        )
        for other in self._read(_NAMED, {"name": repository.name, "organization": organization}):
            if other.id != repository.id:
                raise Refused(
                    f"Registering the example repository {repository.identity}: {other.identity} is already called"
                    f" `{repository.name}`{f' in {repository.organization}' if repository.organization else ''}."
                    " Give this one another name with --repository."
                )
        values = {
            "id": repository.id,
            "identity": repository.identity,
            "name": repository.name,
            "organization": organization,
            "visibility": str(repository.visibility),
            "type": str(repository.source_type),
            "url": next(iter(repository.urls), None),
            "project": repository.project_id,
            "gitlab": str(SourceType.GITLAB),
        }
        self._connection.exec_driver_sql(_REGISTER, values)
        if repository.project_id is not None:
            self._connection.exec_driver_sql(_PROJECT, values)
        self._add_urls(repository)

    def _add_urls(self, repository: ExampleRepository) -> None:
        given = {"urls": list(repository.urls), "id": repository.id}
        self._connection.exec_driver_sql(_SEEN, given)
        for other in self._read(_KNOWN_BY_URL, given):
            if other.id != repository.id:
                raise Refused(
                    f"Registering the example repository {repository.identity}: {', '.join(repository.urls)} already"
                    f" belongs to {other.name} ({other.identity})."
                )

    def _organization(self, path: str) -> UUID:
        self._connection.exec_driver_sql(_ORGANIZATION, {"path": path})
        query = "SELECT id FROM organization WHERE path = %(path)s"
        found: UUID = self._connection.exec_driver_sql(query, {"path": path}).scalar_one()
        return found

    def _read(self, condition: str, given: Mapping[str, object]) -> list[ExampleRepository]:
        rows = self._connection.exec_driver_sql(_READ + condition + _BY_IDENTITY, dict(given))
        return [
            ExampleRepository(
                id=row.id,
                identity=row.identity,
                name=row.name,
                organization=row.organization,
                visibility=Visibility(row.visibility),
                urls=tuple(row.urls),
                project_id=row.project_id,
                source_type=SourceType(row.source_type),
            )
            for row in rows
        ]


def _hosts(url: str) -> set[str]:
    """Server of a normalised URL, with its port and without: CI jobs know their server by name only."""
    server = url.partition("/")[0]
    return {server, re.sub(r":[0-9]+$", "", server)}
