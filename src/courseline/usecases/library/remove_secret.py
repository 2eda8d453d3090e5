"""Remove the secret that is kept for reading an example repository."""

from __future__ import annotations

from dataclasses import dataclass

from courseline.domain.library.example import ExampleRepository
from courseline.domain.paths import printable
from courseline.errors import NotFound
from courseline.usecases.library.register_repository import Registration, find_repository
from courseline.usecases.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class RemovedSecret:
    """The repository, and whether a secret was kept for it."""

    repository: ExampleRepository
    removed: bool


def remove_secret(source: str, url: str, neighbours: Neighbours, *, dry_run: bool = False) -> RemovedSecret:
    """Forget the secret of a registered repository; what it published stays. Repeating it changes nothing.

    Args:
        source: its address, as given.
        url: the same, normalised.
        neighbours: the outside.
        dry_run: only tell whether there is one.

    Raises:
        NotFound: no such repository is registered.
        NeighbourFailed: the database is away.
    """
    with neighbours.database.transaction() as rows:
        repository = find_repository(Registration(url), rows)
        if repository is None:
            raise NotFound(
                f"Removing the secret of {printable(source)}: no such repository is registered."
                " `courseline repositories list` shows those that are, with their addresses."
            )
        if dry_run:
            return RemovedSecret(repository, rows.library.credential(repository.id) is not None)
        return RemovedSecret(repository, rows.library.drop_credential(repository.id))
