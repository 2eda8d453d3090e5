"""Reads YAML strictly, with the place of every value.

A small, safe part of YAML 1.2: one document of mappings, lists and scalars; no tags, anchors, aliases or merge keys.
Plain scalars are null, true/false and whole numbers in their YAML 1.2 spellings
(https://yaml.org/spec/1.2.2/#1032-tag-resolution); everything else is text, so `1.10`, `no` and dates stay what
was written. PyYAML delivers events, which are read without recursion, so that a hostile file costs no more than its
size.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from courseline.adapters.yaml_builder import YamlBuilder
from courseline.adapters.yaml_syntax import syntax_problem
from courseline.domain.located import Located, Span
from courseline.errors import InvalidInput, Problem

LARGEST_FILE = 256 * 1024
"""Bytes."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)")


def read_yaml(raw: bytes, path: str) -> Located:
    """Parse `raw`, called `path` in problems.

    Returns:
        The data with places; an empty file has data None. Offsets count characters of `text`, in which a byte order
        mark is kept. The end of a block list or mapping is the end of its last value.

    Raises:
        InvalidInput: with one problem for each thing found, each with its line.
    """
    text = _decoded(raw, path)
    parsed = text.removeprefix(_BOM)
    builder = YamlBuilder(path)
    try:
        builder.consume(iter(_LOADER(parsed).get_event, None))
    except yaml.YAMLError as error:
        builder.problems.append(syntax_problem(error, parsed, path))
    except ValueError as error:  # PyYAML's Python parser lets impossible escapes through to int() and chr()
        builder.report(1, f"A value cannot be read ({error}).", "Write it in another way.")
    if builder.problems:
        raise InvalidInput(f"{path} cannot be read as YAML.", builder.problems)
    spans = builder.spans
    if parsed is not text:
        lead = len(text) - len(parsed)
        spans = {key: Span(line, start + lead, end + lead) for key, (line, start, end) in spans.items()}
    return Located(path, builder.root, spans, text)


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
