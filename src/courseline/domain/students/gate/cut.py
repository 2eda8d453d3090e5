"""Whether a file that was cut is its source without the solutions, worked out from the bytes of both."""

from __future__ import annotations

import re

from courseline.domain.students.gate.case import GateCase, GatePlace
from courseline.domain.students.gate.markers import marked_lines
from courseline.domain.tree import TreeFile


def cut_fault(case: GateCase, place: GatePlace, file: TreeFile, source: TreeFile | None) -> str | None:  # noqa: ARG001 - stubs are read from it
    """Why a file of the candidate is not its source without the solutions; None when it is.

    Args:
        case: what is judged.
        place: that holds the file.
        file: as it is to be pushed.
        source: the file of the place it was cut from.
    """
    raw = None if source is None else case.blobs.get(source.oid)
    ours = case.blobs.get(file.oid)
    if source is None or raw is None or ours is None:
        return "It cannot be compared with its source."
    if file.oid == source.oid:
        return f"It is the source {source.path} itself, which is a solution."
    allowed = _outside(raw)
    if allowed is None:
        return f"Its source {source.path} has no pairs of solution markers."
    rest = iter(allowed)
    for number, line in enumerate(_split(ours), start=1):
        if line.strip() and not any(line == candidate for candidate in rest):
            return f"Its line {number} is no line outside the solutions of {source.path}, in their order."
    return None


def _outside(raw: bytes) -> list[bytes] | None:
    """Lines outside solutions, None when the markers do not part the file into such."""
    outside: list[bytes] = []
    inside, pairs = False, 0
    for (_, marked), line in zip(marked_lines(_flat(raw)), _split(raw), strict=True):
        if marked:
            if (re.search(rb"begin", line, re.IGNORECASE) is None) is not inside:
                return None
            pairs += inside
            inside = not inside
        elif not inside:
            outside.append(line)
    return None if inside or not pairs else outside


def _split(raw: bytes) -> list[bytes]:
    return re.split(rb"\r\n|\r|\n", _flat(raw))


def _flat(raw: bytes) -> bytes:
    """UTF-16 as UTF-8, so that lines can be told; anything else as it is."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").encode()
    return raw.removeprefix(b"\xef\xbb\xbf")
