"""Try: run each example's own tests on its solution and on what students begin with, before it is released."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from courseline.domain.library.meta import DependencyReference, Meta
from courseline.domain.library.roles import covers
from courseline.domain.library.trial import TrialRun, judge_solution, judge_start
from courseline.domain.students.view import PlaceSource, build_view
from courseline.domain.tree import EXECUTABLE
from courseline.errors import InvalidInput, Problem, errors_among
from courseline.usecases.library.examine_example import META_FILE
from courseline.usecases.library.read_examples import LocalExample, find_local_examples, read_local_examples
from courseline.usecases.offline import Offline

Files = dict[str, tuple[bytes, bool]]
RunTrial = Callable[[Mapping[str, tuple[bytes, bool]], Sequence[str], float], TrialRun]
"""Runs a command in a new directory with these files (bytes, executable), for at most so many seconds."""


@dataclass(frozen=True, slots=True)
class TriedExample:
    """What became of one example.

    Attributes:
        directory: relative to the directory that was read.
        identifier: None when it could not be told.
        tried: whether its tests were run; without a `testCommand` they are not.
        problems: errors and warnings, paths relative to the directory that was read.
    """

    directory: str
    identifier: str | None
    tried: bool
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether it should not be released."""
        return bool(errors_among(self.problems))


def try_examples(offline: Offline, run: RunTrial, seconds: float) -> list[TriedExample]:
    """Try every example below the directory that names a `testCommand`.

    The solution is the example as it stands, with the files it takes from its neighbours here. What students begin with is
    the same with each submission file as the template job would give it.

    Args:
        offline: the outside.
        run: runs the tests.
        seconds: for each run.

    Raises:
        InvalidInput: there is no example, or something cannot be read.
    """
    found = find_local_examples(offline)
    if not found.candidates:
        name = offline.directory.name
        problem = Problem(name, None, f"There is no {META_FILE} in it, at any depth.")
        raise InvalidInput(
            f"Looking for examples in {name}: there is none. Name a directory of examples.", [problem]
        )
    examples = list(read_local_examples(found, offline))
    tried = []
    for done, example in enumerate(examples):
        offline.progress("Trying examples", done, len(examples))
        tried.append(_tried(example, examples, offline, run, seconds))
    return tried


def _tried(
    example: LocalExample, others: Sequence[LocalExample], offline: Offline, run: RunTrial, seconds: float
) -> TriedExample:
    meta = example.read.meta
    untried = TriedExample(example.directory, example.read.identifier, tried=False, problems=example.problems)
    if meta is None or example.examined is None or untried.refused or not meta.test_command:
        return untried
    solution = _files(example)
    missing = []
    for reference in meta.dependencies if not example.dependency_roles else ():
        copied = _copied(reference, others)
        if copied is None:
            missing.append(_absent(meta, reference))
        solution = {**(copied or {}), **solution}
    view = build_view(
        PlaceSource(
            directory=example.directory,
            tree=example.read.candidate.files,
            meta=meta,
            blobs=example.blobs,
            dump=offline.write_yaml,
            dependency_roles=example.dependency_roles,
        )
    )
    if missing or view.refused:
        problems = [problem.inside(example.directory) for problem in missing]
        return TriedExample(
            example.directory, untried.identifier, tried=False, problems=(*view.problems, *problems)
        )
    handed_in = {listed.path for listed in meta.student_submission_files}
    begin = solution | {
        file.path: (
            example.blobs[file.oid] if file.content is None else file.content,
            file.mode == EXECUTABLE,
        )
        for file in view.files
        if file.path in handed_in
    }
    found = [judge_solution(meta, solved := run(solution, meta.test_command, seconds))]
    if solved.passed or solved.failed:  # tests that cannot run at all are told once
        found.append(judge_start(meta, run(begin, meta.test_command, seconds)))
    judged = tuple(problem.inside(example.directory) for problem in found if problem is not None)
    return TriedExample(
        example.directory, untried.identifier, tried=True, problems=(*untried.problems, *judged)
    )


def _files(example: LocalExample) -> Files:
    return {
        file.path: (example.blobs[file.oid], file.mode == EXECUTABLE) for file in example.read.candidate.files
    }


def _copied(reference: DependencyReference, others: Sequence[LocalExample]) -> Files | None:
    """The files a deploy would copy of a neighbour in the same directory; None when it is not there."""
    name = reference.as_written.removeprefix("../").rpartition(":")[2]
    other = next((one for one in others if name in {one.read.identifier, one.directory}), None)
    if other is None or other.read.meta is None or other.examined is None:
        return None
    return {path: data for path, data in _files(other).items() if _wanted(path, reference, other.read.meta)}


def _wanted(path: str, reference: DependencyReference, meta: Meta) -> bool:
    if reference.files is not None:
        return path in reference.files
    return any(covers(entry, path) for entry in meta.additional_files)


def _absent(meta: Meta, reference: DependencyReference) -> Problem:
    message = (
        f"Its tests need files of `{reference.as_written}`, which is no sound example of this directory, so that they"
        " cannot be run here."
    )
    fix = "Run them where both are, or remove `testCommand`."
    return Problem(meta.path, reference.line, message, fix=fix)
