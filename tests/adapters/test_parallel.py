from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.builders.waiting import PATIENCE

from courseline.adapters.parallel import THREADS, in_parallel


def test_results_come_in_the_order_of_the_items() -> None:
    assert in_parallel(lambda item: item * 2, range(100)) == [item * 2 for item in range(100)]
    assert in_parallel(str, []) == []
    assert in_parallel(str, [1]) == ["1"]


def test_no_more_than_sixteen_run_at_once() -> None:
    running, most, lock, full = 0, 0, threading.Lock(), threading.Barrier(THREADS)

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        full.wait(timeout=PATIENCE)
        with lock:
            running -= 1

    in_parallel(work, range(4 * THREADS))
    assert most == THREADS == 16


def test_the_first_error_ends_it_and_what_has_not_begun_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    given_up = threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            given_up.set()
            super().shutdown(wait=wait)

    monkeypatch.setattr("courseline.adapters.parallel.ThreadPoolExecutor", Pool)

    def work(item: int) -> None:
        begun.append(item)
        if item == 0:
            raise ValueError("first")
        given_up.wait()  # as long as the error has not come through

    with pytest.raises(ValueError, match="first"):
        in_parallel(work, range(1000))
    assert len(begun) <= THREADS + 1  # the thread of the first took another one before that
