"""Register an example repository before its first sync, with the secret that reading it needs; list all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from courseline.domain.library.example import ExampleRepository
from courseline.domain.library.repository_secret import RepositorySecret, read_secret
from courseline.domain.library.source_type import is_bucket
from courseline.errors import InvalidInput, NeighbourFailed, Problem, Severity
from courseline.usecases.library.register_repository import (
    Registration,
    check_options,
    differences,
    find_repository,
    register,
)
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import RepositoryCard, Rows

KIND = "examples"


@dataclass(frozen=True, slots=True)
class AddRepository:
    """Register a repository.

    Attributes:
        source: its address, as given.
        registration: what to register it with.
        credentials: name of the variable with its secret; None for none, which leaves a kept one alone.
        environment: value of a variable, None when it is not set.
        seal: encrypts a secret for its owner (id, kind, secret).
        open: opens one again (id, kind, ciphertext).
        dry_run: change nothing.
    """

    source: str
    registration: Registration
    credentials: str | None
    environment: Callable[[str], str | None]
    seal: Callable[[UUID, str, str], bytes]
    open: Callable[[UUID, str, bytes], str]
    dry_run: bool = False


class RepositoryStatus(StrEnum):
    """What became of it; UPDATED: its secret is new."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class AddedRepository:
    """The repository as registered.

    Attributes:
        repository: the repository.
        status: see `RepositoryStatus`.
        has_credential: whether a secret is kept for it.
        problems: warnings where options differ from what was fixed at registration.
    """

    repository: ExampleRepository
    status: RepositoryStatus
    has_credential: bool
    problems: tuple[Problem, ...]


class _DryRun(Exception):  # noqa: N818 - rolls back, never seen
    """Ends the transaction of a dry run."""


def add_repository(command: AddRepository, neighbours: Neighbours) -> AddedRepository:
    """Register a repository, or give a registered one another secret. A dry run does it all and rolls it back.

    Raises:
        InvalidInput: an option, the address or the secret is not usable.
        Refused: it cannot be registered as asked.
        NeighbourFailed: the database is away.
    """
    check_options(command.registration)
    secret = _secret(command)
    added: list[AddedRepository] = []
    with suppress(_DryRun), neighbours.database.transaction() as rows:
        known = find_repository(command.registration, rows)
        if known is None:
            repository = register(command.registration, rows, neighbours.actor, neighbours.clock())
        else:
            repository = known
        changed = secret is not None and _keep(command, repository, secret, rows)
        status = RepositoryStatus.UPDATED if changed else RepositoryStatus.UNCHANGED
        added.append(
            AddedRepository(
                repository,
                RepositoryStatus.CREATED if known is None else status,
                rows.library.credential(repository.id) is not None,
                (
                    *differences(command.registration, repository),
                    *_other_type(command.registration, repository),
                ),
            )
        )
        if command.dry_run:
            raise _DryRun
    return added[0]


def list_repositories(neighbours: Neighbours) -> list[RepositoryCard]:
    """Every registered example repository, ordered by organization and name."""
    with neighbours.database.transaction() as rows:
        return rows.library.repositories()


def _other_type(registration: Registration, repository: ExampleRepository) -> tuple[Problem, ...]:
    asked = registration.source_type
    if asked is None or asked is repository.source_type:
        return ()
    message = f"--type {asked} has no effect: the repository is registered with {repository.source_type}."
    return (Problem("--type", None, message, Severity.WARNING, "Registration is fixed the first time."),)


def _secret(command: AddRepository) -> RepositorySecret | None:
    if command.credentials is None:
        return None
    given = command.environment(command.credentials)
    if given is None:
        text = '{"access_key": "...", "secret_key": "..."}' if is_bucket(command.source) else "the token"
        raise InvalidInput(
            f"Keeping a credential: the variable {command.credentials} is not set. Put {text} into it, then run the"
            " command again."
        )
    return read_secret(given, command.source, command.credentials)


def _keep(
    command: AddRepository, repository: ExampleRepository, secret: RepositorySecret, rows: Rows
) -> bool:
    """Encrypt and keep it, unless this very secret is kept already: encrypting it again gives other bytes."""
    text = secret.text(command.source)
    kept = rows.library.credential(repository.id)
    if kept is not None:
        with suppress(NeighbourFailed):  # its key is gone; giving the secret again is the remedy
            if command.open(repository.id, KIND, kept) == text:
                return False
    rows.library.save_credential(repository.id, command.seal(repository.id, KIND, text))
    return True
