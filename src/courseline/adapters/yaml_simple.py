"""Reads the plain part of YAML that most files are written in, several times as fast as a parser of all of it.

Mappings and lists that are indented by spaces, a key or an entry a line; scalars of one line, plain or in quotes without
escapes; flow mappings and lists of such scalars on one line. Whatever else there is, and all that is wrong, is left to
the careful reader, which says what is wrong. Where there is an answer, it is the careful one's to the last offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from courseline.domain.located import Key, Span

DEEPEST = 10
"""Lists and mappings inside each other; the careful reader takes more."""

_LETTER = "A-Za-z0-9_\u00c0-\u024f"  # nothing that means anything to YAML
_INSIDE = rf"{_LETTER}./^~+*<>=()-"
_PLAIN = rf"[{_LETTER}](?:[ {_INSIDE}]*[{_INSIDE}])?"
_QUOTED = r"""("[^"\\\n]*"|'[^'\n]*')"""
_NAME = r"([A-Za-z_][A-Za-z0-9_-]{0,63})"
_KEY = re.compile(rf"{_NAME}:(?: |$)")
_BLOCK = re.compile(rf"({_PLAIN}(?::{_PLAIN})*)|{_QUOTED}")
_FLOW_KEY = re.compile(rf"{_NAME}: ")
_FLOW = re.compile(rf"({_PLAIN})|{_QUOTED}")

Resolve = Callable[[str], object]
"""What a plain scalar means."""


class _NotSimple(Exception):  # noqa: N818 - no error: somebody else reads the file
    """The file is not written in this part of YAML, or something is wrong in it."""


@dataclass(slots=True)
class _Open:
    """A block list or mapping whose end has not come yet; `pending` is the key whose value begins below it."""

    value: list[object] | dict[str, object]
    at: Key
    column: int
    line: int
    start: int
    end: int
    pending: str | None = None
    pending_line: int = 0


def read_simple(text: str, resolve: Resolve) -> tuple[object, dict[Key, Span]] | None:
    """Data and places of a file whose top is a mapping; None when it is not as simple as that.

    Args:
        text: without control characters.
        resolve: what a plain scalar means.
    """
    if "\t" in text or "\r" in text:
        return None
    try:
        return _Reader(text, resolve).read()
    except _NotSimple:
        return None


