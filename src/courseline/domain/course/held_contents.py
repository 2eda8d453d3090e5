"""Contents that stay as they are recorded, because a move is held back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from courseline.domain.course.contents import MatchedContent


def held_contents(matched: Sequence[MatchedContent], waiting: Collection[UUID]) -> frozenset[UUID]:
    """Those that wait, and everyone whose path is still that of one who stays.

    Two contents cannot live at one path: who wants the path of a content that does not move has to wait too, and then
    whoever wants the path of that one.

    Args:
        matched: all entries of the course file.
        waiting: contents whose move is held back; others among them count as not moving.
    """
    heirs = {entry.node.path: entry for entry in matched}
    held: set[UUID] = set()
    staying = [entry for entry in matched if entry.content.id in waiting and entry.old_path is not None]
    while staying:
        entry = staying.pop()
        held.add(entry.content.id)
        heir = heirs.get(entry.old_path) if entry.old_path is not None else None
        if heir is not None and heir.content.id not in held:
            staying.append(heir)
    return frozenset(held)
