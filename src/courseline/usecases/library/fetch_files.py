"""Fetch the files of the examples that are about to be read, and refuse those that are too large to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from courseline.domain.library.example_scan import Candidate
from courseline.domain.library.limits import (
    LARGEST_META,
    count_problem,
    release_problem,
    size_problems,
    weight,
)
from courseline.errors import Problem, errors_among
from courseline.usecases.library.examine_example import META_FILE, ReadMeta
from courseline.usecases.library.release_source import ReleaseSource


def fetch_files(read: Sequence[ReadMeta], source: ReleaseSource) -> list[ReadMeta]:
    """Bring the files of every example without errors.

    Returns:
        all of `read`; one with errors, old or new, must not be read further.
    """
    counted = [_with(entry, [count_problem(entry.candidate.files, META_FILE)]) for entry in read]
    good = [entry for entry in counted if not errors_among(entry.problems)]
    oids = {file.oid for entry in good for file in entry.candidate.files}
    source.fetch(oids)
    sizes = source.sizes(oids)
    weighed: list[ReadMeta] = []
    total = 0
    for entry in counted:
        if errors_among(entry.problems):
            weighed.append(entry)
            continue
        one = _with(entry, size_problems(entry.candidate.files, sizes, META_FILE))
        if not errors_among(one.problems):
            mass = weight(entry.candidate.files, sizes)
            one = _with(one, [release_problem(total + mass, META_FILE)])
            total += 0 if errors_among(one.problems) else mass
        weighed.append(one)
    return weighed


def oids_of(candidates: Iterable[Candidate]) -> set[str]:
    """Blobs of all files of these examples, without those that have so many that none is read."""
    return {
        file.oid
        for candidate in candidates
        if not candidate.problems and count_problem(candidate.files, META_FILE) is None
        for file in candidate.files
    }


def fetch_metas(oids: Iterable[str], source: ReleaseSource) -> dict[str, bytes]:
    """Bytes of meta.yaml files by blob id, without those that are so large that no YAML is read of them."""
    wanted = set(oids)
    if not wanted:
        return {}
    source.fetch(wanted)
    return source.read(oid for oid, size in source.sizes(wanted).items() if size <= LARGEST_META)


def too_large() -> Problem:
    """What is said of a meta.yaml that `fetch_metas` left out; its path is relative to the example."""
    return Problem(
        META_FILE,
        None,
        f"The file has more than {LARGEST_META} bytes.",
        fix="Keep data in files of their own.",
    )


def _with(entry: ReadMeta, found: Iterable[Problem | None]) -> ReadMeta:
    problems = tuple(problem.inside(entry.candidate.directory) for problem in found if problem is not None)
    return replace(entry, problems=entry.problems + problems)