class _Reader:
    """Reads one file, line by line.

    Args:
        text: the file.
        resolve: what a plain scalar means.
    """

    def __init__(self, text: str, resolve: Resolve) -> None:
        self._text = text
        self._resolve = resolve
        self._spans: dict[Key, Span] = {}
        self._stack: list[_Open] = []

    def read(self) -> tuple[object, dict[Key, Span]]:
        offset = 0
        root: object = None
        for number, line in enumerate(self._text.split("\n"), start=1):
            body = line.lstrip(" ")
            column = len(line) - len(body)
            start, offset = offset + column, offset + len(line) + 1
            if not body or body[0] == "#":
                continue
            if body[:2] == "- ":
                self._item(number, column, start, body[2:])
            else:
                self._entry(self._mapping(number, column, start), number, start, body)
            root = root if root is not None else self._stack[0].value
        if root is None:
            raise _NotSimple
        while self._stack:
            self._close()
        return root, self._spans

    def _mapping(self, line: int, column: int, start: int) -> _Open:
        """The mapping that a key in this column belongs to."""
        if not self._stack:
            if column:
                raise _NotSimple
            return self._open({}, (), column, line, start)
        top = self._stack[-1]
        if top.pending is not None:
            if column <= top.column:
                raise _NotSimple
            return self._open({}, (*top.at, top.pending), column, top.pending_line, start)
        while top.column > column or (top.column == column and isinstance(top.value, list)):
            top = self._close()
        if top.column != column:
            raise _NotSimple
        return top

    def _item(self, line: int, column: int, start: int, body: str) -> None:
        if not self._stack:
            raise _NotSimple
        top = self._stack[-1]
        if top.pending is not None:
            if column < top.column:
                raise _NotSimple
            top = self._open([], (*top.at, top.pending), column, top.pending_line, start)
        else:
            while top.column > column:
                top = self._close()
        if top.column != column or not isinstance(top.value, list):
            raise _NotSimple
        number = len(top.value)
        if _KEY.match(body):
            self._entry(self._open({}, (*top.at, number), column + 2, line, start + 2), line, start + 2, body)
        else:
            top.value.append(self._value(top, (*top.at, number), line, start + 2, body))

    def _entry(self, mapping: _Open, line: int, start: int, body: str) -> None:
        found = _KEY.match(body)
        if found is None or not isinstance(mapping.value, dict):
            raise _NotSimple
        key = self._name(found[1], mapping.value)
        if found.end() == len(body):
            mapping.pending, mapping.pending_line = key, line
        else:
            end = found.end()
            mapping.value[key] = self._value(mapping, (*mapping.at, key), line, start + end, body[end:])

    def _name(self, key: str, mapping: dict[str, object]) -> str:
        if key in mapping or self._resolve(key) is not key:
            raise _NotSimple
        return key

    def _value(self, parent: _Open, at: Key, line: int, start: int, body: str) -> object:
        """A value that ends with its line."""
        parent.end = start + len(body)
        if body.startswith(("{", "[")):
            value, end = self._flow(at, line, start, len(self._stack) + 1)
            if end != parent.end:
                raise _NotSimple
            return value
        self._spans[at] = Span(line, start, parent.end)
        return self._scalar(_BLOCK.fullmatch(body))

    def _scalar(self, found: re.Match[str] | None) -> object:
        if found is None:
            raise _NotSimple
        plain, quoted = found.groups()
        return quoted[1:-1] if plain is None else self._resolve(plain)

    def _flow(self, at: Key, line: int, start: int, depth: int) -> tuple[object, int]:
        """The flow mapping or list that begins at `start`, and where it ends."""
        if depth > DEEPEST:
            raise _NotSimple
        text, spans = self._text, self._spans
        mapping: dict[str, object] = {}
        values: list[object] = []
        close = "}" if text[start] == "{" else "]"
        position = start + 1
        while not text.startswith(close, position):
            key: str | int = len(values)
            if close == "}":
                named = _FLOW_KEY.match(text, position)
                if named is None:
                    raise _NotSimple
                key, position = self._name(named[1], mapping), named.end()
            if text.startswith(("{", "["), position):
                value, end = self._flow((*at, key), line, position, depth + 1)
            else:
                found = _FLOW.match(text, position)
                value = self._scalar(found)
                end = found.end() if found else position
                spans[*at, key] = Span(line, position, end)
            if isinstance(key, str):
                mapping[key] = value
            else:
                values.append(value)
            position = end + 2 if text.startswith(", ", end) else end
            if position == end and not text.startswith(close, end):
                raise _NotSimple
        spans[at] = Span(line, start, position + 1)
        return mapping if close == "}" else values, position + 1

    def _open(
        self, value: list[object] | dict[str, object], at: Key, column: int, line: int, start: int
    ) -> _Open:
        if len(self._stack) == DEEPEST:
            raise _NotSimple
        if self._stack:
            parent = self._stack[-1]
            if isinstance(parent.value, list):
                parent.value.append(value)
            elif parent.pending is not None:
                parent.value[parent.pending], parent.pending = value, None
        self._stack.append(_Open(value, at, column, line, start, start))
        return self._stack[-1]

    def _close(self) -> _Open:
        """End the innermost; the answer is the one around it."""
        done = self._stack.pop()
        if done.pending is not None:
            raise _NotSimple
        self._spans[done.at] = Span(done.line, done.start, done.end)
        if self._stack:
            self._stack[-1].end = done.end
            return self._stack[-1]
        return done
