"""Find the examples of a tagged tree and read their meta.yaml files, each in one request for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from courseline.domain.library.example_scan import Candidate, Scan, find_examples, settle
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.meta_level import Level
from courseline.domain.paths import mode_problem
from courseline.domain.tree import Tree
from courseline.errors import InvalidInput, Severity
from courseline.usecases.library.examine_example import META_FILE, ReadMeta, read_meta
from courseline.usecases.library.fetch_files import fetch_metas, too_large
from courseline.usecases.library.release_source import ReleaseSource
from courseline.usecases.neighbours import Neighbours


def find_candidates(tree: Tree, repository_name: str, source: ReleaseSource, neighbours: Neighbours) -> Scan:
    """The examples of a tree, settled; only a meta.yaml above others has to be read to tell."""
    scan = find_examples(tree, repository_name)
    oids = _oids_of_metas(scan.outer)
    problems = [
        replace(problem, severity=Severity.WARNING)
        for outer in scan.outer
        if outer.directory not in oids
        for problem in outer.problems
    ]
    blobs = fetch_metas(oids.values(), source)
    levels: dict[str, Level | None] = {}
    for directory, oid in oids.items():
        if oid not in blobs:
            problems.append(replace(too_large().inside(directory), severity=Severity.WARNING))
            continue
        try:
            levels[directory] = parse_meta(neighbours.read_yaml(blobs[oid], META_FILE)).level
        except InvalidInput as broken:
            problems += [
                replace(problem.inside(directory), severity=Severity.WARNING) for problem in broken.problems
            ]
    settled = settle(scan, levels)
    return replace(settled, problems=(*settled.problems, *problems))


def read_metas(
    candidates: Sequence[Candidate],
    repository_name: str,
    source: ReleaseSource,
    neighbours: Neighbours,
) -> list[ReadMeta]:
    """Read the meta.yaml of each candidate; what is wrong with one is among its problems."""
    oids = _oids_of_metas(candidates)
    blobs = fetch_metas(oids.values(), source)
    read: list[ReadMeta] = []
    for candidate in candidates:
        oid = oids.get(candidate.directory)
        if oid in blobs:
            read.append(read_meta(candidate, blobs[oid], repository_name, neighbours.read_yaml))
            continue
        large = () if oid is None else (too_large().inside(candidate.directory),)
        read.append(ReadMeta(candidate, None, None, candidate.problems + large))
    return read


def _oids_of_metas(candidates: Sequence[Candidate]) -> dict[str, str]:
    """Directory -> blob of its meta.yaml, where that is a plain file and no link or submodule."""
    return {
        candidate.directory: file.oid
        for candidate in candidates
        if (file := candidate.files.get(META_FILE)) is not None and mode_problem(file.path, file.mode) is None
    }
