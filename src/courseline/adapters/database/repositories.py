"""Registered example repositories and the URLs they were seen under."""

from __future__ import annotations

import re
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from courseline.adapters.database.tables import among
from courseline.adapters.database.tables_course import ORGANIZATION
from courseline.adapters.database.tables_ledger import CREDENTIAL
from courseline.adapters.database.tables_library import EXAMPLE
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY as REPOSITORY
from courseline.adapters.database.tables_library import EXAMPLE_REPOSITORY_URL as URL
from courseline.domain.library.example import ExampleRepository, Visibility
from courseline.domain.library.source_type import SourceType
from courseline.errors import Refused
from courseline.usecases.rows import RepositoryCard


class RepositoryRows:
    """The part of `usecases.rows.LibraryRows` about repositories."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def repository(self, *, urls: Collection[str], project: str | None = None) -> ExampleRepository | None:
        """See `usecases.rows.LibraryRows`; `project` is `HOST#ID`."""
        by_url = select(URL.c.example_repository_id).where(among(URL.c.url, urls))
        found = self._repositories(or_(REPOSITORY.c.id.in_(by_url), among(REPOSITORY.c.identity, urls)))
        if project is not None:
            host, _, number = project.rpartition("#")
            known = REPOSITORY.c.identity == project
            if number.isdecimal():
                known |= REPOSITORY.c.project_id == int(number)
            found |= {
                repository.id: repository
                for repository in self._repositories(known).values()
                if repository.identity == project or any(host in _hosts(url) for url in repository.urls)
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
        every = self._repositories(true()).values()
        counted = select(EXAMPLE.c.example_repository_id, func.count()).group_by(
            EXAMPLE.c.example_repository_id
        )
        examples = {row[0]: row[1] for row in self._connection.execute(counted)}
        kept = set(self._connection.execute(select(CREDENTIAL.c.example_repository_id)).scalars())
        cards = [RepositoryCard(one, examples.get(one.id, 0), one.id in kept) for one in every]
        return sorted(cards, key=lambda card: (card.repository.organization or "", card.repository.name))

    def add_repository(self, repository: ExampleRepository) -> None:
        """See `usecases.rows.LibraryRows`; for a registered one, adds URLs and the project id it did not have."""
        organization = (
            None if repository.organization is None else self._organization(repository.organization)
        )
        taken = self._repositories(
            (REPOSITORY.c.name == repository.name)
            & REPOSITORY.c.organization_id.is_not_distinct_from(organization)
        )
        for other in taken.values():
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
            "organization_id": organization,
            "visibility": repository.visibility,
            "source_type": repository.source_type,
            "source_url": next(iter(repository.urls), None),
            "project_id": repository.project_id,
        }
        self._connection.execute(
            insert(REPOSITORY).values(values).on_conflict_do_nothing(index_elements=["id"])
        )
        if repository.project_id is not None:
            self._connection.execute(
                REPOSITORY.update()
                .where(REPOSITORY.c.id == repository.id, REPOSITORY.c.project_id.is_(None))
                .values(project_id=repository.project_id, source_type=SourceType.GITLAB)
            )
        self._add_urls(repository)

    def _add_urls(self, repository: ExampleRepository) -> None:
        for url in repository.urls:
            row = {"url": url, "example_repository_id": repository.id}
            self._connection.execute(insert(URL).values(row).on_conflict_do_nothing())
        owners = select(URL.c.example_repository_id).where(among(URL.c.url, repository.urls))
        for other in self._repositories(REPOSITORY.c.id.in_(owners)).values():
            if other.id != repository.id:
                raise Refused(
                    f"Registering the example repository {repository.identity}: {', '.join(repository.urls)} already"
                    f" belongs to {other.name} ({other.identity})."
                )

    def _organization(self, path: str) -> UUID:
        self._connection.execute(insert(ORGANIZATION).values(path=path, name=path).on_conflict_do_nothing())
        query = select(ORGANIZATION.c.id).where(ORGANIZATION.c.path == path)
        found: UUID = self._connection.execute(query).scalar_one()
        return found

    def _repositories(self, condition: ColumnElement[bool]) -> dict[UUID, ExampleRepository]:
        rows = self._connection.execute(
            select(REPOSITORY, ORGANIZATION.c.path.label("organization"))
            .outerjoin(ORGANIZATION, ORGANIZATION.c.id == REPOSITORY.c.organization_id)
            .where(condition)
            .order_by(REPOSITORY.c.identity)
        ).all()
        urls: dict[UUID, list[str]] = {row.id: [] for row in rows}
        seen = select(URL).where(among(URL.c.example_repository_id, list(urls))).order_by(URL.c.url)
        for url in self._connection.execute(seen) if urls else ():
            urls[url.example_repository_id].append(url.url)
        return {
            row.id: ExampleRepository(
                id=row.id,
                identity=row.identity,
                name=row.name,
                organization=row.organization,
                visibility=Visibility(row.visibility),
                urls=tuple(urls[row.id]),
                project_id=row.project_id,
                source_type=SourceType(row.source_type),
            )
            for row in rows
        }


def _hosts(url: str) -> set[str]:
    """Server of a normalised URL, with its port and without: CI jobs know their server by name only."""
    server = url.partition("/")[0]
    return {server, re.sub(r":[0-9]+$", "", server)}
