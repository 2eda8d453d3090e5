"""Plain data from a text file together with where each part stood, so that problems carry lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Key = tuple[str | int, ...]


class Span(NamedTuple):
    """Where a value stands in the decoded text.

    Attributes:
        line: 1-based line of its first character.
        start: offset of its first character, in characters of the decoded text.
        end: offset behind its last character.
    """

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """A parsed file.

    Attributes:
        path: name to show in problems.
        data: dicts with text keys, lists, str, int, bool, None; nothing else.
        spans: place of each value, keyed by its path inside the data, e.g. `("properties", "testFiles", 0)`;
            the place of a mapping entry is that of its key's line, with the value's offsets.
        text: the decoded file, for edits that keep every other character.
    """

    path: str
    data: object
    spans: Mapping[Key, Span]
    text: str = ""

    def line(self, *key: str | int) -> int:
        """Line of the value at `key`, or of the nearest thing around it that has one; 1 for the file itself."""
        span = self.spans.get(key)
        if span is not None:  # nearly always
            return span.line
        for length in range(len(key) - 1, -1, -1):
            span = self.spans.get(key[:length])
            if span is not None:
                return span.line
        return 1
