"""Texts as they are compared: without encoding, line ends, indentation and blank lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_ENDS = re.compile(r"\r\n|\r|\n")
_SIGNS = "#/%;*-!> "
_SAYS = re.compile(r"(?:[^\W_][\W_]*){4}")
"""Four letters or digits: a line that says something; `}` and `fi` are in every file."""


def is_text(raw: bytes) -> bool:
    """Whether it makes sense to read lines: no NUL, or so many on every second byte that it is UTF-16."""
    start = raw[:4096]
    if b"\0" not in start or raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    half = len(start) // 2
    odd, even = start[1::2].count(0), start[0::2].count(0)
    return max(odd, even) * 10 >= half * 7 and min(odd, even) * 10 <= half


def decoded(raw: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with or without its mark, else each byte as Windows' Western letters."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:4096]:
        little = raw[1:4096:2].count(0) >= raw[0:4096:2].count(0)
        return raw.decode("utf-16-le" if little else "utf-16-be", "replace")
    try:
        return raw.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their 1-based numbers.

    Blanks count as one; at the beginning neither they nor comment signs count, so that a solution in comments is one.
    """
    for number, line in enumerate(_ENDS.split(_composed(text)), start=1):
        if _SAYS.search(line):
            yield number, " ".join(line.split()).lstrip(_SIGNS)


def same_text(text: str) -> str:
    """What two files have in common that differ in line ends and blanks only."""
    return "\n".join(line for line in map(str.strip, _ENDS.split(_composed(text))) if line)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)
