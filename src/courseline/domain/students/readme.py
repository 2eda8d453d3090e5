"""Rule 5: the README.md at the root of the student-template repository, made from the course file alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

_NOTHING_YET = "This repository has no assignments yet."
_HEADER = ("| Assignment | Path | Maximum submissions |", "|---|---|---|")
# Every character that means something to CommonMark, its tables, or GitLab (`@` names people, `$` begins a formula),
# https://spec.commonmark.org/0.31.2/#backslash-escapes. A colon only where it makes an address or an emoji.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&$@^=!]|:(?=\S)|(?<=\bwww)\.|^[-+]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


@dataclass(frozen=True, slots=True)
class ReadmeRow:
    """A content of the course as the README shows it.

    Attributes:
        path: ltree path.
        title: for people, any text.
        directory: its directory in the template; None for a unit, which becomes a heading.
        max_submissions: None when there is no limit.
    """

    path: str
    title: str
    directory: str | None = None
    max_submissions: int | None = None


def course_readme(
    title: str, description: str, rows: Sequence[ReadmeRow], published: Collection[str]
) -> bytes:
    """Write the README; the same course gives the same bytes.

    Args:
        title: of the course.
        description: of the course, "" for none.
        rows: contents in the order of the course file.
        published: directories students have; only these are linked.
    """
    blocks = [f"# {plain(title)}"]
    if description.strip():
        blocks.append(plain(description))
    for is_unit, group in groupby(rows, key=lambda row: row.directory is None):
        if is_unit:
            blocks += [f"{'#' * min(6, 2 + row.path.count('.'))} {plain(row.title)}" for row in group]
        else:
            blocks.append("\n".join([*_HEADER, *_table(group, published)]))
    if not any(row.directory for row in rows):
        blocks.append(_NOTHING_YET)
    return ("\n\n".join(blocks) + "\n").encode()


def plain(text: str) -> str:
    """Any text as one line of Markdown that shows exactly these characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return _SPECIAL.sub(lambda match: "\\" + match.group(), line)


def _table(rows: Iterator[ReadmeRow], published: Collection[str]) -> Iterator[str]:
    for row in rows:
        title = plain(row.title)
        if row.directory in published:
            title = f"[{title}]({quote(row.directory or '')}/)"
        limit = "" if row.max_submissions is None else str(row.max_submissions)
        yield f"| {title} | `{row.path}` | {limit} |"
