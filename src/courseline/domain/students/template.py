"""The whole tree of the student-template repository, put together from the views of all places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from courseline.domain.paths import printable
from courseline.domain.students.readme import ReadmeRow, course_readme
from courseline.domain.students.rule import Rule
from courseline.domain.students.view import BuiltView
from courseline.domain.tree import DIRECTORY, FILE, Tree, TreeFile, blob_oid, tree_oid
from courseline.errors import Problem, Refused

README = "README.md"


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """A place of the course and what building it gave.

    Attributes:
        content_path: its ltree path.
        directory: its directory, the same in both repositories.
        view: files and problems.
    """

    content_path: str
    directory: str
    view: BuiltView


@dataclass(frozen=True, slots=True)
class UnchangedPlace:
    """A place whose files stay as the template's head has them, because all they were made of is the same.

    Attributes:
        content_path: its ltree path.
        directory: its directory, the same in both repositories.
        rules: why students get each of its files, in order of path.
    """

    content_path: str
    directory: str
    rules: tuple[Rule, ...]


class TemplateFile(NamedTuple):
    """A file of the template.

    Attributes:
        path: in the template repository.
        mode: "100644" or "100755".
        oid: its blob id.
        content: its bytes when courseline made them; None for a blob of the assignments repository, and of the
            template's head when the rule is `kept`.
        rule: why students get it.
        place: ltree path of its place, None for the root README.md.
    """

    path: str
    mode: str
    oid: str
    content: bytes | None
    rule: Rule
    place: str | None


@dataclass(frozen=True)
class Template:
    """The template as it is to be.

    Attributes:
        files: ordered by path.
        refused: places with errors; what students have there already is kept.
        unchanged: the unchanged places, each with its tree id.
    """

    files: tuple[TemplateFile, ...]
    refused: tuple[TemplatePlace, ...]
    unchanged: tuple[tuple[UnchangedPlace, str], ...] = ()

    @cached_property
    def tree(self) -> Tree:
        """All files as a git tree."""
        return Tree(TreeFile(file.path, file.mode, file.oid) for file in self.files)

    @cached_property
    def oid(self) -> str:
        """The git tree id of all files."""
        whole = {place.content_path for place, _ in self.unchanged}
        written = ((file.path, file.mode, file.oid) for file in self.files if file.place not in whole)
        return tree_oid((*written, *((place.directory, DIRECTORY, oid) for place, oid in self.unchanged)))

    @property
    def kept(self) -> frozenset[str]:
        """Directories that stay as students have them."""
        return frozenset(place.directory for place in self.refused)

    def changes(self, head: Tree | None) -> tuple[list[TemplateFile], list[str]]:
        """Files to write and paths to delete that turn `head` into this template."""
        before = {path: (mode, oid) for path, mode, oid in head or ()}
        written = [file for file in self.files if before.get(file.path) != file[1:3]]
        stay = {file.path for file in self.files}
        return written, [path for path in before if path not in stay]


def assemble(
    places: Sequence[TemplatePlace | UnchangedPlace],
    head: Tree | None,
    title: str,
    description: str,
    rows: Sequence[ReadmeRow],
) -> Template:
    """Put the template together; of `head` nothing survives but the subtrees of refused and unchanged places.

    Args:
        places: every place of the course.
        head: tree of the template repository now, None when it has no commit.
        title: of the course.
        description: of the course, "" for none.
        rows: contents for the README, in the order of the course file.

    Raises:
        Refused: two places want one path; the problems name both.
    """
    files: dict[str, TemplateFile] = {}
    problems: list[Problem] = []
    for place in places:
        for file in _files(place, head):
            other = files.setdefault(file.path, file)
            if other is not file:
                problems.append(_taken(file, other))
    filled = {file.place for file in files.values()}
    published = {place.directory for place in places if place.content_path in filled}
    content = course_readme(title, description, rows, published)
    readme = TemplateFile(README, FILE, blob_oid(content), content, Rule.COURSE, None)
    other = files.setdefault(README, readme)
    if other is not readme:
        problems.append(_taken(other, readme))
    if problems:
        raise Refused("Putting the student template together found two files for one path.", problems)
    ordered = tuple(sorted(files.values(), key=itemgetter(0)))
    refused = (place for place in places if isinstance(place, TemplatePlace) and place.view.refused)
    before = head or Tree()
    unchanged = (
        (place, before.subtree(place.directory).oid) for place in places if isinstance(place, UnchangedPlace)
    )
    return Template(ordered, tuple(refused), tuple(unchanged))


def _files(place: TemplatePlace | UnchangedPlace, head: Tree | None) -> Iterator[TemplateFile]:
    if isinstance(place, UnchangedPlace):
        return _unchanged(place, head)
    return _kept(place, head) if place.view.refused else _built(place)


def _built(place: TemplatePlace) -> Iterator[TemplateFile]:
    start = f"{place.directory}/" if place.directory != "." else ""
    for path, mode, oid, content, rule, _, _ in place.view.files:
        yield TemplateFile(start + path, mode, oid, content, rule, place.content_path)


def _kept(place: TemplatePlace, head: Tree | None) -> Iterator[TemplateFile]:
    for path, mode, oid in head.below(place.directory) if head is not None else ():
        yield TemplateFile(path, mode, oid, None, Rule.KEPT, place.content_path)


def _unchanged(place: UnchangedPlace, head: Tree | None) -> Iterator[TemplateFile]:
    files = head.below(place.directory) if head is not None else ()
    for (path, mode, oid), rule in zip(files, place.rules, strict=True):
        yield TemplateFile(path, mode, oid, None, rule, place.content_path)


def _taken(file: TemplateFile, other: TemplateFile) -> Problem:
    message = f"Both {file.place or 'the course'} and {other.place or 'the course'} want this path."
    return Problem(
        printable(file.path), None, message, fix="Give one of them another directory in the course file."
    )
