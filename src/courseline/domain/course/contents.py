"""Which content each entry of a course file is: identity across moves, removals and returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple
from uuid import UUID

from courseline.domain.course.course import Content, ContentKind
from courseline.domain.course.directories import Claim, Reason, default_directory, directory_problem, overlaps
from courseline.domain.course.moves import moves_that_count
from courseline.domain.course.wish import COURSE_FILE, CourseFile, Node
from courseline.domain.ids import content_id
from courseline.errors import Problem, Severity


class MatchedContent(NamedTuple):
    """An entry of the course file and the content it is.

    Attributes:
        node: the entry.
        content: as it should be recorded: new path, title, type, position and properties. Its `directory` is the
            recorded one; a deploy fixes it to `directory` below.
        directory: of the assignments repository, where its files are or go.
        old_path: where it lived before, None unless it moves.
        is_new: no record of it exists.
        is_guess: nobody wrote that it moves.
        before: as it is recorded; None when it is new.
    """

    node: Node
    content: Content
    directory: str
    old_path: str | None = None
    is_new: bool = False
    is_guess: bool = False
    before: Content | None = None


@dataclass(frozen=True, slots=True)
class ContentMatch:
    """What a course file means for the contents of its course.

    Attributes:
        matched: one for each entry, in file order.
        leaving: contents that live now and are in the file no more.
        problems: of the whole plan; with an error among them nothing may be done.
    """

    matched: tuple[MatchedContent, ...]
    leaving: tuple[Content, ...]
    problems: tuple[Problem, ...]

    @property
    def contents(self) -> tuple[Content, ...]:
        """All contents the course is to have, in file order."""
        return tuple(entry.content for entry in self.matched)

    @property
    def moves(self) -> tuple[tuple[Content, str], ...]:
        """Contents that move, with the path each had before."""
        return tuple((entry.content, entry.old_path) for entry in self.matched if entry.old_path is not None)

    @property
    def directories(self) -> Mapping[UUID, str]:
        """Directory of each content by its id."""
        return {entry.content.id: entry.directory for entry in self.matched}


def match_contents(
    course_id: UUID,
    file: CourseFile,
    existing: Sequence[Content],
    course_title: str,
    guessed: Mapping[str, str] | None = None,
) -> ContentMatch:
    """Find out which content each entry is.

    In this order: the one that `movedFrom` names, also of a unit around it, when it counts; the one that lives at the path; one that is gone and
    lived there last or was born there; else a new one. `movedFrom` counts while a content lives at the old path and
    none stays at the new one. A content that leaves the file in the same change counts as gone, so that taking a
    move back brings the same content back.

    Args:
        course_id: the course.
        file: a course file without errors.
        existing: every content the course ever had, removed ones included.
        course_title: for messages.
        guessed: new path -> old path of moves that the file does not name.
    """
    guesses = guessed or {}
    found = _find(file.nodes, existing, guesses)
    ids = {content.id.int for content in existing}  # as numbers: UUIDs are hashed by Python
    born = Counter(content.first_path for content in existing)
    matched: list[MatchedContent] = []
    for node in file.nodes:
        before = found.get(node.path)
        is_new = before is None
        if before is None:
            before = _newborn(course_id, node, born[node.path], ids)
            ids.add(before.id.int)
        matched.append(
            _matched(node, before, is_new=is_new, is_guess=node.path in guesses and node.moved_from is None)
        )
    here = {entry.content.id.int for entry in matched}
    leaving = tuple(content for content in existing if not content.removed and content.id.int not in here)
    problems = _move_problems(matched, existing, leaving, course_title)
    problems += _directory_problems(file, matched)
    return ContentMatch(
        tuple(matched), leaving, tuple(sorted(problems, key=lambda problem: problem.line or 0))
    )


def _newborn(course_id: UUID, node: Node, number: int, ids: AbstractSet[int]) -> Content:
    """A content nobody knows yet; the `number` of those born at its path before all live elsewhere."""
    while (fresh := content_id(course_id, node.path, number)).int in ids:
        number += 1  # an id that was not given by this rule
    return Content(fresh, node.path, node.path, node.type_slug, node.title, node.position)


def _find(
    nodes: Sequence[Node], existing: Sequence[Content], guessed: Mapping[str, str]
) -> dict[str, Content]:
    """The existing content of each entry that has one, by the entry's path."""
    living = {content.path: content for content in existing if not content.removed}
    found = {path: living[old] for path, old in moves_that_count(nodes, living, guessed).items()}
    moved = {content.id.int for content in found.values()}
    used = set(moved)

    def take(candidates: Mapping[str, Content]) -> None:
        for node in nodes:
            content = candidates.get(node.path)
            if content is not None and node.path not in found and content.id.int not in used:
                found[node.path] = content
                used.add(content.id.int)

    take(living)
    if any(node.path not in found for node in nodes):
        rest = sorted((content for content in existing if content.id.int not in moved), key=_preference)
        take({content.path: content for content in rest})
        take({content.first_path: content for content in rest})
    return found


