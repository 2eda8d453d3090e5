"""The student template of a large course: the first one, and one in which one place changed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

from bench.floors import template_by_checkout, template_floor
from bench.measure import Run, interleaved, run
from bench.place import ROOT, Place, place
from bench.table import Row, against
from bench.workloads import commit, examples, make_repository, structure

FIRST, CHANGED, AHEAD, GROWTH, MEMORY = 2.0, 3.0, 1.0, 2.0, 200.0
SMALL_ROUNDS = 3
"""A tenth of a second beyond the start of a process is measured so many times as often as what takes longer."""

KEPT = (
    "README.md",
    "meta.yaml",
    *(f"data/words{number}.txt" for number in range(4)),
    "studentTemplates/main.py",
)
"""What the floor and the peer copy of a place; seven files, as our template has."""

BEGIN = f"""
import runpy
runpy.run_path({str(ROOT / "scripts" / "generate_student_template.py")!r}, run_name="loaded")
import git.cmd
import courseline.usecases.students.publish_template
from courseline.cli.session import session
with session("courseline-student-template") as wiring, wiring.neighbours().database.transaction():
    pass
"""
"""All that a run loads before it asks anybody and the library that starts git, then the database's first answer."""


def measure(sizes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of places, the largest last."""
    beyond: dict[int, Run] = {}
    floor_note, peer_note = "ls-tree, fast-import by blob id, push", "check-outs, rsync, add, commit, push"
    for size in sizes:
        often = rounds if size == sizes[-1] else rounds * SMALL_ROUNDS
        with place() as here:
            commit(here.examples, examples(range(size), 0), "v1.0")
            here.sync("v1.0")
            for edition in range(1, often + 1):
                commit(here.examples, examples(range(1), edition), f"v1.{edition}")
                here.sync(f"v1.{edition}")
            here.register()
            places = dict.fromkeys(range(size), 0)
            commit(here.assignments, structure(places))
            here.deploy()
            ours, floor, peer = _first(here, often)
            what = f"template, first of {size:,} places"
            yield _row(what, ours, floor, FIRST, floor_note)
            yield _row(what, ours, peer, AHEAD, peer_note)
            ours, floor, peer = _changed(here, places, often)
            beyond[size] = ours
            what = f"template, one of {size:,} places changed"
            yield _row(what, ours, floor, CHANGED, floor_note)
            yield _row(what, ours, peer, AHEAD, peer_note)
    for small, large in pairwise(sizes):
        what = f"template, one changed: {large:,} against {small:,} places"
        yield _row(what, beyond[large], beyond[small], GROWTH, "our own time in the smaller course")


def _row(what: str, ours: Run, other: Run, most: float, note: str) -> Row:
    """The row by the clock on the wall, with the ratio by processor time in its note."""
    busy = f"{note}; {ours.busy / max(other.busy, 0.001):.2f} by processor time"
    return against(what, ours.seconds, other.seconds, most, busy, ours.peak)


def memory(files: int) -> Iterator[Row]:
    """The largest process of deploy and template in a repository of that many files, against 200 MB."""
    with place() as here:
        size = files // 10
        commit(here.examples, examples(range(size), 0), "v1.0")
        runs = {"sync": here.sync("v1.0")}
        here.register()
        commit(here.assignments, structure(dict.fromkeys(range(size), 0)))
        runs["deploy"] = here.deploy()
        runs["template"] = here.publish_template()
    for name, done in runs.items():
        megabytes = done.peak / 1024
        yield Row(
            f"{name}, memory at {files:,} files",
            megabytes / MEMORY,
            1.0,
            peak=done.peak,
            note=f"{MEMORY:.0f} MB",
        )


def _first(here: Place, rounds: int) -> list[Run]:
    """Each round into fresh repositories; ours is the registered one, made anew, and nobody was given anything yet."""
    floor_target, peer_target = here.root / "floor-target.git", here.root / "peer-target.git"

    def floor(_: int) -> Run:
        for target in (floor_target, peer_target):
            shutil.rmtree(target, ignore_errors=True)
            make_repository(target)
        return template_floor(here.assignments, floor_target, KEPT, (), here.root / "floor")

    def ours(_: int) -> Run:
        shutil.rmtree(here.template)
        make_repository(here.template)
        here.query("DELETE FROM template_exposure")  # or all but the first round would have less to record
        return here.publish_template()

    return _beyond_start(here, rounds, ours, floor)


def _changed(here: Place, places: dict[int, int], rounds: int) -> list[Run]:
    floor_target = here.root / "floor-target.git"

    def ours(number: int) -> Run:
        commit(here.assignments, structure(places | {0: number + 1}))
        here.deploy()
        return here.publish_template()

    return _beyond_start(
        here,
        rounds,
        ours,
        lambda _: template_floor(here.assignments, floor_target, KEPT, (), here.root / "floor"),
    )


def _beyond_start(
    here: Place, rounds: int, ours: Callable[[int], Run], floor: Callable[[int], Run]
) -> list[Run]:
    """Ours less the start of process and database; floor and peer whole."""
    peer_target = here.root / "peer-target.git"
    whole, bottom, peer, start = interleaved(
        rounds,
        ours,
        floor,
        lambda _: template_by_checkout(here.assignments, peer_target, KEPT, here.root / "peer"),
        lambda _: run([sys.executable, "-c", BEGIN], settings=here.settings),
    )
    return [Run(whole.seconds - start.seconds, whole.peak, whole.busy - start.busy), bottom, peer]
