"""The secret of an example repository as it is kept: what it is, and the one server it is for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from courseline.domain.library.source_type import is_bucket, server_of
from courseline.errors import InvalidInput

_GIT, _BUCKET = ("username", "token"), ("access_key", "secret_key")
_ANY_USER = "oauth2"
"""User name for a GitLab token; the server looks at the token alone."""


@dataclass(frozen=True, slots=True)
class RepositorySecret:
    """A user and a secret.

    Attributes:
        server: `https://host:port` it was given for; nobody else is shown it.
        user: of git, or a bucket's access key.
        secret: token, or secret key.
    """

    server: str
    user: str
    secret: str = field(repr=False)

    def text(self, source: str) -> str:
        """As it is encrypted: JSON with the names of its kind of source."""
        names = _BUCKET if is_bucket(source) else _GIT
        return json.dumps({"server": self.server, names[0]: self.user, names[1]: self.secret}, sort_keys=True)


def read_secret(given: str, source: str, name: str) -> RepositorySecret:
    """The secret that somebody gives for a source.

    Args:
        given: of a bucket `{"access_key": ..., "secret_key": ...}`, of git the token alone or
            `{"username": ..., "token": ...}`.
        source: address of the repository, as given.
        name: of the variable it stands in, for messages; what is in it is never shown.

    Raises:
        InvalidInput: it is neither, or the source names no server that could ask for it.
    """
    server = server_of(source)
    if server is None:
        raise InvalidInput(
            f"Keeping a credential of {name}: the source names no http(s) server that could ask for one. Leave"
            " --credentials-env out, or give the address with https://."
        )
    names = _BUCKET if is_bucket(source) else _GIT
    text = given.strip()
    found = _mapping(text)
    if found is None and names is _GIT and text and not any(character.isspace() for character in text):
        found = {"username": _ANY_USER, "token": text}
    if found is None or set(found) != set(names) or not all(found.values()):
        alone = ", or the token alone" if names is _GIT else ""
        shape = f'{{"{names[0]}": "...", "{names[1]}": "..."}}'
        raise InvalidInput(f"Keeping a credential: {name} does not hold one. Write {shape}{alone} into it.")
    return RepositorySecret(server, found[names[0]], found[names[1]])


def open_secret(text: str, source: str) -> RepositorySecret | None:
    """The secret that was kept, when it is for the server of this source; else None."""
    names = _BUCKET if is_bucket(source) else _GIT
    found = _mapping(text) or {}
    if not {"server", *names} <= set(found) or found["server"] != server_of(source):
        return None
    return RepositorySecret(found["server"], found[names[0]], found[names[1]])


def _mapping(text: str) -> dict[str, str] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    whole = isinstance(found, dict) and all(isinstance(value, str) for value in found.values())
    return found if whole else None
