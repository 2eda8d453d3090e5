"""Ask one neighbour while another is being asked: git and the database take their time, and neither needs the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")


@contextmanager
def beside(read: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin to read while the block goes on.

    Args:
        read: short, and nothing that a failure of the block would have to undo: it is waited for in any case.

    Yields:
        A function that waits for what was read, and raises what reading raised.
    """
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(read).result
