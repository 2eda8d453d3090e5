"""A release of many examples in which ten changed, against git alone; and the same tag again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench.floors import sync_floor
from bench.measure import Run, interleaved
from bench.place import Place, place
from bench.table import Row, against
from bench.workloads import commit, examples, name_of

CHANGED = 10
ASKED = 3.0


def measure(sizes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of examples."""
    for size in sizes:
        with place() as here, place() as empty:
            empty.empty_course()
            commit(here.examples, examples(range(size), 0), "v1.0")
            here.sync("v1.0")
            for number in range(rounds):
                commit(here.examples, examples(_changed(number, size), number + 1), f"v1.{number + 1}")
            ours, floor, again, start = interleaved(
                rounds,
                lambda number: here.sync(f"v1.{number + 1}"),
                partial(_floor, here, size),
                lambda number: here.sync(f"v1.{number + 1}"),
                lambda _: empty.sync("v1.0"),
            )
        what = f"sync, {CHANGED} of {size:,} examples changed"
        note = "git fetch, ls-tree, write the changed files"
        yield against(what, ours.seconds - start.seconds, floor.seconds, ASKED, note, ours.peak)
        what = f"sync, none of {size:,} changed"
        yield against(what, again.seconds - start.seconds, floor.seconds, ASKED, "the same floor", again.peak)


def _changed(number: int, size: int) -> range:
    """Examples that change in a round, others each time as long as there are enough."""
    first = number * CHANGED % size
    return range(first, first + CHANGED)


def _floor(here: Place, size: int, number: int) -> Run:
    directories = [name_of(one) for one in _changed(number, size)]
    return sync_floor(here.examples, f"v1.{number + 1}", directories, here.root / "floor")
