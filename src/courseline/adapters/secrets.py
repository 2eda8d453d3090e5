"""Secrets at rest: MultiFernet with owner and kind bound inside the plaintext.

Fernet authenticates no associated data (https://cryptography.io/en/latest/fernet/), so a ciphertext copied into
another row would open there; what is inside says whose it is, and that is checked.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING
from uuid import UUID

from courseline.errors import InvalidInput, NeighbourFailed

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_FILE = "secret.key"


class SecretBox:
    """Encrypts and opens the secrets of courses and example repositories.

    Args:
        keys: Fernet keys, the first encrypts, all open.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def seal(self, owner: UUID, kind: str, secret: str) -> bytes:
        """Encrypt a secret for its owner.

        Raises:
            InvalidInput: there is no key, or it is none.
        """
        plain = json.dumps({"owner": str(owner), "kind": kind, "secret": secret}, sort_keys=True)
        return self._box().encrypt(plain.encode())

    def open(self, owner: UUID, kind: str, sealed: bytes) -> str:
        """Decrypt a secret of this owner and kind.

        Raises:
            NeighbourFailed: no key opens it, or it belongs to somebody else.
        """
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - costs start-up time of every command

        try:
            plain = json.loads(self._box().decrypt(sealed))
        except (InvalidToken, ValueError) as unreadable:
            raise NeighbourFailed(
                f"Opening the {kind} credential: none of the keys in COURSELINE_SECRET_KEYS opens it. Add the key it"
                f" was encrypted with, or {_again(kind)}."
            ) from unreadable
        if plain.get("owner") != str(owner) or plain.get("kind") != kind:
            raise NeighbourFailed(
                f"Opening the {kind} credential: it was encrypted for another owner or purpose, so it is not used."
                f" Mend it: {_again(kind)}."
            )
        return str(plain["secret"])

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key opens it, so that the others are not needed for it any more."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        self._box()  # keys that are none are told in words
        try:
            SecretBox(self._keys[:1])._box().decrypt(sealed)  # noqa: SLF001 - our own class
        except InvalidToken:
            return False
        return True

    def _box(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - as above

        if not self._keys:
            raise InvalidInput(
                "Keeping a credential needs an encryption key: set COURSELINE_SECRET_KEYS. Make one with:"
                ' python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
            )
        try:
            return MultiFernet([Fernet(key) for key in self._keys])
        except ValueError as wrong:
            raise InvalidInput(
                "COURSELINE_SECRET_KEYS holds something that is no Fernet key (32 bytes, URL-safe base64)."
            ) from wrong


def _again(kind: str) -> str:
    """How a secret of this kind is given again."""
    return "run `courseline repositories add` again" if kind == "examples" else "apply deployment.yaml again"


def key_of_home(home: Path) -> str:
    """The key of an installation without COURSELINE_SECRET_KEYS, made on first use, readable by its owner only.

    Raises:
        NeighbourFailed: the file cannot be made or read.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415 - as above

    path = home / KEY_FILE
    try:
        if not path.exists():
            # A name of its own also among containers that share the home and have equal process numbers.
            descriptor, name = mkstemp(prefix=f".{KEY_FILE}.", dir=home)
            draft = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
                file.flush()
                os.fsync(file.fileno())  # what is encrypted with a key must not outlive it
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft)  # two first runs at once end with one key
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise NeighbourFailed(
            f"Reading the encryption key {path}: {getattr(problem, 'strerror', None) or problem}. Mend the file, or set"
            " COURSELINE_SECRET_KEYS."
        ) from problem
