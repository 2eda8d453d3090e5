"""What a check came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is; `away` is a neighbour that does not answer, so that nothing can be said yet."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: what was looked at, a few words.
        level: see `Level`.
        found: what is there, one sentence or less.
        remedy: what to do; "" when nothing.
    """

    check: str
    level: Level
    found: str
    remedy: str = ""


def exit_code(findings: Iterable[Finding]) -> int:
    """3 when a neighbour is away, 1 when something fails, else 0: a warning stops nobody's script."""
    levels = {finding.level for finding in findings}
    if Level.AWAY in levels:
        return 3
    return 1 if Level.FAIL in levels else 0
