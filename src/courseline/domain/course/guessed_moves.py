"""Moves that nobody wrote down: a content leaves the course file, and one with the same example is new in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.contents import ContentMatch
from courseline.domain.course.course import Content
from courseline.domain.course.directories import default_directory
from courseline.domain.course.wish import COURSE_FILE, CourseFile, Node
from courseline.errors import Problem


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may have moved, before anybody looked at the examples.

    Attributes:
        arrived: entries with an example that nothing is known of.
        left: contents that are in the file no more; those that the file names under `removed` are none.
    """

    arrived: tuple[Node, ...]
    left: tuple[Content, ...]

    def __bool__(self) -> bool:
        return bool(self.arrived and self.left)


def move_candidates(file: CourseFile, match: ContentMatch) -> Candidates:
    """Entries and contents that a guess is about.

    An entry with a `movedFrom` of its own has said what it is, and so has one whose `directory:` is that of no content
    that leaves: a move keeps the directory.
    """
    removed = {removal.path for removal in file.removed}
    left = tuple(content for content in match.leaving if content.path not in removed)
    directories = {content.directory or default_directory(content.path) for content in left}
    arrived = tuple(
        entry.node
        for entry in match.matched
        if entry.is_new
        and entry.node.wish is not None
        and entry.node.moved_from is None
        and (entry.node.directory is None or entry.node.directory in directories)
    )
    return Candidates(arrived, left)


def guess_moves(
    candidates: Candidates, wanted: Mapping[str, UUID], held: Mapping[UUID, UUID]
) -> tuple[dict[str, str], list[Problem]]:
    """Pair entries and contents that have the same example, one to one.

    Args:
        candidates: see `move_candidates`.
        wanted: example that an entry asks for, by the entry's path.
        held: example that is at a content's place, by the content's id.

    Returns:
        Old path by new path, and an error for each example of which nobody can tell what moved where.
    """
    arrived: dict[UUID, list[Node]] = defaultdict(list)
    for node in candidates.arrived:
        if node.path in wanted:
            arrived[wanted[node.path]].append(node)
    left: dict[UUID, list[Content]] = defaultdict(list)
    for content in candidates.left:
        if content.id in held:
            left[held[content.id]].append(content)
    moves: dict[str, str] = {}
    problems: list[Problem] = []
    for example, nodes in arrived.items():
        contents = left.get(example, [])
        if len(nodes) == len(contents) == 1:
            moves[nodes[0].path] = contents[0].path
        elif contents:
            problems.append(_ambiguous(nodes, contents))
    return moves, problems


def _ambiguous(nodes: Sequence[Node], contents: Sequence[Content]) -> Problem:
    here = " and ".join(f"`{node.path}` (line {node.line})" for node in nodes)
    there = " and ".join(f"`{content.path}`" for content in contents)
    example = nodes[0].wish.example if nodes[0].wish is not None else ""
    message = (
        f"{here} {'is' if len(nodes) == 1 else 'are'} new with the example {example}, and {there} with the same example"
        f" {'leaves' if len(contents) == 1 else 'leave'} the file, so nobody can tell which one moved."
    )
    written = " or ".join(f"`movedFrom: {content.path}`" for content in contents)
    where = "there" if len(nodes) == 1 else "at the one that it became"
    fix = f"Write {written} {where}; what did not move is named under `removed:`, as in `removed: [{{path: {contents[0].path}}}]`."
    return Problem(COURSE_FILE, nodes[0].line, message, fix=fix)
