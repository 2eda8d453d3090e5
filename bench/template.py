"""The student template of a large course: the first one, and one in which one place changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise

from bench.floors import template_by_checkout, template_floor
from bench.measure import Run, interleaved
from bench.place import Place, place
from bench.table import Row, against
from bench.workloads import commit, examples, make_repository, structure

FIRST, CHANGED, AHEAD, GROWTH, MEMORY = 2.0, 3.0, 1.0, 2.0, 200.0
KEPT = (
    "README.md",
    "meta.yaml",
    *(f"data/words{number}.txt" for number in range(4)),
    "studentTemplates/main.py",
)
"""What the floor and the peer copy of a place; seven files, as our template has."""


def measure(sizes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of places, the largest last."""
    beyond: dict[int, float] = {}
    for size in sizes:
        with place() as here, place() as empty:
            empty.empty_course()
            commit(here.examples, examples(range(size), 0), "v1.0")
            here.sync("v1.0")
            for edition in range(1, rounds + 1):
                commit(here.examples, examples(range(1), edition), f"v1.{edition}")
                here.sync(f"v1.{edition}")
            here.register()
            places = dict.fromkeys(range(size), 0)
            commit(here.assignments, structure(places))
            here.deploy()
            ours, floor, peer, start = _first(here, empty, rounds)
            what = f"template, first of {size:,} places"
            floor_note, peer_note = (
                "ls-tree, fast-import by blob id, push",
                "check-outs, rsync, add, commit, push",
            )
            yield against(what, ours.seconds - start.seconds, floor.seconds, FIRST, floor_note, ours.peak)
            yield against(what, ours.seconds - start.seconds, peer.seconds, AHEAD, peer_note)
            ours, floor, peer, start = _changed(here, empty, places, rounds)
            beyond[size] = ours.seconds - start.seconds
            what = f"template, one of {size:,} places changed"
            yield against(what, beyond[size], floor.seconds, CHANGED, floor_note, ours.peak)
            yield against(what, beyond[size], peer.seconds, AHEAD, peer_note)
    for small, large in pairwise(sizes):
        what = f"template, one changed: {large:,} against {small:,} places"
        yield against(what, beyond[large], beyond[small], GROWTH, "our own time in the smaller course")


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
    for name, run in runs.items():
        megabytes = run.peak / 1024
        yield Row(
            f"{name}, memory at {files:,} files",
            megabytes / MEMORY,
            1.0,
            peak=run.peak,
            note=f"{MEMORY:.0f} MB",
        )


def _first(here: Place, empty: Place, rounds: int) -> list[Run]:
    """Each round into fresh repositories; ours is the registered one, with its branch taken away again."""
    floor_target, peer_target = here.root / "floor-target.git", here.root / "peer-target.git"

    def fresh() -> None:
        for target in (floor_target, peer_target):
            shutil.rmtree(target, ignore_errors=True)
            make_repository(target)

    def floor(_: int) -> Run:
        fresh()
        return template_floor(here.assignments, floor_target, KEPT, (), here.root / "floor")

    def ours(_: int) -> Run:
        shutil.rmtree(here.template)
        make_repository(here.template)
        return here.publish_template()

    return interleaved(
        rounds,
        ours,
        floor,
        lambda _: template_by_checkout(here.assignments, peer_target, KEPT, here.root / "peer"),
        lambda _: empty.publish_template(),
    )


def _changed(here: Place, empty: Place, places: dict[int, int], rounds: int) -> list[Run]:
    floor_target, peer_target = here.root / "floor-target.git", here.root / "peer-target.git"

    def ours(number: int) -> Run:
        commit(here.assignments, structure(places | {0: number + 1}))
        here.deploy()
        return here.publish_template()

    return interleaved(
        rounds,
        ours,
        lambda _: template_floor(here.assignments, floor_target, KEPT, (), here.root / "floor"),
        lambda _: template_by_checkout(here.assignments, peer_target, KEPT, here.root / "peer"),
        lambda _: empty.publish_template(),
    )
