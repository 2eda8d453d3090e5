"""Check `markers`: no solution marker in any spelling, looked for in raw bytes.

This is looser than what the builder cuts by: also in notebooks, in any encoding that keeps ASCII, with text behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.places import files_by_place

# What may part the two words: blanks, hyphens, underscores, and all bytes of blanks beyond ASCII.
_GAP = rb"[\x00-\x09\x0b\x0c\x0e-\x20_\-{\x80-\xff]{0,24}"
_KIND = rb"(?:solution|hidden" + _GAP + rb"tests?|mark" + _GAP + rb"scheme)"
_WORDS = rb"(?:begin|end)" + _GAP + _KIND + rb"|" + _KIND + _GAP + rb"(?:begin|end)"
_MARK = re.compile(rb"(?:" + _WORDS + rb")", re.IGNORECASE)
_MARK_OR_TAG = re.compile(
    rb"(?:" + _WORDS + rb"|<" + _GAP + rb"/?" + _GAP + rb"solution" + _GAP + rb">)", re.IGNORECASE
)
# What stands alone in a line and is near enough that somebody meant a marker.
_NEAR = re.compile(
    rb"(?:begin|start|end|stop)(?:" + _GAP + rb"of)?(?:" + _GAP + rb"the)?" + _GAP + rb"solutions?"
    rb"|solutions?" + _GAP + rb"(?:begin|start|end|stop)s?",
    re.IGNORECASE,
)
# In these `<solution>` is an element like any other.
_XML = (".xml", ".xsd", ".xsl", ".xslt", ".svg", ".fxml", ".xhtml", ".wsdl", ".rng")
_OTHER = rb"[^0-9A-Za-z]"
_LEAD = re.compile(_OTHER + rb"*(?:(?:rem|dnl|c)\s" + _OTHER + rb"*)?", re.IGNORECASE)
_REST = re.compile(_OTHER + rb"*")
_SIGN = re.compile(rb"(?:[#%;*]|//|--|\brem\s)" + _OTHER + rb"*\Z", re.IGNORECASE)
_NOTEBOOK = re.compile(rb'\\n|\\r|"')


def marker_line(raw: bytes, path: str = "") -> int | None:
    """The 1-based line of the first thing like a solution marker, None when there is none.

    Args:
        raw: the file.
        path: its name, whose suffix tells XML.
    """
    # Without NULs UTF-16 and UTF-32 show their ASCII.
    for text in (raw, raw.replace(b"\0", b"")) if b"\0" in raw else (raw,):
        if not _has_hint(text):
            continue
        found = next((number for number, marked in marked_lines(text, path) if marked), None)
        if found is not None:
            return found
    if path.lower().endswith(".ipynb") and b"\\u" in raw:
        shown = "\n".join(_strings(raw)).encode("utf-8", "replace")
        return 1 if any(marked for _, marked in marked_lines(shown)) else None
    return None


def _has_hint(text: bytes) -> bool:
    """Whether a word that is part of every mark stands in it."""
    lower = text.lower()
    return b"solution" in lower or b"hidden" in lower or b"scheme" in lower


def _strings(raw: bytes) -> Iterator[str]:
    """Every text of a JSON file, with its escapes undone."""
    try:
        level = [json.loads(raw)]
    except (ValueError, RecursionError):
        return
    while level:
        one = level.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            level += [*one, *one.values()]
        elif isinstance(one, list):
            level += one


def marked_lines(raw: bytes, path: str = "") -> Iterator[tuple[int, bool]]:
    """Each line's number, and whether it is like a solution marker."""
    is_json = raw.lstrip()[:1] in {b"{", b"["}
    mark = _MARK if path.lower().endswith(_XML) else _MARK_OR_TAG
    suspicious = _has_hint(raw)
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", raw), start=1):
        if not suspicious or not _has_hint(line):
            yield number, False
            continue
        parts = _NOTEBOOK.split(line) if is_json else [line]
        yield number, any(_is_marked(part, mark) for part in parts)


def _is_marked(part: bytes, words: re.Pattern[bytes]) -> bool:
    """Whether a mark stands alone, or directly behind a comment sign."""
    for near in _NEAR.finditer(part):
        if _LEAD.fullmatch(part, 0, near.start()) and _REST.fullmatch(part, near.end()):
            return True
    for mark in words.finditer(part):
        start, end = mark.span()
        if _LEAD.fullmatch(part, 0, start) and _REST.fullmatch(part, end):
            return True
        # A comment sign further away than this is none; looking further makes long lines take long.
        if not part[end : end + 1].isalnum() and _SIGN.search(part, max(0, start - 40), start):
            return True
    return False


def check_markers(case: GateCase) -> Iterator[Finding]:
    """Every file whose bytes are at hand; what students have already has been judged when it came."""
    for place, file in files_by_place(case):
        raw = case.blobs.get(file.oid)
        line = None if raw is None else marker_line(raw, file.path)
        if line is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            line,
            "markers",
            "The file holds a solution marker.",
            "Where a marker is left, a solution may be left beside it.",
            "Remove the marker and the solution from the file, or list a template without them.",
            blocking=not (place and place.kept),
            exceptable=True,
        )
