"""Encrypt every kept secret anew with the first key, or see which key each one needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from courseline.errors import NeighbourFailed, Problem, Refused
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import StoredCredential


class Secrets(Protocol):
    """Encrypts for an owner and a kind, with the first of several keys, and opens with any of them."""

    def seal(self, owner: UUID, kind: str, secret: str) -> bytes:
        """Encrypt."""
        ...

    def open(self, owner: UUID, kind: str, sealed: bytes) -> str:
        """Decrypt.

        Raises:
            NeighbourFailed: no key opens it, or it was encrypted for another owner or kind.
        """
        ...

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key opens it."""
        ...


class SecretState(StrEnum):
    """How a kept secret stands."""

    CURRENT = "current"
    OLD_KEY = "old key"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CheckedSecret:
    """One kept secret; never its text.

    Attributes:
        name: whose it is, in words.
        kind: source, template or examples.
        state: see `SecretState`.
        reason: why it is unreadable, and what to do; "" otherwise.
    """

    name: str
    kind: str
    state: SecretState
    reason: str = ""


def check_secrets(secrets: Secrets, neighbours: Neighbours) -> tuple[CheckedSecret, ...]:
    """Try every kept secret; changes nothing.

    Raises:
        InvalidInput: there are secrets and no key, or something that is none.
    """
    with neighbours.database.transaction() as rows:
        kept = rows.courses.credentials()
    return tuple(_checked(one, secrets) for one in kept)


def rotate_secrets(
    secrets: Secrets, neighbours: Neighbours, *, dry_run: bool = False
) -> tuple[CheckedSecret, ...]:
    """Encrypt every kept secret with the first key, all in one transaction; what each was before.

    Raises:
        InvalidInput: there are secrets and no key, or something that is none.
        Refused: some cannot be opened; the problems name each, and nothing was changed.
    """
    with neighbours.database.transaction() as rows:
        kept = rows.courses.credentials()
        before = tuple(_checked(one, secrets) for one in kept)
        _demand_readable(before)
        if not dry_run:
            for one in kept:
                opened = secrets.open(one.owner, one.kind, one.ciphertext)
                rows.courses.replace_credential(one.id, secrets.seal(one.owner, one.kind, opened))
    return before


def _checked(kept: StoredCredential, secrets: Secrets) -> CheckedSecret:
    try:
        secrets.open(kept.owner, kept.kind, kept.ciphertext)
    except NeighbourFailed as unreadable:
        return CheckedSecret(kept.name, kept.kind, SecretState.UNREADABLE, unreadable.message)
    state = SecretState.CURRENT if secrets.is_current(kept.ciphertext) else SecretState.OLD_KEY
    return CheckedSecret(kept.name, kept.kind, state)


def _demand_readable(checked: Sequence[CheckedSecret]) -> None:
    unreadable = [one for one in checked if one.state is SecretState.UNREADABLE]
    if unreadable:
        raise Refused(
            f"Rotating secrets: {len(unreadable)} of {len(checked)} cannot be opened, so nothing was changed.",
            [Problem(f"{one.name}, {one.kind}", None, one.reason) for one in unreadable],
        )
