"""Deploying changed places into small and large assignments repositories."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise

from bench.floors import deploy_by_checkout, deploy_floor
from bench.measure import Run, interleaved
from bench.place import Place, place
from bench.table import Row, against
from bench.workloads import FILES, commit, examples, structure

ASKED = 3.0
AHEAD = 0.1
LARGE = 20_000
GROWTH = 2.0
LARGE_PLACE = 100
"""Files of a place that stays: 20,000 files are a course of 200 such places."""


def measure(sizes: list[int], changes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of files in the repository, and of files that change."""
    beyond: dict[tuple[int, int], float] = {}
    for size in sizes:
        with place() as here, place() as empty:
            empty.empty_course()
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
                ours, floor, peer, start = _measured(here, empty, places, moving, editions)
                beyond[size, files] = ours.seconds - start.seconds
                what = f"deploy, {files} files into {size:,}"
                note = "blob-less depth-1 fetch, fast-import, push"
                yield against(what, beyond[size, files], floor.seconds, ASKED, note, ours.peak)
                if size >= LARGE:
                    yield against(what, beyond[size, files], peer.seconds, AHEAD, "clone, copy, commit, push")
    for files in changes:
        for small, large in pairwise(sizes):
            if large == LARGE:
                what = f"deploy, {files} files: {large:,} against {small:,}"
                note = "our own time in the smaller repository"
                yield against(what, beyond[large, files], beyond[small, files], GROWTH, note)


def _measured(here: Place, empty: Place, places: dict[int, int], moving: range, editions: range) -> list[Run]:
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
        lambda _: empty.deploy(),
    )
    places.update(dict.fromkeys(moving, editions[-1]))
    return runs
