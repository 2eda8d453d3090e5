"""Labels: the names under which versions are released, ordered as semantic versions.

Order: https://semver.org/#spec-item-11. Missing numbers are 0, so `v1`, `1.0` and `v1.0.0` are one label.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache, total_ordering

from semantic_version import Version

_NUMBER = r"(?:0|[1-9][0-9]{0,17})"
_FORM = re.compile(
    rf"v?(?P<numbers>{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER})?)?)(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A release label.

    Attributes:
        canonical: `1.0.0` or `1.0.0-rc.1`; equality, order and uniqueness go by it.
        shown: as first written (`v1.0`).
    """

    canonical: str
    shown: str
    _order: Version = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Label | None:
        """The label written as `text`, or None when it is no release label (`draft`, `v01`, `1.2.3.4`, `1.0+b1`)."""
        return _parse(text)

    @property
    def is_prerelease(self) -> bool:
        """Whether `latest` and plain ranges pass it over."""
        return "-" in self.canonical

    @property
    def version(self) -> Version:
        """For range arithmetic."""
        return self._order

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Label) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)

    def __lt__(self, other: Label) -> bool:
        return bool(self._order < other._order)

    def __str__(self) -> str:
        return self.shown


@lru_cache(maxsize=4096)  # one tag names a version of every example of a repository
def _parse(text: str) -> Label | None:
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    numbers = match["numbers"].split(".")
    canonical = ".".join(numbers + ["0"] * (3 - len(numbers)))
    if match["pre"]:
        canonical += f"-{match['pre']}"
    try:
        return Label(canonical, text, Version(canonical))
    except ValueError:  # a numeric pre-release part with a leading zero
        return None
