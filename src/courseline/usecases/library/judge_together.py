"""Judge examples together: what only a look at all of a release tells of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from courseline.domain.deploying.legacy_reference import legacy_warnings
from courseline.errors import Problem
from courseline.usecases.library.examine_example import META_FILE, ReadMeta


def judge_together(read: Sequence[ReadMeta], known: Mapping[str, str]) -> list[ReadMeta]:
    """The same with further problems: identifiers given twice, and dependencies written as relative paths.

    Args:
        read: examples of a release whose meta.yaml was read.
        known: identifier of each of the others, by directory.
    """
    here = {entry.candidate.directory: entry.identifier for entry in read if entry.identifier is not None}
    here |= known
    named: defaultdict[str, set[str]] = defaultdict(set)
    for directory, identifier in here.items():
        named[identifier].add(directory)
    return [
        replace(entry, problems=(*entry.problems, *_twins(entry, named), *_legacy(entry, here)))
        for entry in read
    ]


def _twins(entry: ReadMeta, named: Mapping[str, Collection[str]]) -> tuple[Problem, ...]:
    if entry.identifier is None:
        return ()
    others = sorted(set(named[entry.identifier]) - {entry.candidate.directory})
    if not others:
        return ()
    return (
        Problem(
            META_FILE,
            1,
            f"The identifier {entry.identifier} is also that of {', '.join(others)}; an identifier names one example.",
            fix="Give one of them another `identifier:`.",
        ).inside(entry.candidate.directory),
    )


def _legacy(entry: ReadMeta, here: Mapping[str, str]) -> tuple[Problem, ...]:
    if entry.meta is None:
        return ()
    directory = entry.candidate.directory
    found = legacy_warnings(entry.meta.dependencies, directory, here)
    return tuple(problem.inside(directory) for problem in found)
