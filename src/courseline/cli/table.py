"""Tables: aligned columns for pipes, at any width; on a terminal titles give way before names and paths do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_GAP = "  "
_READABLE = 24
"""Characters in a line; prose in fewer is no longer read but spelled."""


def show_table(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    wraps: Collection[str] = (),
    right: Collection[str] = (),
    optional: Sequence[str] = (),
    indent: int = 0,
) -> None:
    """Print rows below their headings.

    Args:
        console: a terminal, or text of full width.
        columns: headings.
        rows: as many texts each; "" for nothing.
        wraps: columns of prose, which a narrow terminal may break between words.
        right: columns of numbers.
        optional: columns that a narrow terminal does without, the first one first.
        indent: spaces in front of each line.
    """
    if console.is_terminal:
        for heading in optional:
            if not _too_wide(columns, rows, wraps, console.width - indent):
                break
            left_out = columns.index(heading)
            columns = [*columns[:left_out], *columns[left_out + 1 :]]
            rows = [[*row[:left_out], *row[left_out + 1 :]] for row in rows]
        _rich(console, columns, rows, wraps, right, indent)
        return
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(columns))]
    for line in lines:
        cells = [
            text.rjust(width) if heading in right else text.ljust(width)
            for heading, text, width in zip(columns, line, widths, strict=True)
        ]
        console.print((" " * indent + _GAP.join(cells)).rstrip(), markup=False, soft_wrap=True)


def _rich(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    wraps: Collection[str],
    right: Collection[str],
    indent: int,
) -> None:
    from rich.padding import Padding  # noqa: PLC0415 - only for people at a terminal
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    if _too_wide(columns, rows, wraps, console.width - indent):
        _stacked(console, columns, rows, wraps, indent)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        table.add_column(
            heading, no_wrap=heading not in wraps, justify="right" if heading in right else "left"
        )
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    console.print(Padding(table, (0, 0, 0, indent)))


def _too_wide(
    columns: Sequence[str], rows: Sequence[Sequence[str]], wraps: Collection[str], width: int
) -> bool:
    """Whether a column would have to break within a name, a path or a word."""
    needed = 0
    for number, heading in enumerate(columns):
        texts = [heading, *(row[number] for row in rows)]
        width_of = max(_cells(text) for text in texts)
        if heading in wraps:
            word = max((_cells(part) for text in texts for part in text.split()), default=0)
            width_of = max(word, min(width_of, _READABLE))
        needed += width_of + len(_GAP)
    return needed - len(_GAP) > width


def _cells(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return cell_len(text)


def _stacked(
    console: Console,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    wraps: Collection[str],
    indent: int,
) -> None:
    """Names and paths of a row on one line, prose below; only the terminal itself may break them."""
    from rich.text import Text  # noqa: PLC0415 - as above

    names = [number for number, heading in enumerate(columns) if heading not in wraps]
    prose = [number for number, heading in enumerate(columns) if heading in wraps]
    for row in (columns, *rows):
        style = "bold" if row is columns else ""
        line = _GAP.join(row[number] for number in names if row[number])
        console.print(Text(" " * indent + line, style=style), soft_wrap=True)
        if said := _GAP.join(row[number] for number in prose if row[number]):
            console.print(Text(" " * (indent + 4) + said, style=style), soft_wrap=True)
