"""Reads YAML strictly, with the place of every value.

A small, safe part of YAML 1.2: one document of mappings, lists and scalars; no tags, anchors, aliases or merge keys.
Plain scalars are null, true/false and whole numbers in their YAML 1.2 spellings
(https://yaml.org/spec/1.2.2/#1032-tag-resolution); everything else is text, so `1.10`, `no` and dates stay what
was written. PyYAML delivers events, which are read without recursion, so that a hostile file costs no more than its
size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from courseline.adapters.yaml_syntax import syntax_problem
from courseline.domain.located import Key, Located, Span
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, Problem

LARGEST_FILE = 256 * 1024
"""Bytes."""

DEEPEST = 20
"""Lists and mappings inside each other."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")
_CONTROL_IN_VALUE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_BEFORE_NUMBERS = frozenset("+-0123456789")
_CONSTANTS: dict[str, bool | None] = dict.fromkeys(("", "null", "Null", "NULL", "~"))
_CONSTANTS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(
    ("false", "False", "FALSE"), False
)


def read_yaml(raw: bytes, path: str) -> Located:
    """Parse `raw`, called `path` in problems.

    Returns:
        The data with places; an empty file has data None. Offsets count characters of `text`, in which a byte order
        mark is kept. The end of a block list or mapping is the end of its last value.

    Raises:
        InvalidInput: with one problem for each thing found, each with its line.
    """
    text = _decoded(raw, path)
    lead = len(_BOM) if text.startswith(_BOM) else 0
    builder = _Builder(path, lead)
    try:
        builder.consume(yaml.parse(text[lead:], Loader=_LOADER))
    except yaml.YAMLError as error:
        builder.problems.append(syntax_problem(error, text[lead:], path))
    except ValueError as error:  # PyYAML's Python parser lets impossible escapes through to int() and chr()
        builder.report(1, f"A value cannot be read ({error}).", "Write it in another way.")
    if builder.problems:
        raise InvalidInput(f"{path} cannot be read as YAML.", builder.problems)
    return Located(path, builder.root, builder.spans, text)


