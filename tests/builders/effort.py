"""How much work a call is, in a measure that is the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Effort:
    """Calls of functions, Python's own and those written in C, that were made inside a `counted` block."""

    calls: int = 0


@contextmanager
def counted() -> Iterator[Effort]:
    """Count the calls that this thread makes inside the block."""
    effort = Effort()

    def count(_frame: object, event: str, _argument: object) -> None:
        effort.calls += event in {"call", "c_call"}

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(count)
    try:
        yield effort
    finally:
        sys.setprofile(before)
