"""Webhooks that never told us anything: they are tested, also when an earlier run was cut off before it could."""

from __future__ import annotations

from collections.abc import Sequence

from courseline.usecases.connect.connection import ProjectDraft
from courseline.usecases.connect.forge_setup import Place, PlaceKind
from courseline.usecases.neighbours import Neighbours


def unheard_of(
    group: Place | None, projects: Sequence[ProjectDraft], neighbours: Neighbours
) -> tuple[Place, ...]:
    """Of the group, or of each project, those from whose projects no delivery has arrived yet."""
    with neighbours.database.transaction() as rows:
        heard = rows.inbox.heard_of([project.identity for project in projects])
    told = [project for project in projects if not project.found.project.is_empty]
    if group is not None:
        return (group,) if told and not heard else ()
    return tuple(
        Place(PlaceKind.PROJECT, one.found.project.id, one.found.project.path)
        for one in told
        if one.identity not in heard
    )
