"""A budget of requests: what it lets go at once, what waits, what is postponed. Time is the test's own."""

from __future__ import annotations

import threading

import pytest

from courseline.adapters.gitlab.budget import Budget
from courseline.errors import NeighbourFailed


class Time:
    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.at += seconds


def made(per_minute: int, time: Time, longest_wait: float = 90.0) -> Budget:
    return Budget(per_minute, longest_wait=longest_wait, now=lambda: time.at, sleep=time.sleep)


def test_as_many_as_it_holds_go_at_once_and_the_next_waits_for_its_turn() -> None:
    time = Time()
    budget = made(60, time)
    for _ in range(60):
        budget.take("GET /x")
    assert time.slept == []
    budget.take("GET /x")
    assert time.slept == [1.0]


def test_a_minute_of_silence_fills_it_and_no_more() -> None:
    time = Time()
    budget = made(60, time)
    for _ in range(60):
        budget.take("GET /x")
    time.at += 3600
    for _ in range(60):
        budget.take("GET /x")
    assert time.slept == []
    budget.take("GET /x")
    assert time.slept == [1.0]


def test_what_would_wait_too_long_is_postponed_and_takes_nothing() -> None:
    time = Time()
    budget = made(1, time, longest_wait=10)
    budget.take("GET /x")
    for _ in range(3):
        with pytest.raises(
            NeighbourFailed, match=r"GET /x: the 1 requests.*COURSELINE_API_BUDGET.*postponed"
        ):
            budget.take("GET /x")
    time.at += 60
    budget.take("GET /x")
    assert time.slept == []


def test_threads_share_it() -> None:
    slept: list[float] = []
    budget = Budget(60, now=lambda: 0.0, sleep=slept.append)
    threads = [threading.Thread(target=lambda: [budget.take("GET /x") for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(round(wait) for wait in slept) == list(range(1, 21))
