"""Access tokens as a deployment file writes them: the name of an environment variable, or the secret itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REFERENCE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class TokenReference:
    """`${NAME}`: the secret is in the environment variable NAME of whoever applies the file."""

    env_name: str


@dataclass(frozen=True, slots=True, repr=False)
class LiteralToken:
    """A secret written into the file; it is never shown."""

    secret: str

    def __repr__(self) -> str:
        return "LiteralToken(...)"


Token = TokenReference | LiteralToken


def parse_token(text: str) -> Token | None:
    """The token written as `text`, or None when it looks like a reference and is none (`$NAME`, `${my-token}`)."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is not None:
        return TokenReference(match["name"])
    return None if text.lstrip().startswith("$") or "${" in text else LiteralToken(text)
