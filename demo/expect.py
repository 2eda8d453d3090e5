"""What the demo says against what it finds."""

from __future__ import annotations

import json

LONGEST = 1500


class Difference(Exception):  # noqa: N818 - it is what was found, which need not be an error of the program
    """Something is not as the demo says.

    Args:
        what: which fact.
        expected: what the demo says.
        found: what is there.
    """

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(what)
        self.lines = (f"looked at  {what}", f"expected   {_shown(expected)}", f"found      {_shown(found)}")


def expect(what: str, found: object, expected: object) -> None:
    """Compare.

    Raises:
        Difference: `found` is not `expected`.
    """
    if found != expected:
        raise Difference(what, expected, found)


def _shown(value: object) -> str:
    if isinstance(value, set | frozenset):
        value = sorted(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
