"""The table: one line a figure, what was measured beside what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One ratio.

    Attributes:
        what: was measured.
        ratio: `ours / against`, both of this run; None when it could not be measured.
        most: what the ratio may be at most; below 1 means "ahead of".
        ours: seconds, beyond start where the text says so.
        against: seconds of the floor or peer.
        peak: KiB of memory of our largest process; 0 when it is no question here.
        note: against what, or why it was not measured.
    """

    what: str
    ratio: float | None
    most: float
    ours: float = 0.0
    against: float = 0.0
    peak: int = 0
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether it is as asked; None when it was not measured."""
        return None if self.ratio is None else self.ratio <= self.most


def against(what: str, ours: float, other: float, most: float, note: str, peak: int = 0) -> Row:
    """A row of `ours` against `other`, both in seconds."""
    return Row(what, ours / max(other, 1e-6), most, ours, other, peak, note)


def missing(what: str, most: float, why: str) -> Row:
    """A row that could not be measured here."""
    return Row(what, None, most, note=f"not measured: {why}")


def render(rows: Sequence[Row]) -> str:
    """The whole table as text."""
    heads = ("what", "ours", "against", "ratio", "asked", "", "memory", "against what")
    lines = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in {0, 5, 7} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    memory = f"{row.peak / 1024:.0f} MB" if row.peak else ""
    asked = f"<= {row.most:g}"
    if row.ratio is None:
        return (row.what, "", "", "-", asked, "-", memory, row.note)
    verdict = "holds" if row.holds else "MISSED"
    return (
        row.what,
        _time(row.ours),
        _time(row.against),
        f"{row.ratio:.2f}",
        asked,
        verdict,
        memory,
        row.note,
    )


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
