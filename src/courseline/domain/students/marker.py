"""A solution marker, and which of them make pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from courseline.errors import Problem


class Kind(StrEnum):
    """What a pair of markers encloses."""

    SOLUTION = "solution"
    HIDDEN_TESTS = "hidden tests"
    MARK_SCHEME = "mark scheme"


class Form(StrEnum):
    """How a marker is written; the two of a pair are written alike."""

    WORD_FIRST = "BEGIN SOLUTION"
    WORD_LAST = "SOLUTION BEGIN"
    TAG = "<solution>"


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker line.

    Attributes:
        line: 1-based.
        opens: BEGIN, not END.
        kind: what it encloses.
        form: how it is written.
        words: as written, for messages.
    """

    line: int
    opens: bool
    kind: Kind
    form: Form
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """The markers of a file, in order, and what is wrong with them."""

    markers: tuple[Marker, ...]
    problems: tuple[Problem, ...]


def pairing_problems(markers: Sequence[Marker], path: str) -> Iterator[Problem]:
    """Markers that have no partner, stand inside a pair, or are not written like their partner."""
    opened: Marker | None = None
    for marker in markers:
        if marker.opens and opened is not None:
            yield Problem(
                path,
                marker.line,
                f"`{marker.words}` stands inside the {opened.kind} that line {opened.line} begins.",
                fix="End that first; markers do not nest.",
            )
        elif marker.opens:
            opened = marker
        elif opened is None:
            yield Problem(
                path,
                marker.line,
                f"`{marker.words}` ends a {marker.kind} that no line begins.",
                fix="Add the marker that begins it, or remove this line.",
            )
        else:
            if (marker.form, marker.kind) != (opened.form, opened.kind):
                yield Problem(
                    path,
                    marker.line,
                    f"`{marker.words}` ends what line {opened.line} begins as `{opened.words}`.",
                    fix="Write both alike, in the same order of words.",
                )
            opened = None
    if opened is not None:
        yield Problem(
            path,
            opened.line,
            f"`{opened.words}` begins a {opened.kind} that no line ends.",
            fix="Add the marker that ends it.",
        )
