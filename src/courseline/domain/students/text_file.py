"""The bytes of a text file as lines, without losing a byte, whatever its encoding.

Solutions are cut by whole lines, and markers are ASCII. In every encoding that extends ASCII (UTF-8, Latin-1, Windows-1252,
Shift-JIS, ...) line ends and markers are the same bytes, so a file that is none of UTF-8 and UTF-16 is cut in its own
bytes and stays in its own encoding. An encoding matters only in that it must be one of these: a file that says which
it is must be readable as that, and one that says nothing must be readable as Windows-1252, of which Latin-1 text is a
part. Anything else may hide a marker from us, so nothing is cut from it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python's declaration (https://peps.python.org/pep-0263/), which Emacs, Vim, Ruby and Octave share, LaTeX's and XML's.
_DECLARED = re.compile(
    rb"coding[:=][ \t]*([-\w.]+)|\\usepackage\[([-\w]+)\]\{inputenc\}|<\?xml[^>]*encoding=[\"']([-\w.]+)",
    re.IGNORECASE,
)
_LATEX = {"latin9": "iso8859-15", "ansinew": "cp1252", "applemac": "mac-roman", "utf8x": "utf-8"}
_WINDOWS = "cp1252"
# Bytes that no text has: what is read as Windows-1252 with them in it is none, or in another encoding.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
_EXTENDS_ASCII = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp(?:12\d\d|437|7\d\d|8[1-6]\d|874|932|949|950)|koi8-\w|mac-\w+|shift_jis\w*|euc_\w+"
    r"|gb(?:k|2312|18030)|big5\w*|johab|tis-620"
)
_COMMENTS = {bytes([sign]) for sign in b"#%/*;-!<'\"."}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_MOST_HEADER = 5  # lines in which an encoding is declared; LaTeX has \documentclass and comments above it


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text, to be cut and written again.

    Attributes:
        body: its characters, in Unicode or, where `view` says so, one for each byte.
        encoding: what it is written in.
        mark: byte order mark in front of it.
        view: codec between `body` and the bytes.
    """

    body: str
    encoding: str
    mark: bytes
    view: str

    @property
    def lines(self) -> list[str]:
        """With their ends."""
        return lines_of(self.body)

    def written(self, text: str) -> str | None:
        """Other text as a part of `body`; None when the file's encoding has no such character."""
        try:
            return text.encode(self.encoding).decode(self.view)
        except UnicodeEncodeError:
            return None

    def bytes_of(self, body: str) -> bytes:
        """A changed `body` as a file of the same encoding."""
        return self.mark + body.encode(self.view)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no text from which anything can be cut.

    Attributes:
        line: 1-based, of what shows it.
        reason: one sentence.
        hides: a marker could be in it without its letters, so that it cannot be found either.
    """

    line: int
    reason: str
    hides: bool = False


def each_line(text: str) -> Iterator[str]:
    """Lines with their ends, one after the other: all those of a large file together take many times its size.

    Not str.splitlines, which also ends lines at form feeds, which editors keep within one.
    """
    return (match.group() for match in _LINE.finditer(text))


def lines_of(text: str) -> list[str]:
    """All of them."""
    return list(each_line(text))


def read_text(raw: bytes) -> TextFile | Unreadable:
    """Read a file as text."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if raw.startswith(mark)), (b"", ""))
    rest = raw[len(mark) :]
    if mark:
        return _decoded(rest, encoding, mark, encoding)
    declared = _declared(rest)
    if declared is None:
        return _undeclared(rest)
    known, name, line = declared
    if not _EXTENDS_ASCII.fullmatch(known):
        reason = f"It says that it is in `{name}`, where a marker can be written without its letters."
        return Unreadable(line, reason, hides=True)
    return _decoded(rest, known, b"", "utf-8" if known == "utf-8" else "latin-1")


def _undeclared(raw: bytes) -> TextFile | Unreadable:
    read = _decoded(raw, "utf-8", b"", "utf-8")
    if isinstance(read, TextFile):
        return read
    if b"\0" in raw:
        line = _line_of(raw, raw.index(b"\0"))
        return Unreadable(line, "It has NUL bytes, as UTF-16 without a byte order mark has.")
    other = _NO_TEXT.search(raw)
    if other is not None:
        return Unreadable(_line_of(raw, other.start()), "It is no text in any encoding that extends ASCII.")
    return _decoded(raw, _WINDOWS, b"", "latin-1")


def _decoded(raw: bytes, encoding: str, mark: bytes, view: str) -> TextFile | Unreadable:
    try:
        body = raw.decode(encoding)
    except UnicodeDecodeError as error:
        return Unreadable(_line_of(raw, error.start), f"It cannot be read as {encoding.upper()}.")
    if "\0" in body:
        return Unreadable(
            1 + body.count("\n", 0, body.index("\0")), "It has NUL characters, so it is no text."
        )
    return TextFile(body if view == encoding else raw.decode(view), encoding, mark, view)


def _declared(raw: bytes) -> tuple[str, str, int] | None:
    """The encoding a file names in its first lines: Python's name of it, its own, and in which line.

    A word that names no encoding is prose, and a name that could be read although it speaks of UTF-16 is a mistake.
    """
    head = raw[:4096]
    folded = head.lower()
    if b"coding" not in folded and b"inputenc" not in folded:  # the words of all that is looked for
        return None
    for number, line in enumerate(head.splitlines()[:_MOST_HEADER], start=1):
        match = _DECLARED.search(line)
        if match and (match[1] is None or (number <= 2 and line.lstrip()[:1] in _COMMENTS)):
            name = next(group for group in match.groups() if group is not None).decode("ascii").lower()
            name = _LATEX.get(name, name).removesuffix("-unix").removesuffix("-dos")
            try:
                known = codecs.lookup(name).name.removesuffix("-sig")
                b"a".decode(name)  # `hex` and its like are codecs, but not of text
            except LookupError:
                return None
            except UnicodeError:  # one letter is no text in it, UTF-16 for example
                pass
            return None if known.startswith(("utf-16", "utf-32")) else (known, name, number)
    return None


def _line_of(raw: bytes, offset: int) -> int:
    return 1 + len(re.findall(rb"\r\n|\r|\n", raw[:offset]))
