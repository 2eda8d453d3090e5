"""The lines of a text that lie outside solutions, and where a stub may stand for one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from courseline.domain.students.gate.markers import marked_lines

MOST_STUB_LINES = 50


@dataclass(frozen=True, slots=True)
class Gap:
    """Where a solution was: one line of a stub may stand here, whatever its indentation."""

    lines: frozenset[bytes]

    def admits(self, line: bytes) -> bool:
        """Whether `line` is one of a stub."""
        return line.strip() in self.lines


def fits(line: bytes, allowed: bytes | Gap) -> bool:
    """Whether `line` is the line that may stand here, or one that may stand in a gap."""
    return allowed.admits(line) if isinstance(allowed, Gap) else line == allowed


def outside(raw: bytes, path: str, gap: Gap) -> list[bytes | Gap] | None:
    """Lines outside solutions, with as many gaps as a stub may have lines; None when markers do not part the text."""
    allowed: list[bytes | Gap] = []
    inside, pairs = False, 0
    for (_, marked), line in zip(marked_lines(flat(raw), path), split(raw), strict=True):
        if marked:
            if (re.search(rb"begin|<\s*solution", line, re.IGNORECASE) is None) is not inside:
                return None
            if inside:
                pairs += 1
                allowed += [gap] * min(len(gap.lines), MOST_STUB_LINES)
            inside = not inside
        elif not inside:
            allowed.append(line)
    return None if inside or not pairs else allowed


def split(raw: bytes) -> list[bytes]:
    """The lines of a text without their ends."""
    return re.split(rb"\r\n|\r|\n", flat(raw))


def flat(raw: bytes) -> bytes:
    """UTF-16 as UTF-8, so that lines can be told; anything else as it is."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").encode()
    return raw.removeprefix(b"\xef\xbb\xbf")
