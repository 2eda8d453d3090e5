"""Deploying changed places into small and large assignments repositories."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise

from bench.floors import deploy_by_checkout, deploy_floor
from bench.measure import Run, interleaved, run
from bench.place import ROOT, Place, place
from bench.table import Row, against
from bench.workloads import FILES, commit, examples, structure

ASKED = 3.0
AHEAD = 0.1
LARGE = 20_000
GROWTH = 2.0
BEGIN = f"""
import runpy
runpy.run_path({str(ROOT / "scripts" / "deploy_examples.py")!r}, run_name="loaded")
import git.cmd
import courseline.usecases.deploying.deploy
from courseline.cli.session import session
with session("courseline-deploy") as wiring, wiring.neighbours().database.transaction():
    pass
"""
"""All that a deploy loads before it asks anybody and the library that starts git, then the database's first answer."""

LARGE_PLACE = 100
"""Files of a place that stays: 20,000 files are a course of 200 such places."""


def measure(sizes: list[int], changes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of files in the repository, and of files that change."""
    beyond: dict[tuple[int, int], Run] = {}
    for size in sizes:
        with place() as here:
            most = max(changes) // FILES
            count = most + size // LARGE_PLACE
            staying = examples(range(most, count), 0, LARGE_PLACE)
            commit(here.examples, examples(range(most), 0) | staying, "v1.0")
            here.sync("v1.0")
            here.register()
            places = dict.fromkeys(range(count), 0)
            commit(here.assignments, structure(places))
            here.deploy()
            edition = 0
            for files in changes:
                editions = range(edition + 1, edition + 1 + rounds)
                edition = editions[-1]
                moving = range(files // FILES)
                for one in editions:
                    commit(here.examples, examples(moving, one), f"v1.{one}")
                    here.sync(f"v1.{one}")
                ours, floor, peer, start = _measured(here, places, moving, editions)
                more = Run(ours.seconds - start.seconds, ours.peak, ours.busy - start.busy)
                beyond[size, files] = more
                what = f"deploy, {files} files into {size:,}"
                yield _row(what, more, floor, ASKED, "blob-less clone, fast-import, push")
                if size >= LARGE:
                    yield _row(what, more, peer, AHEAD, "clone, copy, commit, push")
    for files in changes:
        for small, large in pairwise(sizes):
            if large == LARGE:
                what = f"deploy, {files} files: {large:,} against {small:,}"
                note = "our own time in the smaller repository"
                yield _row(what, beyond[large, files], beyond[small, files], GROWTH, note)


def _row(what: str, ours: Run, other: Run, most: float, note: str) -> Row:
    """The row by the clock on the wall, with the ratio by processor time in its note."""
    busy = f"{note}; {ours.busy / max(other.busy, 0.001):.2f} by processor time"
    return against(what, ours.seconds, other.seconds, most, busy, ours.peak)


def _measured(here: Place, places: dict[int, int], moving: range, editions: range) -> list[Run]:
    floor_target, peer_target = here.root / "floor-target.git", here.root / "peer-target.git"
    for target in (floor_target, peer_target):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(here.assignments, target)

    def ours(number: int) -> Run:
        commit(here.assignments, structure(places | dict.fromkeys(moving, editions[number])))
        return here.deploy()

    def files(number: int) -> dict[str, bytes]:
        new = examples(moving, editions[number])
        return {
            f"week{int(path[3:8]) // 20}/task{int(path[3:8])}/{path[9:]}": data for path, data in new.items()
        }

    runs = interleaved(
        len(editions),
        ours,
        lambda number: deploy_floor(floor_target, files(number), here.root / "floor"),
        lambda number: deploy_by_checkout(peer_target, files(number), here.root / "peer"),
        lambda _: run([sys.executable, "-c", BEGIN], settings=here.settings),
    )
    places.update(dict.fromkeys(moving, editions[-1]))
    return runs
