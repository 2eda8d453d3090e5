"""The lines of a file as files are compared: without encoding, blanks, case and comment signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

_BLANKS = b" \t\r\x0b\x0c"
_SIGNS = b"#/%;*-!>"
"""A solution in comments is one."""
_LARGEST = 1024 * 1024
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class TextLines:
    """Lines of a text that say something.

    Attributes:
        lines: in order, see the module.
        distinct: the same, each once.
        size: bytes of all lines together.
    """

    lines: Sequence[bytes]
    distinct: frozenset[bytes]
    size: int

    def shingles(self, length: int) -> set[tuple[bytes, ...]]:
        """Every `length` lines that follow each other."""
        return set(zip(*(islice(self.lines, start, None) for start in range(length)), strict=False))


def text_lines(raw: bytes) -> TextLines | None:
    """The lines of a file; None for what is no text, and above 1 MiB."""
    text = _as_utf8(raw)
    if text is None:
        return None
    every = _split(text.translate(None, _BLANKS).lower())
    lines = [stripped for line in every if (stripped := line.lstrip(_SIGNS))]
    return TextLines(lines, frozenset(lines), sum(map(len, lines)))


def line_of(raw: bytes, wanted: bytes) -> int | None:
    """The 1-based line of a file that is `wanted` when it is compared."""
    text = _as_utf8(raw)
    if text is None:
        return None
    lines = _split(text.lower())
    return next(
        (at for at, line in enumerate(lines, 1) if line.translate(None, _BLANKS).lstrip(_SIGNS) == wanted),
        None,
    )


def _split(text: bytes) -> list[bytes]:
    return text.split(b"\n")


def _as_utf8(raw: bytes) -> bytes | None:
    """A text in UTF-8 with LF alone, whatever it was written in; None for what is no text."""
    if len(raw) > _LARGEST:
        return None
    if raw.isascii() and b"\0" not in raw:
        text = raw
    elif (wide := _wide(raw)) is not None:
        text = raw.decode(wide, "replace").encode("utf-8", "replace")
    elif b"\0" in raw[:_LOOKED_AT]:
        return None
    else:
        text = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text.decode()
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace").encode()
    return re.sub(rb"\r\n?", b"\n", text) if b"\r" in text else text


def _wide(raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "utf-32"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = raw[:_LOOKED_AT]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    # Latin letters in UTF-16 without its mark have a NUL on every second byte.
    if max(even, odd) * 20 < len(start) * 7 or min(even, odd) * 20 > len(start):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
