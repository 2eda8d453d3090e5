"""Read the examples of a directory, before anything of them is tagged, by the rules of a sync.

A directory with a course file is an assignments repository: its places carry a tracking file that says which of their
files were copied from dependencies, and one example may be at several places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from courseline.domain import ids
from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.deploying.tracking import parse_tracking
from courseline.domain.library.example_scan import Candidate, Scan, find_examples, settle
from courseline.domain.library.limits import LARGEST_META, count_problem, size_problems
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.meta_level import Level
from courseline.domain.library.version import Role
from courseline.domain.tree import Tree, TreeFile, blob_oid
from courseline.errors import InvalidInput, Problem, Severity, errors_among
from courseline.usecases.library.examine_example import META_FILE, Examined, ReadMeta, examine, read_meta
from courseline.usecases.library.fetch_files import too_large
from courseline.usecases.offline import Directory, Offline

_PLACEHOLDER = ""  # ids of files whose bytes were not read; nothing compares them


@dataclass(frozen=True, slots=True)
class LocalExample:
    """An example in a directory.

    Attributes:
        read: its files and meta.yaml.
        examined: its content; None when it is too broken to be published.
        blobs: bytes of its files by blob id; empty when there was no use in reading them.
        dependency_roles: role of each file that a deploy copied from a dependency, by path.
    """

    read: ReadMeta
    examined: Examined | None = None
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    dependency_roles: Mapping[str, Role] = field(default_factory=dict)

    @property
    def directory(self) -> str:
        """Relative to the directory that was read; "." for itself."""
        return self.read.candidate.directory

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a sync would say, with paths relative to the directory that was read."""
        return self.read.problems + (self.examined.problems if self.examined else ())


@dataclass(frozen=True, slots=True)
class FoundExamples:
    """What a directory holds.

    Attributes:
        names: paths of all files.
        is_course: it has a course file.
        candidates: its examples, ordered by directory.
        problems: about the directory as a whole.
    """

    names: frozenset[str]
    is_course: bool
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]


def find_local_examples(offline: Offline) -> FoundExamples:
    """List the examples; only a meta.yaml above others is read.

    Raises:
        InvalidInput: something cannot be listed or read.
    """
    listing = [TreeFile(path, mode, _PLACEHOLDER) for path, mode in offline.directory.listing()]
    names = frozenset(file.path for file in listing)
    is_course = COURSE_FILE in names
    if is_course:
        listing = [file for file in listing if file.path.rpartition("/")[2] != TRACKING_FILE]
    scan = find_examples(Tree(listing), offline.directory.name)
    settled = _settled(scan, offline)
    return FoundExamples(names, is_course, settled.candidates, settled.problems)


def read_local_examples(found: FoundExamples, offline: Offline) -> Iterator[LocalExample]:
    """Read each example whole, one after the other; only one of them is in memory at a time.

    Raises:
        InvalidInput: a file cannot be read.
    """
    for done, candidate in enumerate(found.candidates):
        offline.progress("Reading examples", done, len(found.candidates))
        yield _read(candidate, found, offline)


def twins(examples: Sequence[tuple[str, str | None]]) -> dict[str, Problem]:
    """Examples of one repository that go by the same identifier.

    Args:
        examples: directory and identifier of each.

    Returns:
        The problem of each of them by directory, about its meta.yaml.
    """
    by_identifier: dict[str, list[str]] = {}
    for directory, identifier in examples:
        if identifier is not None:
            by_identifier.setdefault(identifier, []).append(directory)
    problems: dict[str, Problem] = {}
    for identifier, directories in by_identifier.items():
        for directory in directories if len(directories) > 1 else ():
            others = ", ".join(other for other in directories if other != directory)
            message = (
                f"The identifier {identifier} is also that of {others}; an identifier names one example."
            )
            fix = "Give one of them another `identifier:`."
            problems[directory] = Problem(META_FILE, 1, message, fix=fix).inside(directory)
    return problems


def _settled(scan: Scan, offline: Offline) -> Scan:
    levels: dict[str, Level | None] = {}
    problems: list[Problem] = []
    for outer in scan.outer:
        raw = offline.directory.read(_path(outer.directory, META_FILE))
        try:
            levels[outer.directory] = parse_meta(offline.read_yaml(raw, META_FILE)).level
        except InvalidInput as broken:
            problems += [
                replace(problem.inside(outer.directory), severity=Severity.WARNING)
                for problem in broken.problems
            ]
    settled = settle(scan, levels)
    return replace(settled, problems=(*settled.problems, *problems))


def _read(candidate: Candidate, found: FoundExamples, offline: Offline) -> LocalExample:
    directory = offline.directory
    if directory.size(_path(candidate.directory, META_FILE)) > LARGEST_META:
        large = too_large().inside(candidate.directory)
        return LocalExample(ReadMeta(candidate, None, None, (*candidate.problems, large)))
    raw = directory.read(_path(candidate.directory, META_FILE))
    read = read_meta(candidate, raw, directory.name, offline.read_yaml)
    if not found.is_course:
        read = replace(read, problems=(*read.problems, *_too_much(candidate, directory)))
    if read.meta is None or read.identifier is None or errors_among(read.problems):
        return LocalExample(read)
    contents = {file.path: directory.read(_path(candidate.directory, file.path)) for file in candidate.files}
    files = Tree(TreeFile(file.path, file.mode, blob_oid(contents[file.path])) for file in candidate.files)
    blobs = {file.oid: contents[file.path] for file in files}
    whole = replace(read, candidate=replace(candidate, files=files))
    repository = (ids.repository_id(directory.name), directory.name)
    examined = examine(whole, read.meta, read.identifier, blobs, repository, offline.clock())
    return LocalExample(whole, examined, blobs, _dependency_roles(candidate.directory, found, directory))


def _too_much(candidate: Candidate, directory: Directory) -> Iterator[Problem]:
    """The limits of a sync; found without reading a file."""
    files = Tree(TreeFile(file.path, file.mode, file.path) for file in candidate.files)
    counted = count_problem(files, META_FILE)
    if counted is not None:
        yield counted.inside(candidate.directory)
        return
    sizes = {path: directory.size(_path(candidate.directory, path)) for path in files.paths}
    for problem in size_problems(files, sizes, META_FILE):
        yield problem.inside(candidate.directory)


def _dependency_roles(place: str, found: FoundExamples, directory: Directory) -> dict[str, Role]:
    path = _path(place, TRACKING_FILE)
    tracking = parse_tracking(directory.read(path)) if found.is_course and path in found.names else None
    copied = tracking.dependencies if tracking is not None else ()
    return {file.path: file.role for dependency in copied for file in dependency.files}


def _path(directory: str, name: str) -> str:
    return name if directory == "." else f"{directory}/{name}"
