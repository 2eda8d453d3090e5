"""Version ranges: what a course or a dependency asks for, and which version answers it.

`latest`, a label (`v1.0`), a git tree id, `*`, or comparisons joined by commas: `^1.0`, `~1.2`, `>=1.0,<2.0`. Order and
arithmetic are those of https://semver.org; missing numbers are 0, and `^` and `~` read their number as npm does
(https://docs.npmjs.com/cli/v6/using-npm/semver): `^1` and `~1` below 2, `^0.2` below 0.3, `~1.2` below 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import eq, ge, gt, le, lt

from semantic_version import Version

from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, Problem

_TREE_ID = re.compile(r"[0-9a-f]{40}")
_COMPARISON = re.compile(r"(\^|~|>=|<=|>|<|==|=)\s*(\S+)")
_OPERATORS: dict[str, Callable[[Version, Version], bool]] = {">=": ge, ">": gt, "<=": le, "<": lt, "==": eq}
_FORMS = "Write a label such as `v1.0`, `latest`, `*`, or comparisons such as `^1.0`, `~1.2`, `>=1.0,<2.0`."


class RangeKind(StrEnum):
    """EXACT names one label, TREE one content by its git tree id; LATEST and RANGE are answered by the highest."""

    EXACT = "exact"
    TREE = "tree"
    LATEST = "latest"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Bound:
    """One comparison: `operator` is `>=`, `>`, `<=`, `<` or `==`."""

    operator: str
    version: Version

    def admits(self, version: Version) -> bool:
        """Whether `version` satisfies it, pre-releases included."""
        return _OPERATORS[self.operator](version, self.version)


@dataclass(frozen=True, slots=True)
class VersionRange:
    """A wish for a version.

    Attributes:
        text: as written; `latest` when nothing was.
        kind: see `RangeKind`.
        bounds: all must hold; one `==` for EXACT, none for LATEST, TREE and `*`.
        tree_id: for TREE, 40 hex digits.
    """

    text: str
    kind: RangeKind
    bounds: tuple[Bound, ...] = ()
    tree_id: str | None = None

    @classmethod
    def parse(cls, text: str | int | None, where: str = "version", line: int | None = None) -> VersionRange:
        """The range written as `text`; nothing written is `latest`.

        Args:
            text: a whole number counts as its digits (YAML's `version: 1`).
            where: file to name in the problem.
            line: and its line there.

        Raises:
            InvalidInput: not a range; its one problem quotes the part that is not understood.
        """
        written = "" if text is None else str(text).strip()
        if written.lower() in {"", "latest"}:
            return cls("latest", RangeKind.LATEST)
        if _TREE_ID.fullmatch(written.lower()):
            return cls(written, RangeKind.TREE, tree_id=written.lower())
        label = Label.parse(written)
        if label is not None:
            return cls(written, RangeKind.EXACT, (Bound("==", label.version),))
        bounds: list[Bound] = []
        for part in written.split(","):
            found = _bounds(part.strip())
            if found is None:
                message = f"`{printable(written[:80])}` is no version or range"
                message += (
                    "." if part == written else f": `{printable(part.strip()[:40])}` is not understood."
                )
                problem = Problem(where, line, message, fix=_FORMS)
                raise InvalidInput(problem.sentence, [problem])
            bounds += found
        exact = len(bounds) == 1 and bounds[0].operator == "=="
        return cls(written, RangeKind.EXACT if exact else RangeKind.RANGE, tuple(bounds))

    def admits(self, label: Label, version_identifier: str | None = None) -> bool:
        """Whether a version with this label answers the wish.

        A pre-release answers only a range that names a pre-release of the same three numbers.

        Args:
            label: of the version.
            version_identifier: its git tree id; without it no tree id is matched.
        """
        if self.kind is RangeKind.TREE:
            return version_identifier == self.tree_id
        if label.is_prerelease and not any(
            _same_release(bound.version, label.version) for bound in self.bounds
        ):
            return False
        return all(bound.admits(label.version) for bound in self.bounds)

    def choose(self, versions: Sequence[LabelledVersion]) -> LabelledVersion | None:
        """The highest of an example's labelled versions that answers the wish, None when none does.

        Withdrawn versions are passed over, except by a wish that names exactly them; the caller warns then.
        """
        admitted = [one for one in versions if self.admits(one.label, one.version_identifier)]
        standing = [one for one in admitted if not one.withdrawn]
        if not standing and self.kind in {RangeKind.EXACT, RangeKind.TREE}:
            standing = admitted
        return max(standing, key=lambda one: one.label, default=None)

    def __str__(self) -> str:
        return self.text


def _bounds(part: str) -> list[Bound] | None:
    if part == "*":
        return []
    match = _COMPARISON.fullmatch(part)
    label = Label.parse(match[2]) if match else None
    if match is None or label is None:
        return None
    low: Version = label.version
    operator = match[1]
    if operator in {"^", "~"}:
        return [Bound(">=", low), Bound("<", _ceiling(operator, low, _numbers_written(match[2])))]
    return [Bound("==" if operator == "=" else operator, low)]


def _numbers_written(text: str) -> int:
    return text.split("-", 1)[0].count(".") + 1


def _ceiling(operator: str, low: Version, written: int) -> Version:
    """The first version above `^` or `~`: the kept numbers stay, the one behind them does not matter."""
    numbers = [low.major, low.minor, low.patch]
    if operator == "~":
        kept = min(written, 2)
    else:  # up to the first number that is not 0, as far as numbers were written
        kept = next((index + 1 for index in range(written) if numbers[index]), written)
    numbers = [*numbers[: kept - 1], numbers[kept - 1] + 1, *[0] * (3 - kept)]
    return Version(major=numbers[0], minor=numbers[1], patch=numbers[2])


def _same_release(bound: Version, version: Version) -> bool:
    return bool(bound.prerelease) and bool(bound.truncate() == version.truncate())
