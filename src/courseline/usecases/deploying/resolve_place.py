"""Resolve one place: its dependencies, and the tree that it gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeGuard
from uuid import UUID

from courseline.domain.deploying.choose import Chosen
from courseline.domain.deploying.resolution import Resolution, Unresolved
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import VersionFacts
from courseline.errors import CorruptObject, InvalidInput
from courseline.usecases.deploying.load_dependencies import DependencyTables
from courseline.usecases.deploying.place_wish import PlaceWish
from courseline.usecases.deploying.resolve_dependencies import (
    choose_dependencies,
    copied_files,
    render_place,
    withdrawn_dependencies,
)
from courseline.usecases.neighbours import Neighbours


def resolve_place(
    place: PlaceWish,
    example: Example,
    version: VersionFacts,
    choice: Chosen,
    here: Mapping[UUID, set[UUID]],
    tables: DependencyTables,
) -> Resolution | Unresolved:
    """Version and dependencies of a place, not rendered yet.

    Args:
        place: the place.
        example: that its wish means.
        version: that was chosen.
        choice: how.
        here: example id -> versions that this course's own places get.
        tables: from `load_dependencies`.
    """
    recorded = dict(place.recorded.dependencies) if place.recorded else {}
    decided = place.decided.dependencies if place.decided else None
    try:
        dependencies = choose_dependencies(version, here, recorded, decided, tables)
    except InvalidInput as unreadable:
        return _unreadable(place, example, choice.labelled.label, unreadable)
    if isinstance(dependencies, str):
        return Unresolved(dependencies, place.wish.line, example.name)
    return Resolution(
        example,
        version,
        choice.labelled.label,
        choice.labelled.directory,
        tuple(dependencies),
        None,
        (*choice.warnings, *withdrawn_dependencies(dependencies, tables)),
    )


def is_written(resolved: Resolution | Unresolved, place: PlaceWish) -> TypeGuard[Resolution]:
    """Whether something else than what is there has to be put at the place; what stays is not read."""
    if isinstance(resolved, Unresolved):
        return False
    chosen = {entry.example.id: entry.version_id for entry in resolved.dependencies}
    return place.recorded is None or not place.recorded.holds(resolved.version.id, chosen)


def rendered_place(
    place: PlaceWish, resolved: Resolution, tables: DependencyTables, neighbours: Neighbours
) -> Resolution | Unresolved:
    """The same with the tree at the place, or why there is none; its versions must be in the tables."""
    version = tables.versions[resolved.version.id]
    try:
        dependencies = copied_files(version, resolved.dependencies, tables, neighbours)
        if isinstance(dependencies, str):
            return Unresolved(dependencies, place.wish.line, resolved.example.name)
        rendered = render_place(version, dependencies, tables, neighbours)
    except (CorruptObject, InvalidInput) as unreadable:
        return _unreadable(place, resolved.example, resolved.label, unreadable)
    if isinstance(rendered, str):
        return Unresolved(rendered, place.wish.line, resolved.example.name)
    return replace(resolved, version=version, dependencies=tuple(dependencies), render=rendered)


def _unreadable(
    place: PlaceWish, example: Example, label: Label, unreadable: CorruptObject | InvalidInput
) -> Unresolved:
    reasons = "; ".join(problem.sentence for problem in unreadable.problems)
    message = f"{example.name}@{label.shown} cannot be read: {reasons or unreadable.message}"
    return Unresolved(message, place.wish.line, example.name)
