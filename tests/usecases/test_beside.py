from __future__ import annotations

import threading

import pytest

from courseline.errors import NeighbourFailed
from courseline.usecases.beside import beside


def test_both_go_on_at_the_same_time() -> None:
    block, reading = threading.Event(), threading.Event()

    def read() -> str:
        reading.set()
        block.wait()
        return "read"

    with beside(read) as result:
        reading.wait()
        block.set()
        assert result() == "read"


def test_what_reading_raised_is_raised_where_its_result_is_wanted() -> None:
    def read() -> None:
        raise NeighbourFailed("away")

    with pytest.raises(NeighbourFailed, match="away"), beside(read) as result:
        result()


def test_a_block_that_fails_says_so_first() -> None:
    def read() -> None:
        raise NeighbourFailed("away")

    with pytest.raises(ValueError, match="git"), beside(read):
        raise ValueError("git")
