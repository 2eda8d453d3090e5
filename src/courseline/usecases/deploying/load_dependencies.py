"""Find the examples that versions depend on, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.choose import choose_example
from courseline.domain.deploying.legacy_reference import legacy_targets
from courseline.domain.deploying.render import Render
from courseline.domain.deploying.resolution import Resolution
from courseline.domain.library.example import Example
from courseline.domain.library.meta import Meta
from courseline.domain.library.version import Dependency, ExampleVersion, LabelledVersion, VersionFacts
from courseline.usecases.rows import Rows


@dataclass(slots=True)
class DependencyTables:
    """What the library knows of all examples that some version depends on.

    Attributes:
        examples: by id.
        labels: of those examples.
        meant: (version id, reference as written) -> the example meant and a file of it, or why there is none.
        versions: those with their files that something is taken from, by id.
        metas: their meta.yaml files, by version id.
        renders: (version id, dependency version ids) -> its render or why there is none; places often share one.
    """

    examples: dict[UUID, Example] = field(default_factory=dict)
    labels: Mapping[UUID, Sequence[LabelledVersion]] = field(default_factory=dict)
    meant: dict[tuple[UUID, str], tuple[Example, str | None] | str] = field(default_factory=dict)
    versions: dict[UUID, ExampleVersion] = field(default_factory=dict)
    metas: dict[UUID, Meta] = field(default_factory=dict)
    renders: dict[tuple[UUID, ...], Render | str] = field(default_factory=dict)

    def name(self, example_id: UUID, start: Example) -> str:
        """`REPO:identifier` of a node on a cycle."""
        return start.name if example_id == start.id else self.examples[example_id].name


def load_dependencies(
    course: Course,
    versions: Iterable[VersionFacts],
    directories: Mapping[UUID, str],
    rows: Rows,
) -> DependencyTables:
    """Find the examples that versions depend on.

    Args:
        course: whose repositories count.
        versions: the dependents.
        directories: directory of each in its repository, for references that are relative paths.
        rows: the transaction.
    """
    tables = DependencyTables()
    needed = [(version, entry) for version in versions for entry in version.dependencies]
    if not needed:
        return tables
    linked = _usable({entry.depends_id for _, entry in needed if entry.depends_id is not None}, course, rows)
    names = {entry.as_written for _, entry in needed if entry.depends_id not in linked}
    for version, entry in needed:
        names |= {target for target, _ in legacy_targets(directories.get(version.id, ""), entry.as_written)}
    hits = rows.library.find(names, course.id)
    for version, entry in needed:
        directory = directories.get(version.id, "")
        meant = _meant(version, entry, directory, linked, hits)
        tables.meant[version.id, entry.as_written] = meant
        if isinstance(meant, tuple):
            tables.examples[meant[0].id] = meant[0]
    tables.labels = rows.library.labels(tables.examples.keys())
    return tables


def load_versions(resolutions: Sequence[Resolution], tables: DependencyTables, rows: Rows) -> None:
    """Read the lists of files of what will be rendered, versions and their dependencies, all of them at once."""
    facts = {resolved.version.id: resolved.version for resolved in resolutions}
    needed = {entry.version_id for resolved in resolutions for entry in resolved.dependencies}
    facts |= rows.library.version_facts(needed - facts.keys())
    missing = [version for version_id, version in facts.items() if version_id not in tables.versions]
    tables.versions |= rows.library.with_files(missing)


def _usable(example_ids: Iterable[UUID], course: Course, rows: Rows) -> dict[UUID, Example]:
    """Those of the linked examples that this course may use: who published the dependent may be allowed more."""
    hits = rows.library.find({str(example_id) for example_id in example_ids}, course.id)
    return {hit.id: hit for text, found in hits.items() for hit in found if str(hit.id) == text}


def _meant(
    version: VersionFacts,
    entry: Dependency,
    directory: str,
    linked: Mapping[UUID, Example],
    hits: Mapping[str, Sequence[Example]],
) -> tuple[Example, str | None] | str:
    if entry.depends_id is not None and entry.depends_id in linked:
        return linked[entry.depends_id], None
    same = [hit for hit in hits.get(entry.as_written, []) if hit.repository_id == version.repository_id]
    found = choose_example(entry.as_written, same or hits.get(entry.as_written, []))
    if isinstance(found, Example):
        return found, None
    for target, file in legacy_targets(directory, entry.as_written):
        here = [hit for hit in hits.get(target, []) if hit.repository_id == version.repository_id]
        if len(here) == 1:
            return here[0], file
    return f"its dependency `{entry.as_written}` is missing: {found}"
