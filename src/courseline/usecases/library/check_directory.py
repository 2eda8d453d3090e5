"""Check: everything that is wrong with the examples and course files of a directory, before anybody else sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.deploying.legacy_reference import legacy_warnings
from courseline.domain.library.meta import DependencyReference
from courseline.errors import InvalidInput, Problem, errors_among
from courseline.usecases.course.check_course import DEPLOYMENT_FILE, CheckedCourse, check_course
from courseline.usecases.library.examine_example import META_FILE
from courseline.usecases.library.read_examples import (
    FoundExamples,
    LocalExample,
    find_local_examples,
    read_local_examples,
    twins,
)
from courseline.usecases.offline import Offline
from courseline.usecases.students.preview_example import CourseValues, preview_example


@dataclass(frozen=True, slots=True)
class Checked:
    """One example, or one file of the course.

    Attributes:
        path: directory of the example, or name of the file.
        identifier: of an example; None for a file, and where it could not be told.
        problems: errors and warnings, paths relative to the directory that was checked.
    """

    path: str
    identifier: str | None
    problems: tuple[Problem, ...]

    @property
    def fine(self) -> bool:
        """Without errors; there may be warnings."""
        return not errors_among(self.problems)


@dataclass(frozen=True, slots=True)
class CheckedDirectory:
    """What a check found.

    Attributes:
        examples: ordered by directory.
        files: those of the course that are there.
        problems: about the directory as a whole (warnings).
    """

    examples: tuple[Checked, ...]
    files: tuple[Checked, ...]
    problems: tuple[Problem, ...]

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Course files first, then the directory as a whole, then each example."""
        parts = [file.problems for file in self.files]
        parts += [self.problems, *(example.problems for example in self.examples)]
        return tuple(problem for part in parts for problem in part)

    @property
    def fine(self) -> bool:
        """Whether nothing stands against a release or a deploy."""
        return not errors_among(self.all_problems)


def check_directory(offline: Offline) -> CheckedDirectory:
    """Check every example below the directory, and the files of a course at its root.

    What needs the library is not checked: whether other examples exist, and which of their files would be copied.

    Raises:
        InvalidInput: there is nothing to check, or something cannot be read.
    """
    found = find_local_examples(offline)
    course = check_course(found.names, offline)
    if not found.candidates and not course.files:
        name = offline.directory.name
        raise InvalidInput(f"Checking {name}: there is nothing to check.", [*found.problems, _nothing(name)])
    references: dict[str, tuple[DependencyReference, ...]] = {}
    examples = tuple(_examples(found, course, offline, references))
    if not found.is_course:
        examples = _among_each_other(examples, references)
    files = tuple(
        Checked(name, None, tuple(problem for problem in course.problems if problem.path == name))
        for name in course.files
    )
    return CheckedDirectory(examples, files, found.problems)


def _among_each_other(
    examples: Sequence[Checked], references: Mapping[str, Sequence[DependencyReference]]
) -> tuple[Checked, ...]:
    """The same with what only a look at the others tells: identifiers given twice, dependencies of the old form."""
    named = twins([(example.path, example.identifier) for example in examples])
    here = {example.path: example.identifier for example in examples if example.identifier is not None}
    checked: list[Checked] = []
    for example in examples:
        legacy = legacy_warnings(references.get(example.path, ()), example.path, here)
        found = [
            *filter(None, [named.get(example.path)]),
            *(problem.inside(example.path) for problem in legacy),
        ]
        checked.append(replace(example, problems=(*example.problems, *found)))
    return tuple(checked)


def _examples(
    found: FoundExamples,
    course: CheckedCourse,
    offline: Offline,
    references: dict[str, tuple[DependencyReference, ...]],
) -> Iterator[Checked]:
    """Each example alone; its dependencies are added to `references`."""
    for example in read_local_examples(found, offline):
        if example.read.meta is not None:
            references[example.directory] = example.read.meta.dependencies
        preview = preview_example(example, offline, _values(example, course))
        yield Checked(example.directory, example.read.identifier, tuple(dict.fromkeys(preview.problems)))


def _values(example: LocalExample, course: CheckedCourse) -> CourseValues | None:
    place = course.places.get(example.directory)
    if place is None or course.course is None:
        return None
    return CourseValues(place.node.properties, course.course.exceptions)


def _nothing(name: str) -> Problem:
    message = f"It has no {META_FILE} at any depth, no {COURSE_FILE} and no {DEPLOYMENT_FILE}."
    fix = "Name the directory of an example, of a repository of examples, or of a course."
    return Problem(name, None, message, fix=fix)
