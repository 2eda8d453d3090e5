"""Solution markers in plain text: finding them, and cutting out what lies between them.

A marker is `BEGIN SOLUTION` and `END SOLUTION`, or `SOLUTION BEGIN` and `SOLUTION END`, on a line of its own, after
any comment sign, in any case. Whatever only resembles one is a problem, never something to publish: a line that we
fail to recognise is a solution that reaches students.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from courseline.errors import Problem

_GAP = r"[\s_\-]{0,8}"
_WORDS = rf"(?:(?P<first>begin|end){_GAP}solution|solution{_GAP}(?P<last>begin|end))"
_NO_LETTER = "[^0-9A-Za-z]"
_SIGN = rf"{_NO_LETTER}*(?:(?:rem|dnl|c)\s{_NO_LETTER}*)?"  # `#`, `//`, `<!--`, a docstring's quotes; BASIC's REM, m4's dnl, Fortran's C
_MARKER = re.compile(rf"{_SIGN}{_WORDS}{_NO_LETTER}*", re.IGNORECASE)
_ANYWHERE = re.compile(rf"{_WORDS}(?![0-9A-Za-z])", re.IGNORECASE)
_COMMENT = re.compile(rf"(?:[#%;*]|//|--|\brem\s){_NO_LETTER}*\Z", re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_STRINGS = re.compile(r'\\[nr]|"')  # where a string of JSON, or a line written inside it, ends
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker line.

    Attributes:
        line: 1-based.
        opens: BEGIN, not END.
        solution_first: written `SOLUTION BEGIN`, not `BEGIN SOLUTION`; the two spellings do not pair.
        words: as written, for messages.
    """

    line: int
    opens: bool
    solution_first: bool
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """The markers of a file, in order, and what is wrong with them."""

    markers: tuple[Marker, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A file without its solutions.

    Attributes:
        content: what is left; None when the file has no markers, or problems.
        problems: why nothing could be cut, each with its line.
    """

    content: bytes | None
    problems: tuple[Problem, ...] = ()


def find_markers(raw: bytes, path: str) -> Found:
    """All markers of a file.

    Args:
        raw: the file.
        path: its name in problems; a notebook (`.ipynb`) is no plain text, markers in it are a problem.

    Returns:
        Markers and problems: unpaired, nested or mixed markers, lines that only resemble one, and anything like a
        marker in a file that is neither UTF-8 nor UTF-16 with a byte order mark.
    """
    text = _decode(raw)
    if text is None:
        return Found((), _unreadable(raw, path))
    if path.lower().endswith(".ipynb"):
        return Found((), _in_notebook(text.body, path))
    markers: list[Marker] = []
    problems: list[Problem] = []
    is_json = text.body.lstrip()[:1] in {"{", "["}
    for number, line in _suspects(text.body):
        match = _MARKER.fullmatch(line.strip())
        if match:
            word = match["first"] or match["last"]
            words = " ".join(re.findall(r"solution|begin|end", line, re.IGNORECASE))
            markers.append(Marker(number, word.lower() == "begin", match["first"] is None, words))
        elif _follows_sign(line) or (is_json and any(_resembles(part) for part in _STRINGS.split(line))):
            problems.append(
                Problem(
                    path,
                    number,
                    "The line resembles a solution marker, but has other text beside it, so it would not be cut.",
                    fix="Give the marker a line of its own, after a comment sign.",
                )
            )
    return Found(tuple(markers), (*problems, *_pairing_problems(markers, path)))


def cut_solutions(raw: bytes, path: str) -> Cut:
    """The file without marker lines and without what lies between them; every other byte stays.

    Args:
        raw: the file.
        path: its name in problems.
    """
    found = find_markers(raw, path)
    if found.problems or not found.markers:
        return Cut(None, found.problems)
    text = _decode(raw)
    if text is None:  # find_markers would have found no marker
        return Cut(None)
    openings = {marker.line: marker.opens for marker in found.markers}
    kept: list[str] = []
    inside = False
    for number, line in enumerate(_lines(text.body), start=1):
        if number in openings:
            inside = openings[number]
        elif not inside:
            kept.append(line)
    return Cut(text.mark + "".join(kept).encode(text.encoding))


@dataclass(frozen=True, slots=True)
class _Text:
    body: str
    encoding: str
    mark: bytes


def _decode(raw: bytes) -> _Text | None:
    mark, encoding = next(((mark, name) for mark, name in _ENCODINGS if raw.startswith(mark)), (b"", "utf-8"))
    try:
        body = raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        return None
    # A NUL means UTF-16 without its mark, or no text at all: neither can be cut by lines.
    return None if "\0" in body else _Text(body, encoding, mark)


def _lines(body: str) -> Iterator[str]:
    # Not str.splitlines: it also ends lines at form feeds and other characters that editors keep within a line.
    return (match.group() for match in _LINE.finditer(body))


def _suspects(body: str) -> Iterator[tuple[int, str]]:
    if "solution" in body.lower():
        yield from (
            (number, line) for number, line in enumerate(_lines(body), 1) if "solution" in line.lower()
        )


def _resembles(line: str) -> bool:
    return _MARKER.fullmatch(line.strip()) is not None or _follows_sign(line)


def _follows_sign(line: str) -> bool:
    """Whether a marker's words stand behind a comment sign, whatever else is on the line."""
    # A comment sign further away than this is none; looking further makes long lines take long.
    starts = (match.start() for match in _ANYWHERE.finditer(line))
    return any(_COMMENT.search(line, max(0, start - 40), start) for start in starts)


def _unreadable(raw: bytes, path: str) -> tuple[Problem, ...]:
    for number, line in _suspects(raw.replace(b"\0", b"").decode("latin-1")):
        if _resembles(line):
            message = (
                "The file holds something like a solution marker, but is neither UTF-8 nor UTF-16 with a byte order"
                " mark, so nothing can be cut from it safely."
            )
            return (Problem(path, number, message, fix="Save it as UTF-8."),)
    return ()


def _in_notebook(body: str, path: str) -> tuple[Problem, ...]:
    for number, line in _suspects(body):
        if any(_resembles(part) for part in _STRINGS.split(line)):
            message = (
                "The notebook holds something like a solution marker; solutions are cut from plain text only."
            )
            fix = "Add a notebook without solutions under studentTemplates."
            return (Problem(path, number, message, fix=fix),)
    return ()


def _pairing_problems(markers: Sequence[Marker], path: str) -> Iterator[Problem]:
    opened: Marker | None = None
    for marker in markers:
        if marker.opens and opened is not None:
            yield Problem(
                path,
                marker.line,
                f"`{marker.words}` stands inside the solution that line {opened.line} begins.",
                fix="End that solution first; solutions do not nest.",
            )
        elif marker.opens:
            opened = marker
        elif opened is None:
            yield Problem(
                path,
                marker.line,
                f"`{marker.words}` ends a solution that no line begins.",
                fix="Add the marker that begins it, or remove this line.",
            )
        else:
            if marker.solution_first is not opened.solution_first:
                yield Problem(
                    path,
                    marker.line,
                    f"`{marker.words}` ends the solution that line {opened.line} begins as `{opened.words}`.",
                    fix="Write both in the same order of words.",
                )
            opened = None
    if opened is not None:
        yield Problem(
            path,
            opened.line,
            f"`{opened.words}` begins a solution that no line ends.",
            fix="Add the marker that ends it.",
        )
