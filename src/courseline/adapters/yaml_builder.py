"""Plain data and the place of every value, from PyYAML's events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from courseline.domain.located import Key, Span
from courseline.domain.paths import printable
from courseline.errors import Problem

DEEPEST = 20
"""Lists and mappings inside each other."""

_STARTS = frozenset({yaml.SequenceStartEvent, yaml.MappingStartEvent})
_ENDS = frozenset({yaml.SequenceEndEvent, yaml.MappingEndEvent})
_CONTROL_IN_VALUE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_BEFORE_NUMBERS = frozenset("+-0123456789")
_CONSTANTS: dict[str, bool | None] = dict.fromkeys(("", "null", "Null", "NULL", "~"))
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; one around the document is neither.

    Attributes:
        around: the one that it lies in.
        entries: what a mapping has.
        items: what a list has.
        at: its key.
        line: of the entry that it is in.
        start: offset of its first character.
        flow: written in brackets, the last of which is its end.
        key: the mapping's key whose value has not come yet.
        key_line: where that stands.
    """

    around: _Open | None = None
    entries: dict[str, object] | None = None
    items: list[object] | None = None
    at: Key = ()
    line: int = 1
    start: int = 0
    flow: bool = False
    key: str | None = None
    key_line: int = 0


class YamlBuilder:
    """Builds plain data and spans from PyYAML's events.

    Args:
        path: the file, for problems.

    Attributes:
        root: the data.
        spans: the place of every value in the text that was parsed.
        problems: all that was found.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: object = None
        self.spans: dict[Key, Span] = {}
        self.problems: list[Problem] = []
        self._depth = 0

    def report(self, line: int, message: str, fix: str) -> None:
        """Add a problem of the file."""
        self.problems.append(Problem(self.path, line, message, fix=fix))

    def consume(self, events: Iterable[Any]) -> None:  # noqa: C901, PLR0912, PLR0915 - see below
        """Read events until the end, or until going on makes no sense.

        Nearly all events are scalars, thousands in a course file: what is done for each of them stands here and
        works on local names. Events come in the order of the text, so the last end seen is the greatest.
        """
        scalar, spans, span = (
            yaml.ScalarEvent,
            self.spans,
            tuple.__new__,
        )  # a third of what calling Span costs
        value: object
        documents = end = key_line = 0
        inner = _Open()
        entries, items, at, key = inner.entries, inner.items, inner.at, inner.key
        for event in events:
            kind = event.__class__
            if kind is scalar:
                if event.anchor is not None or event.tag is not None:
                    self._refuse_properties(event)
                value = text = event.value
                if not text.isprintable():
                    self._refuse_control(event)
                if not event.style:  # neither quoted nor a block
                    if text in _CONSTANTS:
                        value = _CONSTANTS[text]
                    elif text[0] in _BEFORE_NUMBERS and _WHOLE_NUMBER.fullmatch(text):
                        value = int(text)
            elif kind is yaml.AliasEvent:
                self._refuse_alias(event)
                value = None
            elif kind in _STARTS:
                inner.key, inner.key_line, end = key, key_line, event.end_mark.index
                opened = self._opened(event, inner)
                if opened is None:
                    return
                inner = opened
                entries, items, at, key = inner.entries, inner.items, inner.at, inner.key
                continue
            elif kind in _ENDS:
                if inner.flow:
                    end = event.end_mark.index
                inner = self._closed(inner, end)
                entries, items, at, key = inner.entries, inner.items, inner.at, inner.key
                key_line = inner.key_line
                continue
            else:
                documents += kind is yaml.DocumentStartEvent
                if documents > 1:
                    line = event.start_mark.line + 1
                    self.report(line, "A second document begins here.", "Keep one document in a file.")
                    return
                continue
            start = event.start_mark
            if entries is None:
                end = event.end_mark.index
                if items is None:
                    self.root = value
                    spans[at] = Span(start.line + 1, start.index, end)
                else:
                    spans[*at, len(items)] = span(Span, (start.line + 1, start.index, end))
                    items.append(value)
            elif key is None:
                key_line = start.line + 1
                if value.__class__ is not str or value in entries or value == "<<":
                    key = self._odd_key(value, key_line, entries, at)
                else:
                    key = value
            else:
                end = event.end_mark.index
                entries[key] = value
                spans[*at, key] = span(Span, (key_line, start.index, end))
                key = None

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            fix = "Remove it; put text that begins with `&` in quotes."
            self.report(event.start_mark.line + 1, f"`&{event.anchor}` names a value (an anchor).", fix)
        if event.tag is not None:
            fix = "Remove it; put text that begins with `!` in quotes."
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.report(event.start_mark.line + 1, f"`{tag}` sets a type (a tag).", fix)

    def _refuse_control(self, event: Any) -> None:
        control = _CONTROL_IN_VALUE.search(event.value)
        if control is not None:
            message = f"The value holds the control character U+{ord(control[0]):04X}, written as an escape."
            self.report(event.start_mark.line + 1, message, "Remove it.")

    def _refuse_alias(self, event: Any) -> None:
        fix = "Write the value out; put text that begins with `*` in quotes."
        line = event.start_mark.line + 1
        self.report(line, f"`*{event.anchor}` refers to another place (an alias).", fix)

    def _opened(self, event: Any, around: _Open) -> _Open | None:
        """A list or mapping inside `around`; None when it lies too deep."""
        self._refuse_properties(event)
        line = event.start_mark.line + 1
        if self._depth == DEEPEST:
            message = f"Lists and mappings lie more than {DEEPEST} deep in each other."
            self.report(line, message, "Write it flatter.")
            return None
        self._depth += 1
        inner = _Open(around, line=line, start=event.start_mark.index, flow=bool(event.flow_style))
        value: list[object] | dict[str, object]
        if event.__class__ is yaml.SequenceStartEvent:
            value = inner.items = []
        else:
            value = inner.entries = {}
        if around.entries is not None and around.key is None:
            around.key, around.key_line = self._odd_key(value, line, around.entries, around.at), line
            inner.at = (*around.at, around.key)
        elif around.entries is not None and around.key is not None:
            around.entries[around.key] = value
            inner.at, inner.line, around.key = (*around.at, around.key), around.key_line, None
        elif around.items is not None:
            inner.at = (*around.at, len(around.items))
            around.items.append(value)
        else:
            self.root = value
        return inner

    def _closed(self, inner: _Open, end: int) -> _Open:
        """What is around it."""
        self._depth -= 1
        self.spans[inner.at] = Span(inner.line, inner.start, end)
        return inner.around or inner

    def _odd_key(self, value: object, line: int, known: Mapping[str, object], at: Key) -> str:
        """Report a key that is no text, merges or stands there already; a name never seen, as that ends the reading."""
        if not isinstance(value, str):
            shown = {list: "a list", dict: "a mapping", type(None): "empty"}.get(type(value), f"`{value}`")
            self.report(line, f"A key must be text, and this one is {shown}.", "Put the key in quotes.")
        elif value == "<<":
            self.report(line, "`<<` merges mappings.", "Write the merged values out.")
        else:
            first = self.spans[*at, value].line
            message = f"The key `{printable(value[:60])}` stands here a second time, first in line {first}."
            self.report(line, message, "Keep one of them.")
        return f"\0{len(known)}"
