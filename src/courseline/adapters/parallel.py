"""Runs the same small piece of I/O for many things at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, thread_time
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 16

SLOW_SECONDS = 0.002
"""Waiting that starting threads is worth."""


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


def in_parallel_when_slow(
    work: Callable[[Item], object], items: Iterable[Item], *, is_slow: bool = False
) -> bool:
    """Do it one after the other, and from when that has waited for too long many at once; the first error ends it.

    A disk in memory answers before another thread has begun, and one that turns keeps each of them waiting.

    Args:
        work: short.
        items: in the order in which they are begun.
        is_slow: known to be.

    Returns:
        Whether it was slow.
    """
    waiting = iter(items)
    begun = perf_counter() - thread_time()
    for item in () if is_slow else waiting:
        work(item)
        if is_slow := perf_counter() - thread_time() - begun > SLOW_SECONDS:
            break
    rest = list(waiting)
    share = max(1, -(-len(rest) // THREADS))
    in_parallel(
        lambda some: [work(item) for item in some],
        [rest[at : at + share] for at in range(0, len(rest), share)],
    )
    return is_slow
