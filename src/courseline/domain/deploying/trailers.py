"""Trailers of commit messages, read as git does.

Rules: https://git-scm.com/docs/git-interpret-trailers, in the reading of git's own `trailer.c` with `--no-divider`:
the last paragraph, never the first one, when all its lines are trailers, or when a quarter of them are and one was
written by git itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_TRAILER = re.compile(r"(?P<key>[A-Za-z0-9-]+)[ \t]*:(?P<value>.*)", re.DOTALL)
_BY_GIT = ("Signed-off-by: ", "(cherry picked from commit ")
_SPACE = " \t\v\f\r"
_COMMENT = "#"


def parse_trailers(message: str) -> dict[str, list[str]]:
    """Values by key, both in the order written; folded lines are joined by a space."""
    lines = message.split("\n")
    found: list[tuple[str, list[str]]] = []
    is_open = False  # whether a folded line belongs to the last trailer found
    for line in _trailer_block(lines):
        match = _TRAILER.fullmatch(line)
        if match is not None:
            found.append((match["key"], [match["value"].strip()]))
        elif is_open and line.startswith(tuple(_SPACE)):
            found[-1][1].append(line.strip())
            continue
        is_open = match is not None
    trailers: dict[str, list[str]] = {}
    for key, parts in found:
        trailers.setdefault(key, []).append(" ".join(part for part in parts if part))
    return trailers


def _trailer_block(lines: Sequence[str]) -> Sequence[str]:
    """The lines of the last paragraph when it is one of trailers, else none."""
    end = len(lines)
    while end and (lines[end - 1].startswith(_COMMENT) or not lines[end - 1].strip(_SPACE)):
        end -= 1
    start = end
    while start and lines[start - 1].strip(_SPACE):
        start -= 1
    if start == 0:
        return ()  # the first paragraph is the title
    block = lines[start:end]
    return block if _is_trailers(block) else ()


def _is_trailers(block: Sequence[str]) -> bool:
    trailers, others, folded, by_git = 0, 0, 0, False
    for line in reversed(block):  # a folded line belongs to what stands above it
        if line.startswith(_COMMENT):
            others, folded = others + folded, 0
        elif line.startswith(_BY_GIT):
            trailers, folded, by_git = trailers + 1, 0, True
        elif _TRAILER.fullmatch(line) is not None:
            trailers, folded = trailers + 1, 0
        elif line.startswith(tuple(_SPACE)):
            folded += 1
        else:
            others, folded = others + 1 + folded, 0
    others += folded
    return trailers * 3 >= others if by_git else trailers > 0 and others == 0
