"""Identifiers: the names that examples keep when directories and titles change."""

from __future__ import annotations

import re
import unicodedata

from courseline.domain.library.meta import Meta
from courseline.domain.paths import printable
from courseline.errors import Problem

LONGEST = 255
"""Characters."""

_PART = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_RULE = "Identifiers are lower-case parts of a-z 0-9 _ -, each beginning with a letter or digit, with dots between them."


def is_identifier(text: str) -> bool:
    """Whether `text` is an identifier: dot-separated `[a-z0-9][a-z0-9_-]{0,62}`, at most 255 characters."""
    return len(text) <= LONGEST and all(_PART.fullmatch(part) for part in text.split("."))


def proposed_identifier(text: str) -> str:
    """The identifier closest to `text`; `example` when nothing of it can be kept."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    parts = (re.sub(r"[^a-z0-9_]+", "-", part).lstrip("-_").rstrip("-")[:63] for part in plain.split("."))
    proposal = ".".join(part for part in parts if part)[:LONGEST].rstrip(".")
    return proposal or "example"


def choose_identifier(meta: Meta, directory: str, repository_name: str) -> tuple[str | None, Problem | None]:
    """The name an example goes by: `identifier`, else `slug`, else the directory's name in lower case.

    What a person wrote is never changed, only refused with a proposal.

    Args:
        meta: its meta.yaml.
        directory: where it lies in the repository; "." for the whole repository.
        repository_name: stands in for the directory ".".

    Returns:
        The identifier and None, or None and the problem, which is about meta.yaml.
    """
    for key, written in (("identifier", meta.identifier), ("slug", meta.slug)):
        if written is not None:
            if is_identifier(written):
                return written, None
            message = f"`{key}: {printable(written[:80])}` is no identifier. {_RULE}"
            fix = f"Write `{key}: {proposed_identifier(written)}`."
            return None, Problem(meta.path, meta.line(key), message, fix=fix)
    name = repository_name if directory in {"", "."} else directory.rsplit("/", 1)[-1]
    if is_identifier(name.lower()):
        return name.lower(), None
    message = f"The directory's name `{printable(name[:80])}` gives no identifier. {_RULE}"
    fix = f"Add the line `identifier: {proposed_identifier(name)}`."
    return None, Problem(meta.path, 1, message, fix=fix)
