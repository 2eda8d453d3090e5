"""A release of many examples in which ten changed, against git alone; and the same tag again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

from bench.floors import sync_floor
from bench.measure import Run, interleaved, run
from bench.place import ROOT, Place, place
from bench.table import Row, against
from bench.workloads import commit, examples, name_of

CHANGED = 10
ASKED = 3.0
READS = ("courseline.domain.library.meta_reader", "courseline.usecases.library.inspect_view")
"""Modules that a sync loads when there is a new example to read."""


def measure(sizes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of examples."""
    for size in sizes:
        with place() as here:
            commit(here.examples, examples(range(size), 0), "v1.0")
            here.sync("v1.0")
            for number in range(rounds):
                commit(here.examples, examples(_changed(number, size), number + 1), f"v1.{number + 1}")
            ours, floor, again, start, start_again = interleaved(
                rounds,
                lambda number: here.sync(f"v1.{number + 1}"),
                partial(_floor, here, size),
                lambda number: here.sync(f"v1.{number + 1}"),
                lambda _: _begin(here, *READS),
                lambda _: _begin(here),
            )
        note = "git fetch, ls-tree, write the changed files"
        yield _row(f"sync, {CHANGED} of {size:,} examples changed", ours, start, floor, note)
        yield _row(f"sync, none of {size:,} changed", again, start_again, floor, "the same floor")


def _begin(here: Place, *more: str) -> Run:
    """Load the modules of a sync and the library that starts git, and hear the database's first answer; no more."""
    modules = ("git.cmd", "courseline.usecases.library.sync", *more)
    program = f"""
import runpy
runpy.run_path({str(ROOT / "scripts" / "sync_examples.py")!r}, run_name="loaded")
import {", ".join(modules)}
from courseline.cli.session import session
with session("courseline-sync") as wiring, wiring.neighbours().database.transaction():
    pass
"""
    return run([sys.executable, "-c", program], settings=here.settings)


def _row(what: str, ours: Run, start: Run, floor: Run, note: str) -> Row:
    """The row by the clock on the wall, with the ratio by processor time in its note."""
    busy = (ours.busy - start.busy) / max(floor.busy, 0.001)
    note = f"{note}; {busy:.2f} by processor time"
    return against(what, ours.seconds - start.seconds, floor.seconds, ASKED, note, ours.peak)


def _changed(number: int, size: int) -> range:
    """Examples that change in a round, others each time as long as there are enough."""
    first = number * CHANGED % size
    return range(first, first + CHANGED)


def _floor(here: Place, size: int, number: int) -> Run:
    directories = [name_of(one) for one in _changed(number, size)]
    return sync_floor(here.examples, f"v1.{number + 1}", directories, here.root / "floor")
