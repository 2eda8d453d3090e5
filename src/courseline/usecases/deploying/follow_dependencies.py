"""Follow dependencies to their ends, also through examples that no place of the course holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.choose import choose_dependency
from courseline.domain.deploying.resolution import Resolution
from courseline.domain.library.version import LabelledVersion, VersionFacts
from courseline.usecases.deploying.load_dependencies import DependencyTables, load_dependencies
from courseline.usecases.rows import Rows


@dataclass(slots=True)
class Needs:
    """Which version needs which.

    Attributes:
        edges: version -> the versions that its dependencies come to.
        owners: version -> its example.
    """

    edges: dict[UUID, list[UUID]] = field(default_factory=dict)
    owners: dict[UUID, UUID] = field(default_factory=dict)


def follow_dependencies(
    course: Course,
    resolutions: Iterable[Resolution],
    versions: Mapping[UUID, VersionFacts],
    here: Mapping[UUID, set[UUID]],
    tables: DependencyTables,
    rows: Rows,
) -> Needs:
    """All that the versions of a course need, directly and by others.

    Args:
        course: the course.
        resolutions: of its places; what they chose counts.
        versions: that its places are to get, by id.
        here: example id -> versions that its places get.
        tables: from `load_dependencies` for `versions`; what is found on the way is added to them.
        rows: the transaction.
    """
    needs = Needs({}, {version.id: version.example_id for version in versions.values()})
    for resolved in resolutions:
        edges = needs.edges.setdefault(resolved.version.id, [])
        for entry in resolved.dependencies:
            needs.owners[entry.version_id] = entry.example.id
            if entry.version_id not in edges:
                edges.append(entry.version_id)
    for version in versions.values():
        if version.id not in needs.edges:
            _add(version, needs, here, tables)
    done = set(versions)
    while waiting := needs.owners.keys() - done:
        done |= waiting
        facts = rows.library.version_facts(waiting)
        more = load_dependencies(course, facts.values(), _directories(facts, tables), rows)
        tables.examples |= more.examples
        tables.labels = {**tables.labels, **more.labels}
        tables.meant |= more.meant
        for version in facts.values():
            _add(version, needs, here, tables)
    return needs


def _add(
    version: VersionFacts, needs: Needs, here: Mapping[UUID, set[UUID]], tables: DependencyTables
) -> None:
    """What a version needs where no place says it; a gap ends the way there."""
    edges = needs.edges.setdefault(version.id, [])
    for entry in version.dependencies:
        meant = tables.meant.get((version.id, entry.as_written))
        if not isinstance(meant, tuple):
            continue
        example, _ = meant
        labels = tables.labels.get(example.id, [])
        chosen = choose_dependency(example.name, entry.range, labels, here.get(example.id, ()), None)
        if isinstance(chosen, LabelledVersion):
            edges.append(chosen.version_id)
            needs.owners[chosen.version_id] = example.id


def _directories(versions: Mapping[UUID, VersionFacts], tables: DependencyTables) -> dict[UUID, str]:
    """Directory in its repository of each version, by version id."""
    return {
        known.version_id: known.directory
        for version in versions.values()
        for known in tables.labels.get(version.example_id, ())
        if known.version_id in versions
    }
