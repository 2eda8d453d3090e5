"""Moves: which of those that are asked for count, and who moves along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courseline.domain.course.course import Content
from courseline.domain.course.wish import Node


def moves_that_count(
    nodes: Sequence[Node], living: Mapping[str, Content], guessed: Mapping[str, str]
) -> dict[str, str]:
    """New path -> old path of every content that moves.

    `movedFrom` counts while a content lives at the old path and none stays at the new one. What is inside a content
    that moves goes with it, unless its entry says otherwise or its old path is still in the file.

    Args:
        nodes: of the course file.
        living: contents by the path that each lives at.
        guessed: new path -> old path of moves that the file does not name.
    """
    written = {node.path: node.moved_from for node in nodes if node.moved_from is not None}
    asked = {**guessed, **written}
    counting = _counting(nodes, living, asked)
    carried = _carried(nodes, counting)
    return _counting(nodes, living, {**carried, **asked}) if carried else counting


def _counting(
    nodes: Sequence[Node], living: Mapping[str, Content], moves: Mapping[str, str]
) -> dict[str, str]:
    """Those of the moves that count.

    Where somebody lives at the new path, the move counts when that one leaves by a move that counts. This starts
    from free paths, so a circle never counts, and no move counts once all entries have their content.
    """
    sources = {path: old for path, old in moves.items() if old in living}
    counting: dict[str, str] = {}
    if not sources:
        return counting
    for node in nodes:
        free = node.path
        if free in living:
            continue
        while (source := sources.get(free)) is not None and free not in counting:
            counting[free] = source
            free = source
    return counting


def _carried(nodes: Sequence[Node], counting: Mapping[str, str]) -> dict[str, str]:
    """New path -> old path of what lies in contents that move, by the nearest one above that does."""
    if not counting:
        return {}
    paths = {node.path for node in nodes}
    taken = set(counting.values())
    carried: dict[str, str] = {}
    for node in nodes:
        labels = node.path.split(".")
        for length in range(len(labels) - 1, 0, -1):
            above = counting.get(".".join(labels[:length]))
            if above is None:
                continue
            old = ".".join([above, *labels[length:]])
            if old not in paths and old not in taken:
                carried[node.path] = old
            break
    return carried
