"""What threads bring at the same time is done in one go."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.builders.waiting import until

from courseline.adapters.grouping import Grouping


@pytest.fixture
def turns(tmp_path: Path) -> Path:
    file = tmp_path / "turns"
    file.touch()
    return file


def test_each_gets_the_answer_to_what_it_brought(turns: Path) -> None:
    grouping: Grouping[int, int] = Grouping(lambda group: [one * 2 for one in group], turns)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(grouping.bring, range(500))) == [one * 2 for one in range(500)]


def test_what_comes_while_others_work_is_one_group(turns: Path) -> None:
    groups: list[list[int]] = []
    may_end = threading.Event()

    def work(group: Sequence[int]) -> list[int]:
        groups.append(list(group))
        may_end.wait()
        return list(group)

    grouping = Grouping(work, turns)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(grouping.bring, 0)
        until(lambda: groups, "the first works")
        others = [pool.submit(grouping.bring, number) for number in range(1, 6)]
        until(lambda: len(grouping._waiting) == 5, "the others wait")
        may_end.set()
        assert [one.result() for one in (first, *others)] == list(range(6))
    assert [len(group) for group in groups] == [1, 5]


def test_a_fault_reaches_all_of_its_group_and_the_next_group_goes_on(turns: Path) -> None:
    def work(group: Sequence[int]) -> list[int]:
        if 13 in group:
            raise ValueError("thirteen")
        return list(group)

    grouping = Grouping(work, turns)
    with pytest.raises(ValueError, match="thirteen"):
        grouping.bring(13)
    assert grouping.bring(1) == 1


def test_a_group_is_open_until_its_process_has_its_turn(turns: Path) -> None:
    groups: list[int] = []

    def work(group: Sequence[int]) -> list[int]:
        groups.append(len(group))
        return list(group)

    grouping = Grouping(work, turns)
    with ThreadPoolExecutor(4) as pool, turns.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        brought = [pool.submit(grouping.bring, number) for number in range(4)]
        until(lambda: len(grouping._waiting) == 4, "all wait for the turn")
        fcntl.flock(other, fcntl.LOCK_UN)
        assert [one.result() for one in brought] == [0, 1, 2, 3]
    assert groups == [4]
