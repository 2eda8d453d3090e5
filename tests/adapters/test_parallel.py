from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.builders.waiting import PATIENCE

from courseline.adapters.parallel import THREADS, in_parallel, in_parallel_when_slow


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


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("courseline.adapters.parallel.SLOW_SECONDS", seconds)


def test_what_makes_nobody_wait_is_done_by_one_thread_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    slow(monkeypatch, 3600.0)
    done: list[tuple[int, int]] = []
    assert not in_parallel_when_slow(lambda item: done.append((item, threading.get_ident())), range(200))
    assert done == [(item, threading.get_ident()) for item in range(200)]
    assert not in_parallel_when_slow(done.append, [])


@pytest.mark.parametrize("is_slow", [False, True])
def test_what_keeps_waiting_is_done_by_many_and_each_once(
    monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    slow(monkeypatch, -1.0)
    done: list[int] = []
    full = threading.Barrier(THREADS)

    def work(item: int) -> None:
        done.append(item)
        if threading.current_thread() is not threading.main_thread():
            full.wait(timeout=PATIENCE)

    assert in_parallel_when_slow(work, range(2 * THREADS + (not is_slow)), is_slow=is_slow)
    assert sorted(done) == list(range(2 * THREADS + (not is_slow)))


def test_an_error_comes_through_whoever_meets_it() -> None:
    for is_slow in (False, True):
        with pytest.raises(ZeroDivisionError):
            in_parallel_when_slow(lambda item: 1 // item, [2, 1, 0], is_slow=is_slow)
