"""JSON as the files of the assignments repository are read and written.

These files lie where people can change them, so reading never raises and never costs more than the file's size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

_ENCODE = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode

LARGEST = 8 * 1024 * 1024
"""Bytes; a course of 1,000 places with 20 history entries each stays below."""


def read_json(raw: bytes, largest: int = LARGEST) -> object:
    """Plain data from UTF-8 JSON; None when it is anything else, too large, too deep, or says a key twice."""
    if len(raw) > largest:
        return None
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (
        ValueError,
        RecursionError,
    ):  # UnicodeDecodeError, JSONDecodeError and numbers too long are ValueErrors
        return None


def pretty(value: object) -> bytes:
    """Sorted keys, 2 spaces, final newline."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def line(value: object) -> str:
    """One entry on one line, keys sorted, so that a change of one entry is a change of one line."""
    return _ENCODE(value)


def listed(lines: Iterable[str], indent: str) -> str:
    """A list with one entry a line; `indent` is that of the line the list begins on."""
    inner = f",\n{indent}  ".join(lines)
    return f"[\n{indent}  {inner}\n{indent}]" if inner else "[]"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is said twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
