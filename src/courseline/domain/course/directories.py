"""Which directories of the assignments repository belong to which content, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from courseline.domain.paths import folded, listed_path_problem, printable
from courseline.errors import Problem

_KEPT = frozenset({"readme.md", "course-structure.yaml", "deployment.yaml"})


class Reason(IntEnum):
    """Why a content has its directory; of two that want the same one, the lower reason gives way."""

    DEFAULT = 0
    WRITTEN = 1
    FIXED = 2

    @property
    def words(self) -> str:
        """For messages."""
        return ("by default", "by its `directory:`", "since its first deploy")[self]


class Claim(NamedTuple):
    """A content's directory.

    Attributes:
        content: its ltree path.
        directory: relative to the repository, without a trailing slash.
        reason: see `Reason`.
        line: line of the content in the course file.
    """

    content: str
    directory: str
    reason: Reason
    line: int


def default_directory(path: str) -> str:
    """`week1/hello_world` for `week1.hello_world`."""
    return path.replace(".", "/")


def directory_problem(text: str, where: str, line: int) -> Problem | None:
    """Check one directory; a trailing slash is allowed.

    Hidden names are kept for courseline's and git's own files, and a directory must not take the place of a file that
    courseline writes or reads at the root.
    """
    wrong = listed_path_problem(text, where, line, may_be_directory=True)
    if wrong is not None:
        return wrong
    parts = text.rstrip("/").split("/")
    hidden = next((part for part in parts if part.startswith(".")), None)
    if hidden is not None:
        message = f"The directory `{printable(text)}` holds the hidden name `{printable(hidden)}`."
        return Problem(where, line, message, fix="Choose names that do not begin with a dot.")
    if folded(parts[0]) in _KEPT:
        message = f"The directory `{printable(text)}` takes the name of a file at the root of the repository."
        return Problem(where, line, message, fix="Choose another name.")
    return None


def overlaps(claims: Iterable[Claim], where: str) -> list[Problem]:
    """Two contents with one directory, or one inside the other's; names that differ only in case count as one.

    Args:
        claims: of contents that hold files.
        where: the course file's name.
    """
    problems: list[Problem] = []
    taken: dict[str, Claim] = {}
    by_line = sorted(claims, key=attrgetter("line"))
    for claim in sorted(by_line, key=attrgetter("reason"), reverse=True):
        other = taken.setdefault(folded(claim.directory), claim)
        if other is not claim:
            message = (
                f"The directory `{printable(claim.directory)}` of `{claim.content}` is already the one of "
                f"`{other.content}` (line {other.line}), {other.reason.words}."
            )
            problems.append(Problem(where, claim.line, message, fix=_fix(claim)))
    for name, claim in taken.items():
        outer, slash = None, name.find("/")
        while slash >= 0 and outer is None:
            outer, slash = taken.get(name[:slash]), name.find("/", slash + 1)
        if outer is None:
            continue
        message = (
            f"The directory `{printable(claim.directory)}` of `{claim.content}` lies in `{printable(outer.directory)}`, "
            f"the directory of `{outer.content}`; no place may lie in another."
        )
        last = min(claim, outer, key=lambda one: (one.reason, -one.line))
        problems.append(Problem(where, last.line, message, fix=_fix(last)))
    return problems


def _fix(claim: Claim) -> str:
    change = "another" if claim.reason is Reason.WRITTEN else "a"
    return f"Give `{claim.content}` {change} `directory:` that belongs to it alone."