def _decoded(raw: bytes, path: str) -> str:
    def refused(line: int | None, message: str, fix: str) -> InvalidInput:
        return InvalidInput(f"{path} cannot be read as YAML.", [Problem(path, line, message, fix=fix)])

    if len(raw) > LARGEST_FILE:
        message = f"The file has {len(raw)} bytes; at most {LARGEST_FILE} are read."
        raise refused(None, message, "Keep data in files of their own.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"The file is not UTF-8: it holds the byte 0x{raw[error.start]:02x}."
        raise refused(line, message, "Save it in the encoding UTF-8.") from None
    found = _CONTROL.search(text, 1 if text.startswith(_BOM) else 0)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        message = f"The file holds the control character U+{ord(found[0][0]):04X}."
        raise refused(
            line, message, "Remove it; lines end with a line feed, or carriage return and line feed."
        )
    return text


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    value: list[object] | dict[str, object]
    at: Key
    line: int
    start: int
    end: int
    flow: bool
    key: str | None = None
    key_line: int = 0
    lines: dict[str, int] = field(default_factory=dict)


class _Builder:
    """Builds plain data and spans from PyYAML's events.

    Args:
        path: the file, for problems.
        lead: characters in front of the text that was parsed.
    """

    def __init__(self, path: str, lead: int) -> None:
        self.path = path
        self.lead = lead
        self.root: object = None
        self.spans: dict[Key, Span] = {}
        self.problems: list[Problem] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def report(self, line: int, message: str, fix: str) -> None:
        self.problems.append(Problem(self.path, line, message, fix=fix))

    def consume(self, events: Iterable[Any]) -> None:
        """Read events until the end, or until going on makes no sense."""
        for event in events:
            kind = event.__class__
            if kind is yaml.ScalarEvent:  # nearly all of them
                self._refuse_properties(event)
                self._place(self._scalar(event), event)
            elif kind is yaml.DocumentStartEvent:
                self._documents += 1
                if self._documents > 1:
                    line = event.start_mark.line + 1
                    self.report(line, "A second document begins here.", "Keep one document in a file.")
                    return
            elif kind is yaml.AliasEvent:
                fix = "Write the value out; put text that begins with `*` in quotes."
                line = event.start_mark.line + 1
                self.report(line, f"`*{event.anchor}` refers to another place (an alias).", fix)
                self._place(None, event)
            elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
                self._close(event)
            elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
                self._refuse_properties(event)
                if not self._open(event):
                    return

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            fix = "Remove it; put text that begins with `&` in quotes."
            self.report(event.start_mark.line + 1, f"`&{event.anchor}` names a value (an anchor).", fix)
        if event.tag is not None:
            fix = "Remove it; put text that begins with `!` in quotes."
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.report(event.start_mark.line + 1, f"`{tag}` sets a type (a tag).", fix)

    def _scalar(self, event: Any) -> object:
        text: str = event.value
        if not text.isprintable() and (control := _CONTROL_IN_VALUE.search(text)):
            message = f"The value holds the control character U+{ord(control[0]):04X}, written as an escape."
            self.report(event.start_mark.line + 1, message, "Remove it.")
        if event.style:  # quoted or a block
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        return int(text) if text[0] in _BEFORE_NUMBERS and _WHOLE_NUMBER.fullmatch(text) else text

    def _open(self, event: Any) -> bool:
        if len(self._stack) == DEEPEST:
            self.report(
                event.start_mark.line + 1,
                f"Lists and mappings lie more than {DEEPEST} deep in each other.",
                "Write it flatter.",
            )
            return False
        value: list[object] | dict[str, object] = [] if event.__class__ is yaml.SequenceStartEvent else {}
        start, end = event.start_mark.index + self.lead, event.end_mark.index + self.lead
        at, line = self._place(value, event)
        self._stack.append(_Open(value, at, line, start, end, bool(event.flow_style)))
        return True

    def _close(self, event: Any) -> None:
        done = self._stack.pop()
        if done.flow:
            done.end = event.end_mark.index + self.lead
        self.spans[done.at] = Span(done.line, done.start, done.end)
        if self._stack:
            self._stack[-1].end = max(self._stack[-1].end, done.end)

    def _place(self, value: object, event: Any) -> tuple[Key, int]:
        """Put a value where it belongs; the answer is its key, and the line of the entry that it is in."""
        mark = event.start_mark
        line, start, end = mark.line + 1, mark.index + self.lead, event.end_mark.index + self.lead
        at: Key = ()
        if not self._stack:
            self.root = value
        else:
            parent = self._stack[-1]
            parent.end = max(parent.end, end)
            inside = parent.value
            if isinstance(inside, list):
                at = (*parent.at, len(inside))
                inside.append(value)
            elif parent.key is None:
                parent.key, parent.key_line = self._key(value, parent, line), line
                return (*parent.at, parent.key), line
            else:
                inside[parent.key] = value
                at, line, parent.key = (*parent.at, parent.key), parent.key_line, None
        self.spans[at] = Span(line, start, end)
        return at, line

    def _key(self, value: object, parent: _Open, line: int) -> str:
        if not isinstance(value, str):
            shown = {list: "a list", dict: "a mapping", type(None): "empty"}.get(type(value), f"`{value}`")
            self.report(line, f"A key must be text, and this one is {shown}.", "Put the key in quotes.")
            return (
                f"{value!r}, line {line}, of {len(parent.lines)}"  # never seen: the problem ends the reading
            )
        if value == "<<":
            self.report(line, "`<<` merges mappings.", "Write the merged values out.")
        elif value in parent.lines:
            message = f"The key `{printable(value[:60])}` stands here a second time, first in line {parent.lines[value]}."
            self.report(line, message, "Keep one of them.")
        parent.lines.setdefault(value, line)
        return value
