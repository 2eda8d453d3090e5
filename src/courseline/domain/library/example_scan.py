"""Find the examples of a repository in the listing of its tree; no file is read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from courseline.domain.library.meta_level import Level
from courseline.domain.paths import mode_problem, name_fault, path_problems, printable
from courseline.domain.tree import Tree
from courseline.errors import Problem, Severity

META_FILE = "meta.yaml"
TRACKING_FILE = ".example-library"
_MISSPELLED = frozenset({"meta.yml", "metadata.yaml", "metadata.yml"})
_GIT_FILES = frozenset({".gitignore", ".gitattributes"})


@dataclass(frozen=True)
class Candidate:
    """A directory with a meta.yaml.

    Attributes:
        directory: in the repository; "." for the whole repository.
        files: everything in it, with paths relative to it; `files.oid` is the git tree id of the directory.
        nesting: what says against it that other examples lie inside it, with paths relative to the repository.
        inner: other directories with a meta.yaml below it.
    """

    directory: str
    files: Tree
    nesting: tuple[Problem, ...] = ()
    inner: tuple[str, ...] = ()

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What the listing alone says against it, with paths relative to the repository.

        Looked for when it is asked for: most examples of a release are known, and were looked at before.
        """
        return (*_refused(self.directory, self.files), *self.nesting)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a tree holds.

    Attributes:
        candidates: directories that are examples when their meta.yaml is right, ordered by directory.
        outer: directories with a meta.yaml that have others below; `settle` says which of them are examples.
        problems: warnings about the repository as a whole.
        repository_name: for messages.
    """

    candidates: tuple[Candidate, ...]
    outer: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    repository_name: str = ""


def find_examples(tree: Tree, repository_name: str) -> Scan:
    """List the examples of a repository, at any depth.

    Args:
        tree: the whole repository at a commit.
        repository_name: for messages.
    """
    named = [path.rpartition("/") for path in tree.named({META_FILE, *_MISSPELLED})]
    # sorted with "" for the root, so that a directory comes before what lies below it
    directories = sorted(directory for directory, _, name in named if name == META_FILE)
    above = _above(directories)
    candidates = [
        Candidate(
            directory or ".",
            tree.subtree(directory or "."),
            inner=tuple(_below(directory or ".", directories)) if directory in above else (),
        )
        for directory in directories
    ]
    return Scan(
        tuple(candidate for candidate in candidates if not candidate.inner),
        tuple(candidate for candidate in candidates if candidate.inner),
        tuple(_misspelled(sorted("".join(path) for path in named), set(directories))),
        repository_name,
    )


def settle(scan: Scan, levels: Mapping[str, Level | None]) -> Scan:
    """Decide about directories that have others with a meta.yaml below them.

    One whose meta.yaml describes an example is an example, refused because of the others, which belong to it. One of a
    course or unit, or that says nothing of an example, is passed over with a warning.

    Args:
        scan: with `outer` undecided.
        levels: directory -> level of its meta.yaml (`parse_meta(...).level`), for every one of `outer`; one whose
            meta.yaml cannot be read is left out and passed over, its reader names the reason.

    Returns:
        A scan without `outer`.
    """
    taken: list[Candidate] = []
    problems = list(scan.problems)
    for outer in scan.outer:
        if any(outer.directory in other.inner for other in taken):
            continue
        if levels.get(outer.directory) is Level.EXAMPLE:
            taken.append(replace(outer, nesting=tuple(_nested(outer, scan.repository_name))))
        elif outer.directory in levels:
            path = _in(outer.directory, META_FILE)
            level = levels[outer.directory]
            what = f"describes a {level}" if level else "names no files of an example"
            message = f"This meta.yaml {what} and is ignored: {len(outer.inner)} others lie below it."
            problems.append(Problem(path, None, message, Severity.WARNING, "Remove it to end this warning."))
    inner = {directory for outer in taken for directory in outer.inner}
    examples = [candidate for candidate in scan.candidates if candidate.directory not in inner]
    settled = sorted([*examples, *taken], key=lambda candidate: candidate.directory)
    return replace(scan, candidates=tuple(settled), outer=(), problems=tuple(problems))


def _above(directories: Iterable[str]) -> set[str]:
    """All directories in which some of these lie, "" for the root; each is looked at once, however deep they lie."""
    found: set[str] = set()
    for directory in directories:
        parent = directory
        while parent and (parent := parent.rpartition("/")[0]) not in found:
            found.add(parent)
    return found


def _below(directory: str, directories: list[str]) -> list[str]:
    """Those of the sorted directories that lie inside one of them."""
    if directory == ".":
        return [other for other in directories if other]
    first = bisect_left(directories, f"{directory}/")
    return directories[first : bisect_left(directories, f"{directory}0")]  # "0" is the character after "/"


def _refused(directory: str, files: Tree) -> Iterator[Problem]:
    for part in () if directory == "." else directory.split("/"):
        fault = name_fault(part)
        if fault is not None:
            yield Problem(printable(directory), None, fault.message, fix=fault.fix)
    yield from path_problems(files.paths, directory)
    for file in files:
        wrong_mode = mode_problem(file.path, file.mode, directory)
        if wrong_mode is not None:
            yield wrong_mode
        if file.path.endswith(TRACKING_FILE) and file.path.rpartition("/")[2] == TRACKING_FILE:
            message = "This file is written when an example is deployed and must not come with one."
            yield Problem(_in(directory, file.path), None, message, fix="Remove it from the repository.")
        elif _of_git(file.path):
            message = "Files of git other than .gitignore and .gitattributes would act in the students' repositories."
            yield Problem(_in(directory, file.path), None, message, fix="Remove it from the example.")


def _of_git(path: str) -> bool:
    if ".git" not in (folded := path.casefold()):
        return False
    *directories, name = folded.split("/")
    return any(part.startswith(".git") for part in directories) or (
        name.startswith(".git") and name not in _GIT_FILES
    )


def _nested(outer: Candidate, repository_name: str) -> Iterator[Problem]:
    shown = printable(outer.directory)
    message = f"This meta.yaml lies inside the example `{shown}`; examples do not nest."
    if outer.directory == ".":
        shown = printable(repository_name)
        message = f"The meta.yaml at the root makes all of {shown} one example, and this one lies inside it."
    for directory in outer.inner:
        fix = f"Move the example out of it, or make `{_in(outer.directory, META_FILE)}` no example (`kind: unit`)."
        yield Problem(_in(directory, META_FILE), None, message, fix=fix)


def _misspelled(paths: Iterable[str], directories: Collection[str]) -> Iterator[Problem]:
    """Warnings about files that look like a meta.yaml, in directories that have none."""
    for path in paths:
        directory, _, name = path.rpartition("/")
        if name != META_FILE and directory not in directories:
            message = f"An example's file is called `{META_FILE}`; a directory without it is not published."
            yield Problem(printable(path), None, message, Severity.WARNING, f"Rename it to `{META_FILE}`.")


def _in(directory: str, path: str) -> str:
    return printable(path if directory == "." else f"{directory}/{path}")
