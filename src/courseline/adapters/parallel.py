"""Runs the same small piece of I/O for many things at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 16


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Results of `work` in the order of `items`; the first error ends it, what has not begun then never begins."""
    waiting = list(items)
    if len(waiting) < 2:
        return [work(item) for item in waiting]
    with ThreadPoolExecutor(min(THREADS, len(waiting))) as pool:
        futures = [pool.submit(work, item) for item in waiting]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