def _preference(content: Content) -> tuple[bool, bool, str]:
    """Of several with one path the greatest is taken: one that lives, then one last seen where it was born."""
    return not content.removed, content.path == content.first_path, str(content.id)


def _matched(node: Node, before: Content, *, is_new: bool, is_guess: bool) -> MatchedContent:
    content = before if _says_the_same(node, before) else _as_written(node, before)
    moves = not before.removed and before.path != node.path
    return MatchedContent(
        node,
        content,
        node.directory or before.directory or default_directory(node.path),
        before.path if moves else None,
        is_new,
        is_guess and moves,
        None if is_new else before,
    )


def _says_the_same(node: Node, before: Content) -> bool:
    """Whether nothing is to be recorded of an entry; those with properties, which may differ in order, are not asked."""
    return not (
        before.removed
        or node.properties
        or before.properties
        or node.path != before.path
        or node.title != before.title
        or node.position != before.position
        or node.type_slug != before.type_slug
    )


def _as_written(node: Node, before: Content) -> Content:
    return Content(
        before.id,
        node.path,
        before.first_path,
        node.type_slug,
        node.title,
        node.position,
        before.directory,
        node.properties,
    )


def _move_problems(
    matched: Sequence[MatchedContent],
    existing: Sequence[Content],
    leaving: Sequence[Content],
    course_title: str,
) -> list[Problem]:
    """`movedFrom` of an entry that became a new content: its author meant one that exists."""
    problems: list[Problem] = []
    known = sorted({content.path for content in leaving})
    for entry in matched:
        node = entry.node
        if node.moved_from is None or not entry.is_new:
            continue
        once = any(content.path == node.moved_from for content in existing)
        message = (
            f"`{node.path}` says `movedFrom: {node.moved_from}`, and no content of {course_title} lives there"
            f"{' any more' if once else ''}."
        )
        if not leaving:
            fix = "It becomes a new content; take `movedFrom` out."
            problems.append(Problem(COURSE_FILE, node.line, message, Severity.WARNING, fix))
            continue
        close = get_close_matches(node.moved_from, known, n=1, cutoff=0.5)
        names = ", ".join(f"`{path}`" for path in (close or known)[:5])
        fix = f"Name a content that leaves the file ({names}), or take `movedFrom` out."
        problems.append(Problem(COURSE_FILE, node.line, message, fix=fix))
    return problems


def _directory_problems(file: CourseFile, matched: Sequence[MatchedContent]) -> list[Problem]:
    units = {kind.slug for kind in file.content_types if kind.kind is ContentKind.UNIT}
    problems: list[Problem] = []
    claims: list[Claim] = []
    for entry in matched:
        node, fixed = entry.node, entry.content.directory
        if node.type_slug in units:
            continue
        if node.directory is None and fixed is None:
            wrong = directory_problem(entry.directory, COURSE_FILE, node.line)
            if wrong is not None:
                problems.append(replace(wrong, fix=f"Give `{node.path}` a `directory:` of another name."))
                continue
        if node.directory is not None and fixed not in {None, node.directory}:
            message = (
                f"`{node.path}` was deployed to `{fixed}`, and its `directory:` is now `{node.directory}`."
            )
            fix = f"Move the files with `git mv {fixed} {node.directory}` in the same change, or write `{fixed}` again."
            problems.append(Problem(COURSE_FILE, node.line, message, Severity.WARNING, fix))
        reason = Reason.DEFAULT if fixed is None else Reason.FIXED
        reason = reason if node.directory in {None, fixed} else Reason.WRITTEN
        claims.append(Claim(node.path, entry.directory, reason, node.line))
    return [*problems, *overlaps(claims, COURSE_FILE)]
