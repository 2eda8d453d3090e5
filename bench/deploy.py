"""Deploying changed places into small and large assignments repositories."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from tests.builders.git_http import serve_git

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

FLOOR = "blob-less clone, fast-import, push"

LARGE_PLACE = 100
"""Files of a place that stays: 20,000 files are a course of 200 such places."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What deploys of some files took.

    Attributes:
        files: that changed.
        ours: beyond start.
        floor: of git alone.
        peer: the way with a check-out; None where it was not measured.
    """

    files: int
    ours: Run
    floor: Run
    peer: Run | None


def measure(sizes: list[int], changes: list[int], rounds: int) -> Iterator[Row]:
    """Rows for each number of files in the repository, and of files that change."""
    beyond: dict[tuple[int, int], Run] = {}
    in_memory: dict[int, float] = {}
    for size in sizes:
        with place() as here:
            for found in _deploys(here, size, changes, rounds, with_peer=size >= LARGE):
                beyond[size, found.files] = found.ours
                if found.peer is not None:
                    in_memory[found.files] = found.ours.seconds / found.peer.seconds
                yield _row(_what(found.files, size), found.ours, found.floor, ASKED, FLOOR)
    if LARGE in sizes:
        yield from _as_people_do(LARGE, changes, rounds, in_memory)
    for files in changes:
        for small, large in pairwise(sizes):
            if large == LARGE:
                what = f"deploy, {files} files: {large:,} against {small:,}"
                note = "our own time in the smaller repository"
                yield _row(what, beyond[large, files], beyond[small, files], GROWTH, note)


def _as_people_do(
    size: int, changes: list[int], rounds: int, in_memory: Mapping[int, float]
) -> Iterator[Row]:
    """Rows of all three ways over http, where the temporary files of this machine lie."""
    with (
        place({"COURSELINE_GIT_PROTOCOLS": "file,http"}, in_memory=False) as there,
        serve_git(there.root) as server,
    ):
        here = replace(there, server=server.url("").rstrip("/"))
        for found in _deploys(here, size, changes, rounds, with_peer=True):
            what = f"{_what(found.files, size)}, by http"
            yield _row(what, found.ours, found.floor, ASKED, FLOOR)
            if found.peer is not None:
                note = f"clone, copy, commit, push; {in_memory[found.files]:.2f} without server, in memory"
                yield _row(what, found.ours, found.peer, AHEAD, note)


def _what(files: int, size: int) -> str:
    return f"deploy, {files} files into {size:,}"


def _row(what: str, ours: Run, other: Run, most: float, note: str) -> Row:
    """The row by the clock on the wall, with the ratio by processor time in its note."""
    busy = f"{note}; {ours.busy / max(other.busy, 0.001):.2f} by processor time"
    return against(what, ours.seconds, other.seconds, most, busy, ours.peak)


def _deploys(
    here: Place, size: int, changes: list[int], rounds: int, *, with_peer: bool
) -> Iterator[Measured]:
    """A course of `size` files, in which so many files change as `changes` says, each some rounds."""
    most = max(changes) // FILES
    count = most + size // LARGE_PLACE
    commit(here.examples, examples(range(most), 0) | examples(range(most, count), 0, LARGE_PLACE), "v1.0")
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
        ours, floor, start, *peer = _interleaved(here, places, moving, editions, with_peer=with_peer)
        places.update(dict.fromkeys(moving, edition))
        beyond = Run(ours.seconds - start.seconds, ours.peak, ours.busy - start.busy)
        yield Measured(files, beyond, floor, peer[0] if peer else None)


def _interleaved(
    here: Place, places: dict[int, int], moving: range, editions: range, *, with_peer: bool
) -> list[Run]:
    targets = [here.root / "floor-target.git", here.root / "peer-target.git"]
    for target in targets:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(here.assignments, target)
    floor_target, peer_target = (here.url(target) for target in targets)

    def ours(number: int) -> Run:
        commit(here.assignments, structure(places | dict.fromkeys(moving, editions[number])))
        return here.deploy()

    def files(number: int) -> dict[str, bytes]:
        new = examples(moving, editions[number])
        return {
            f"week{int(path[3:8]) // 20}/task{int(path[3:8])}/{path[9:]}": data for path, data in new.items()
        }

    def peer(number: int) -> Run:
        return deploy_by_checkout(peer_target, files(number), here.root / "peer")

    return interleaved(
        len(editions),
        ours,
        lambda number: deploy_floor(floor_target, files(number), here.root / "floor"),
        lambda _: run([sys.executable, "-c", BEGIN], settings=here.settings),
        *([peer] if with_peer else []),
    )
