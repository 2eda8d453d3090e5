"""Resolve wishes: from what a course file says to versions, dependencies and rendered trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.course.reference import strip_placeholder
from courseline.domain.course.wish import Wish
from courseline.domain.deploying.choose import (
    Chosen,
    choose_example,
    choose_planned,
    choose_version,
    find_cycle,
)
from courseline.domain.deploying.place_state import PlaceState, Recorded
from courseline.domain.deploying.resolution import Resolution, Unresolved
from courseline.domain.library.example import Example
from courseline.domain.library.label import Label
from courseline.domain.library.version import LabelledVersion, VersionFacts
from courseline.errors import CorruptObject, InvalidInput
from courseline.usecases.deploying.load_dependencies import (
    DependencyTables,
    load_dependencies,
    load_versions,
)
from courseline.usecases.deploying.resolve_dependencies import (
    choose_dependencies,
    copied_files,
    render_place,
    withdrawn_dependencies,
)
from courseline.usecases.neighbours import Neighbours


@dataclass(frozen=True, slots=True)
class PlaceWish:
    """A place's wish with what is known of the place.

    Attributes:
        content_id: the content.
        wish: as written.
        state: what is there now.
        decided: version and dependency versions that a stored plan resolved already; None resolves anew.
    """

    content_id: UUID
    wish: Wish
    state: PlaceState
    decided: Decided | None = None

    @property
    def recorded(self) -> Recorded | None:
        """What courseline put there last."""
        return self.state.recorded


@dataclass(frozen=True, slots=True)
class Decided:
    """What a stored plan resolved for a place: apply does not resolve again."""

    version_id: UUID
    dependencies: Mapping[UUID, UUID]


def resolve_wishes(
    course: Course, wishes: Sequence[PlaceWish], neighbours: Neighbours
) -> dict[UUID, Resolution | Unresolved]:
    """Resolve all wishes of a course; one that comes to nothing does not stop the others.

    Returns:
        by content id.
    """
    results: dict[UUID, Resolution | Unresolved] = {}
    with neighbours.database.transaction() as rows:
        hits = rows.library.find({strip_placeholder(place.wish.example) for place in wishes}, course.id)
        examples: dict[UUID, Example] = {}
        for place in wishes:
            reference = strip_placeholder(place.wish.example)
            example = choose_example(reference, hits.get(reference, []))
            if isinstance(example, str):
                results[place.content_id] = Unresolved(example, place.wish.line)
            else:
                examples[place.content_id] = example
        labels = rows.library.labels({example.id for example in examples.values()})
        chosen = _choose(wishes, examples, labels, results)
        versions = rows.library.version_facts({choice.labelled.version_id for choice in chosen.values()})
    here: dict[UUID, set[UUID]] = defaultdict(set)
    for place in wishes:
        if place.content_id in chosen:
            example_id, version_id = _gets(place, examples[place.content_id], chosen[place.content_id])
            here[example_id].add(version_id)
    tables = load_dependencies(course, versions.values(), _directories(chosen, versions), neighbours)
    edges = {version.example_id: tables.examples_of(version) for version in versions.values()}
    found: list[tuple[PlaceWish, Resolution | Unresolved]] = []
    for place in wishes:
        choice = chosen.get(place.content_id)
        if choice is None:
            continue
        example = examples[place.content_id]
        version = versions[choice.labelled.version_id]
        if way := find_cycle(edges, example.id):
            names = " -> ".join(tables.name(node, example) for node in way)
            message = f"its dependencies go round in a circle: {names}. Take one of them out of its meta.yaml"
            found.append((place, Unresolved(message, place.wish.line, example.name)))
        else:
            found.append((place, _resolve(place, example, version, choice, here, tables)))
    waiting = [resolved for place, resolved in found if _is_written(resolved, place)]
    load_versions(waiting, tables, neighbours)
    for place, resolved in found:
        if _is_written(resolved, place):
            results[place.content_id] = _rendered(place, resolved, tables, neighbours)
        else:
            results[place.content_id] = resolved
    return results


def _gets(place: PlaceWish, example: Example, choice: Chosen) -> tuple[UUID, UUID]:
    """Example and version that a place holds after a deploy: one changed by hand keeps what it has."""
    if place.recorded is not None and place.state.is_customized:
        return place.recorded.example_id, place.recorded.version_id
    return example.id, choice.labelled.version_id


def _choose(
    wishes: Iterable[PlaceWish],
    examples: Mapping[UUID, Example],
    labels: Mapping[UUID, Sequence[LabelledVersion]],
    results: dict[UUID, Resolution | Unresolved],
) -> dict[UUID, Chosen]:
    chosen: dict[UUID, Chosen] = {}
    for place in wishes:
        example = examples.get(place.content_id)
        if example is None:
            continue
        known = labels.get(example.id, [])
        choice: Chosen | str | None = None
        if place.decided is not None:
            choice = choose_planned(example.name, place.wish, known, place.decided.version_id)
        if choice is None:  # not planned, or the wish has changed since: its step will not be the one shown
            recorded = place.recorded
            there = recorded.version_id if recorded and recorded.example_id == example.id else None
            choice = choose_version(example.name, place.wish, known, there)
        if isinstance(choice, str):
            results[place.content_id] = Unresolved(choice, place.wish.version_line, example.name)
        else:
            chosen[place.content_id] = choice
    return chosen


def _directories(chosen: Mapping[UUID, Chosen], versions: Mapping[UUID, VersionFacts]) -> dict[UUID, str]:
    """Directory in its repository of each version, by version id."""
    return {
        choice.labelled.version_id: choice.labelled.directory
        for choice in chosen.values()
        if choice.labelled.version_id in versions
    }


def _resolve(
    place: PlaceWish,
    example: Example,
    version: VersionFacts,
    choice: Chosen,
    here: Mapping[UUID, set[UUID]],
    tables: DependencyTables,
) -> Resolution | Unresolved:
    """Version and dependencies of a place, not rendered yet."""
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


def _is_written(resolved: Resolution | Unresolved, place: PlaceWish) -> TypeGuard[Resolution]:
    """Whether something else than what is there has to be put at the place; what stays is not read."""
    if isinstance(resolved, Unresolved):
        return False
    chosen = {entry.example.id: entry.version_id for entry in resolved.dependencies}
    return place.recorded is None or not place.recorded.holds(resolved.version.id, chosen)


def _rendered(
    place: PlaceWish, resolved: Resolution, tables: DependencyTables, neighbours: Neighbours
) -> Resolution | Unresolved:
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
