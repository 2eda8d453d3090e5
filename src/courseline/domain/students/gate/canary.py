"""Check `canary`: no `COURSELINE-CANARY-...`, the sign that authors put into files which students must never see.

It is looked for in names and contents, in any case and encoding that keeps its letters, split by line ends or quotes, in
base64 and hexadecimal digits, and in what documents, archives and notebooks hold inside.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from courseline.domain.students.gate.case import Finding, GateCase
from courseline.domain.students.gate.parts import parts_in
from courseline.domain.students.gate.places import files_by_place
from courseline.domain.students.scan.unpack import Part, parts_of

_SIGN = b"COURSELINE-CANARY-"
_CANARY = re.compile(re.escape(_SIGN) + rb"[0-9A-Za-z_-]", re.IGNORECASE)
# What may split it: NULs of UTF-16, quotes, backslashes, commas and plus signs of string literals; then blanks anywhere.
_QUOTES = b"\0\"'\\,+"
_BETWEEN = _QUOTES + b" \t\r\n"
_SPLIT = re.compile(rb"\s*".join(re.escape(bytes([one])) for one in _SIGN.lower()) + rb"[0-9a-z_-]")


def _in_base64(text: bytes) -> set[bytes]:
    """The letters of base64 that `text` gives wherever it begins in a group of three bytes."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text).rstrip(b"=")
        end = len(encoded) - (1 if (before + len(text)) % 3 else 0)
        found.add(encoded[-(-before * 8 // 6) : end].translate(None, _BETWEEN))
    return found


_WIDE = _SIGN.decode().encode("utf-16-le")
_ENCODED = tuple(one for text in (_SIGN, _SIGN.lower(), _WIDE) for one in _in_base64(text))
_DIGITS = (_SIGN.hex().encode(), _SIGN.lower().hex().encode())


def canary_line(raw: bytes, parts: Iterable[Part] | None = None) -> int | None:
    """The 1-based line of the first canary, 1 for one that is encoded or inside another file; None without any.

    Args:
        raw: the file.
        parts: the file and what it holds, when that is known.
    """
    match = _CANARY.search(raw) if _SIGN.lower() in raw.lower() else None
    if match is not None:
        return 1 + raw.count(b"\n", 0, match.start())
    if any(_holds(part.raw) for part in (parts_of(raw) if parts is None else parts)):
        return 1
    return None


def _holds(raw: bytes) -> bool:
    plain = raw.translate(None, _BETWEEN)
    if any(map(plain.__contains__, _ENCODED)):
        return True
    lower = plain.lower()
    if any(map(lower.__contains__, _DIGITS)):
        return True
    # Without all that may be between there is the sign whole; the pattern tells whether that was between.
    whole = lower if b"\v" not in lower and b"\f" not in lower else lower.translate(None, b"\v\f")
    return _SIGN.lower() in whole and _SPLIT.search(raw.translate(None, _QUOTES).lower()) is not None


def check_canaries(case: GateCase) -> Iterator[Finding]:
    """Every name, and every file whose bytes are at hand."""
    for place, file in files_by_place(case):
        raw = case.blobs.get(file.oid)
        line = None if raw is None else canary_line(raw, parts_in(case, file.oid, raw))
        if line is None and _CANARY.search(file.path.encode("utf-8", "surrogateescape")) is None:
            continue
        yield Finding(
            place.content_path if place else None,
            file.path,
            line,
            "canary",
            "The file holds a canary.",
            "Authors write it into what students must never see, so this was copied from there.",
            "Find out which hidden file it comes from, and take that out of this one; no exception is possible.",
            blocking=not (place and place.kept),
        )
