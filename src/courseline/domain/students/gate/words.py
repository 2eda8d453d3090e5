"""Whether a file that courseline writes itself says nothing but what it was given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-9A-Za-z])")
_WORD = re.compile(r"[^\W_]+")
_UNQUOTED = re.compile(r"[A-Za-z0-9_.~/-]*")
"""What `quote` leaves as it is."""


def foreign_words(raw: bytes, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Words of a text that come from nowhere, with their 1-based lines.

    Args:
        raw: the text; escapes of YAML part words, they are not resolved.
        known: all that the text may say.
    """
    texts = list(dict.fromkeys(known))
    texts += [quote(text) for text in texts if not _UNQUOTED.fullmatch(text)]
    words = [word.casefold() for word in _WORD.findall("\n".join(texts))]
    whole, said = set(words), "".join(words)
    text = raw.decode("utf-8", "replace")
    if {word.casefold() for word in _WORD.findall(_ESCAPE.sub(" ", text))} <= whole:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        for word in _WORD.findall(_ESCAPE.sub(" ", line)):
            if (folded := word.casefold()) not in whole and folded not in said:
                yield number, word


def words_of(data: object) -> Iterator[str]:
    """Every key and value of plain data as text."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from words_of(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from words_of(value)
    elif isinstance(data, bool) or data is None:
        yield "true false null"
    else:
        yield str(data)
