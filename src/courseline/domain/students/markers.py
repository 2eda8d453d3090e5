"""Solution markers in text: where they are, and what is wrong with them.

A marker is `BEGIN SOLUTION` and `END SOLUTION`, `SOLUTION BEGIN` and `SOLUTION END`, or `<solution>` and `</solution>`,
on a line of its own, after any comment sign, in any case; so are `HIDDEN TESTS` and `MARK SCHEME`, which nbgrader knows
(https://nbgrader.readthedocs.io/en/stable/user_guide/creating_and_grading_assignments.html). Whatever only resembles
one is a problem, never something to publish: a line that we fail to recognise is a solution that reaches students.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from courseline.domain.students.marker import Form, Found, Kind, Marker, pairing_problems
from courseline.domain.students.text_file import Unreadable, each_line, read_text
from courseline.errors import Problem

_GAP = r"[\s_\-{]{0,24}"  # the brace is that of LaTeX: `\begin{solution}`
_KIND = rf"(?:solution|hidden{_GAP}tests?|mark{_GAP}scheme)"
_WORDS = (
    rf"(?:(?P<first>begin|end){_GAP}(?P<kind>{_KIND})|(?P<other>{_KIND}){_GAP}(?P<last>begin|end)"
    r"|<\s{0,8}(?P<close>/?)\s{0,8}solution\s{0,8}>)"
)
_NO_LETTER = "[^0-9A-Za-z]"
# `#`, `//`, `<!--`, a docstring's quotes; BASIC's REM, m4's dnl, Fortran's C
_SIGN = rf"{_NO_LETTER}*?(?:(?:rem|dnl|c)\s{_NO_LETTER}*?)?"
_MARKER = re.compile(rf"{_SIGN}{_WORDS}{_NO_LETTER}*", re.IGNORECASE)
_ANYWHERE = re.compile(rf"{_WORDS}(?![0-9A-Za-z])", re.IGNORECASE)
# Near enough that somebody meant one: nothing is cut there, so it must not be passed over.
_NEAR = re.compile(
    rf"{_SIGN}(?:(?:begin|start|end|stop)(?:{_GAP}of)?(?:{_GAP}the)?{_GAP}solutions?"
    rf"|solutions?{_GAP}(?:begin|start|end|stop)s?){_NO_LETTER}*",
    re.IGNORECASE,
)
_TAG = re.compile(r"<\s{0,8}/?\s{0,8}solution\b", re.IGNORECASE)
_COMMENT = re.compile(rf"(?:[#%;*]|//|--|\brem\s){_NO_LETTER}*\Z", re.IGNORECASE)
_STRINGS = re.compile(r'\\[nr]|"')  # where a string of JSON, or a line written inside it, ends
_HINTS = ("solution", "hidden", "scheme")
_LONGEST = 500  # characters of a line that is a marker; a longer one only resembles one
_HEAD = 4096  # bytes in which a file says what encoding it is in
# In these `<solution>` is an element like any other.
_XML = (".xml", ".xsd", ".xsl", ".xslt", ".svg", ".fxml", ".xhtml", ".wsdl", ".rng")
_TEXT = (".txt", ".md", ".rst", ".tex", ".adoc", ".org", ".rmd", ".qmd")


def find_markers(raw: bytes, path: str) -> Found:
    """All markers of a file.

    Args:
        raw: the file.
        path: its name in problems; in a notebook (`.ipynb`), which is no plain text, any marker is a problem.

    Returns:
        Markers and problems: unpaired, nested or mixed markers, lines that only resemble one, and anything like a
        marker in a file whose encoding cannot be told.
    """
    if not _may_hold_markers(raw):
        return Found((), ())
    text = read_text(raw)
    if isinstance(text, Unreadable):
        return Found((), _unreadable(raw, path, text))
    if path.lower().endswith(".ipynb"):
        return Found((), _in_notebook(each_line(text.body), path))
    return markers_in(each_line(text.body), path)


def markers_in(lines: Iterable[str], path: str) -> Found:
    """As `find_markers`, of text that has been read; the suffix of `path` tells its language."""
    markers: list[Marker] = []
    problems: list[Problem] = []
    tags, prose = not path.lower().endswith(_XML), path.lower().endswith(_TEXT)
    is_json: bool | None = None
    for number, line in enumerate(lines, 1):
        if is_json is None and line.strip():
            is_json = line.lstrip()[0] in "{["
        if not _is_suspect(line):
            continue
        marker = _marker(number, line, tags=tags)
        if marker is not None:
            markers.append(marker)
        elif (
            _NEAR.fullmatch(line.strip()[:_LONGEST])
            or _follows_sign(line, tags=tags)
            or (prose and _TAG.search(line))
            or (is_json and any(_resembles(part) for part in _STRINGS.split(line)))
        ):
            problems.append(
                Problem(
                    path,
                    number,
                    "The line resembles a solution marker, but has other words or other text beside it, so it would not be cut.",
                    fix="Write BEGIN SOLUTION or END SOLUTION on a line of its own, after a comment sign.",
                )
            )
    return Found(tuple(markers), (*problems, *pairing_problems(markers, path)))


def in_cell(found: Found, cell: int) -> Found:
    """What was found in a cell of a notebook, its problems told by the number of the cell, from 1."""
    problems = tuple(
        replace(problem, line=None, message=f"Cell {cell}, line {problem.line}: {problem.message}")
        for problem in found.problems
    )
    return replace(found, problems=problems)


def _marker(number: int, line: str, *, tags: bool) -> Marker | None:
    match = _MARKER.fullmatch(line.strip()[: _LONGEST + 1])
    if match is None or len(line.strip()) > _LONGEST:
        return None
    if match["close"] is not None:
        words = "</solution>" if match["close"] else "<solution>"
        return Marker(number, not match["close"], Kind.SOLUTION, Form.TAG, words) if tags else None
    written = match["kind"] or match["other"]
    kind = next(kind for kind in Kind if written.lower().startswith(kind[:4]))
    form = Form.WORD_FIRST if match["first"] else Form.WORD_LAST
    words = " ".join(re.findall("[A-Za-z]+", f"{match['first'] or ''} {written} {match['last'] or ''}"))
    return Marker(number, (match["first"] or match["last"]).lower() == "begin", kind, form, words)


def _suspects(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if _is_suspect(line))


def _is_suspect(line: str) -> bool:
    lower = line.lower()
    return "solution" in lower or "hidden" in lower or "scheme" in lower


def _may_hold_markers(raw: bytes) -> bool:
    """A quick look, for data sets and pictures: without these words, and in an encoding that shows them, there is none."""
    lower = raw.lower()
    for shown in (lower, lower.replace(b"\0", b"") if b"\0" in lower else b""):
        if any(hint.encode() in shown for hint in _HINTS):
            return True
    head = read_text(raw[:_HEAD])
    return isinstance(head, Unreadable) and head.hides


def _resembles(line: str, *, tags: bool = True) -> bool:
    return (
        _marker(0, line, tags=tags) is not None
        or _NEAR.fullmatch(line.strip()[:_LONGEST]) is not None
        or _follows_sign(line, tags=tags)
    )


def _follows_sign(line: str, *, tags: bool) -> bool:
    """Whether a marker's words stand behind a comment sign, whatever else is on the line."""
    # A comment sign further away than this is none; looking further makes long lines take long.
    starts = (match.start() for match in _ANYWHERE.finditer(line) if tags or match["close"] is None)
    return any(_COMMENT.search(line, max(0, start - 40), start) for start in starts)


def _unreadable(raw: bytes, path: str, text: Unreadable) -> tuple[Problem, ...]:
    lines = each_line(raw.replace(b"\0", b"").decode("latin-1"))  # shows the ASCII of UTF-16 and UTF-32, too
    seen = (
        text.line
        if text.hides
        else next((number for number, line in _suspects(lines) if _resembles(line)), None)
    )
    if seen is None:
        return ()
    message = "Nothing can be cut from this file safely" + (
        "." if text.hides else ", and it holds something like a solution marker."
    )
    return (Problem(path, seen, f"{message} {text.reason}", fix="Save it as UTF-8."),)


def _in_notebook(lines: Iterable[str], path: str) -> tuple[Problem, ...]:
    for number, line in _suspects(lines):
        if any(_resembles(part) for part in _STRINGS.split(line)):
            message = "The notebook holds something like a solution marker."
            fix = "Publish a notebook without solutions."
            return (Problem(path, number, message, fix=fix),)
    return ()
