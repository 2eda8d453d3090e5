"""Resolve wishes: from what a course file says to versions, dependencies and rendered trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.course.reference import strip_placeholder
from courseline.domain.deploying.choose import (
    Chosen,
    choose_example,
    find_cycle,
)
from courseline.domain.deploying.resolution import Resolution, Unresolved
from courseline.domain.library.example import Example
from courseline.domain.library.version import VersionFacts
from courseline.usecases.deploying.choose_versions import choose_versions
from courseline.usecases.deploying.follow_dependencies import follow_dependencies
from courseline.usecases.deploying.load_dependencies import (
    DependencyTables,
    load_dependencies,
    load_versions,
)
from courseline.usecases.deploying.place_wish import PlaceWish
from courseline.usecases.deploying.resolve_place import is_written, rendered_place, resolve_place
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows


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
        chosen, missing = choose_versions(wishes, examples, rows)
        results |= missing
        versions = rows.library.version_facts({choice.labelled.version_id for choice in chosen.values()})
        tables = load_dependencies(course, versions.values(), _directories(chosen, versions), rows)
        choices = _Choices(course, wishes, examples, chosen, versions, tables)
        kept = set(results)  # places that cannot get what they wish for, so that nothing may follow it
        found = _resolved(choices, kept, rows)
    while True:
        for place, resolved in found:
            results[place.content_id] = (
                rendered_place(place, resolved, tables, neighbours)
                if is_written(resolved, place)
                else resolved
            )
        failed = {content_id for content_id, result in results.items() if isinstance(result, Unresolved)}
        if failed <= kept or not any(version.dependencies for version in versions.values()):
            return results
        kept |= failed
        with neighbours.database.transaction() as rows:
            found = _resolved(choices, kept, rows)


@dataclass(frozen=True, slots=True)
class _Choices:
    """What the places of a course are to get: examples and choices by content id, versions by id."""

    course: Course
    wishes: Sequence[PlaceWish]
    examples: Mapping[UUID, Example]
    chosen: Mapping[UUID, Chosen]
    versions: Mapping[UUID, VersionFacts]
    tables: DependencyTables


def _resolved(
    choices: _Choices, kept: Collection[UUID], rows: Rows
) -> list[tuple[PlaceWish, Resolution | Unresolved]]:
    """The places with a choice and what it comes to, not rendered yet; what will be rendered is in the tables."""
    here = _here(choices.wishes, choices.examples, choices.chosen, kept)
    found: list[tuple[PlaceWish, Resolution | Unresolved]] = []
    for place in choices.wishes:
        choice = choices.chosen.get(place.content_id)
        if choice is not None:
            version = choices.versions[choice.labelled.version_id]
            example = choices.examples[place.content_id]
            found.append((place, resolve_place(place, example, version, choice, here, choices.tables)))
    found = _without_circles(choices, found, here, rows)
    written = [resolved for place, resolved in found if is_written(resolved, place)]
    load_versions(written, choices.tables, rows)
    return found


def _here(
    wishes: Iterable[PlaceWish],
    examples: Mapping[UUID, Example],
    chosen: Mapping[UUID, Chosen],
    kept: Collection[UUID],
) -> dict[UUID, set[UUID]]:
    """Example -> versions that the places hold after a deploy: one changed by hand, or `kept`, keeps what it has."""
    here: dict[UUID, set[UUID]] = defaultdict(set)
    for place in wishes:
        choice = chosen.get(place.content_id)
        if choice is None or place.content_id in kept or place.state.is_customized:
            if place.recorded is not None:
                here[place.recorded.example_id].add(place.recorded.version_id)
                continue
            if choice is None or place.content_id in kept:
                continue
        here[examples[place.content_id].id].add(choice.labelled.version_id)
    return here


def _without_circles(
    choices: _Choices,
    found: Sequence[tuple[PlaceWish, Resolution | Unresolved]],
    here: Mapping[UUID, set[UUID]],
    rows: Rows,
) -> list[tuple[PlaceWish, Resolution | Unresolved]]:
    """The same, with a refusal for each place whose example needs itself in the end."""
    resolutions = [resolved for _, resolved in found if isinstance(resolved, Resolution)]
    tables = choices.tables
    needs = follow_dependencies(choices.course, resolutions, choices.versions, here, tables, rows)
    checked: list[tuple[PlaceWish, Resolution | Unresolved]] = []
    for place, resolved in found:
        if isinstance(resolved, Resolution) and (
            way := find_cycle(needs.edges, resolved.version.id, needs.owners)
        ):
            names = " -> ".join(tables.name(needs.owners[node], resolved.example) for node in way)
            message = f"its dependencies go round in a circle: {names}. Take one of them out of its meta.yaml"
            checked.append((place, Unresolved(message, place.wish.line, resolved.example.name)))
        else:
            checked.append((place, resolved))
    return checked


def _directories(chosen: Mapping[UUID, Chosen], versions: Mapping[UUID, VersionFacts]) -> dict[UUID, str]:
    """Directory in its repository of each version, by version id."""
    return {
        choice.labelled.version_id: choice.labelled.directory
        for choice in chosen.values()
        if choice.labelled.version_id in versions
    }
