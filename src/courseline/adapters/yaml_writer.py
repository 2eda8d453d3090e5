"""Writes plain data as YAML that `read_yaml` reads back as the same data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

_WIDTH = 100
_SHORT = 40
_DEEPEST = 4
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_ -]*[A-Za-z0-9_-])?")
"""Text that means itself unless it is one of the next: neither a number nor a sign of YAML's begins or ends in it."""
_WORDS = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null"})
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented, no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Repeated values are written out: our reader takes no aliases."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        """Indent lists below their key, as people write them."""
        super().increase_indent(flow, indentless=False)


class _Unusual(Exception):  # noqa: N818 - no error
    """What only the library lays out."""


def write_yaml(data: Mapping[str, object]) -> bytes:
    """YAML in the order of the keys, UTF-8, with a final newline."""
    try:
        return "".join(_lines(data, 0)).encode() if data else b"{}\n"
    except _Unusual:
        return whole_yaml(data)


def whole_yaml(data: Mapping[str, object]) -> bytes:
    """The same, all of it by the library, whose emitter in Python takes a millisecond for a dozen of fields."""
    text = yaml.dump(
        dict(data),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_WIDTH,
    )
    return text.encode()


def _lines(data: Mapping[str, object], depth: int) -> Iterator[str]:
    """Lines of mappings and lists of short values; their spelling is the library's, asked for once."""
    indent = "  " * depth
    for key, value in data.items():
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            yield f"{indent}{_field(key)}:\n"
            yield from _lines(value, depth + 1)
        elif isinstance(value, list) and value:
            yield f"{indent}{_field(key)}:\n"
            yield from (f"{indent}  - {_spelled(one)}\n" for one in value)
        else:
            yield f"{indent}{_field(key)}: {_spelled(value)}\n"


def _field(key: str) -> str:
    if _FIELD.fullmatch(key) is None:
        raise _Unusual
    return _spelled(key)


def _spelled(value: object) -> str:
    if value is None or isinstance(value, bool | int):
        return _spelling(value)
    if isinstance(value, str) and len(value) <= _SHORT and value.isprintable():
        return _spelling(value)
    raise _Unusual


@lru_cache(maxsize=4096, typed=True)
def _spelling(value: str | int | None) -> str:
    """How the library writes a short value, in quotes where it needs them.

    Raises:
        _Unusual: on more than one line.
    """
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    head, _, text = yaml.dump([value], Dumper=_Dumper, allow_unicode=True, width=_WIDTH).partition("- ")
    text, newline, rest = text.partition("\n")
    if head or not newline or rest:
        raise _Unusual
    return text
