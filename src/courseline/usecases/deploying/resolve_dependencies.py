"""Resolve the dependencies of a version and render it with their files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from courseline.domain.deploying.choose import choose_dependency, withdrawal
from courseline.domain.deploying.render import META_FILE, Copies, PlainReference, Render, render
from courseline.domain.deploying.resolution import ResolvedDependency
from courseline.domain.library.example import Example
from courseline.domain.library.meta import parse_meta
from courseline.domain.library.version import ExampleVersion, Role, VersionFacts, VersionFile
from courseline.errors import InvalidInput, errors_among
from courseline.usecases.deploying.load_dependencies import DependencyTables
from courseline.usecases.library.read_version import read_files
from courseline.usecases.neighbours import Neighbours


def choose_dependencies(
    version: VersionFacts,
    here: Mapping[UUID, set[UUID]],
    recorded: Mapping[UUID, UUID],
    decided: Mapping[UUID, UUID] | None,
    tables: DependencyTables,
) -> list[ResolvedDependency] | str:
    """The dependencies of one version without their files, or why there is a gap.

    Args:
        version: the dependent.
        here: example id -> versions that this course's own places get.
        recorded: example id -> version recorded for this place.
        decided: example id -> version that a stored plan resolved; None resolves anew.
        tables: from `load_dependencies`.
    """
    resolved: list[ResolvedDependency] = []
    for entry in version.dependencies:
        meant = tables.meant[version.id, entry.as_written]
        if isinstance(meant, str):
            return meant
        example, _ = meant
        labels = tables.labels.get(example.id, [])
        if decided is None:
            chosen = choose_dependency(
                example.name, entry.range, labels, here.get(example.id, set()), recorded.get(example.id)
            )
        else:
            planned = [known for known in labels if known.version_id == decided.get(example.id)]
            chosen = (
                planned[0] if planned else f"its dependency {example.name} no longer has the planned version"
            )
        if isinstance(chosen, str):
            return chosen
        identifier = chosen.version_identifier
        resolved.append(
            ResolvedDependency(entry.as_written, example, chosen.version_id, identifier, chosen.label, ())
        )
    return resolved


def withdrawn_dependencies(
    dependencies: Iterable[ResolvedDependency], tables: DependencyTables
) -> tuple[str, ...]:
    """What a person should know of dependencies whose label was withdrawn."""
    return tuple(
        f"its dependency {withdrawal(entry.example.name, known)}"
        for entry in dependencies
        for known in tables.labels.get(entry.example.id, ())
        if known.withdrawn and known.label == entry.label
    )


def copied_files(
    version: ExampleVersion,
    dependencies: Sequence[ResolvedDependency],
    tables: DependencyTables,
    neighbours: Neighbours,
) -> list[ResolvedDependency] | str:
    """The same dependencies with the files they bring, or why one of these is missing.

    Raises:
        CorruptObject: the library's copy of a dependency cannot be read.
    """
    complete: list[ResolvedDependency] = []
    for entry, dependency in zip(version.dependencies, dependencies, strict=True):
        meant = tables.meant[version.id, entry.as_written]
        file = meant[1] if isinstance(meant, tuple) else None
        files = entry.files if file is None else (file,)
        source = tables.versions[dependency.version_id]
        copies = _copies(dependency.example, source, files, tables, neighbours)
        if isinstance(copies, str):
            return copies
        complete.append(replace(dependency, files=copies))
    return complete


def render_place(
    version: ExampleVersion,
    dependencies: Sequence[ResolvedDependency],
    tables: DependencyTables,
    neighbours: Neighbours,
) -> Render | str:
    """Render a version with its dependencies, or why it cannot be.

    Raises:
        CorruptObject: the library's copy of its meta.yaml cannot be read.
    """
    key = (version.id, *(entry.version_id for entry in dependencies))
    if key not in tables.renders:
        tables.renders[key] = _render(version, dependencies, neighbours)
    return tables.renders[key]


def _render(
    version: ExampleVersion, dependencies: Sequence[ResolvedDependency], neighbours: Neighbours
) -> Render | str:
    if not dependencies:
        return render(version.id, version.files)[0]
    raw = read_files(neighbours.store, version, [META_FILE])[META_FILE]
    meta = parse_meta(neighbours.read_yaml(raw, META_FILE)).meta
    references = [
        PlainReference(entry.as_written, entry.span.start, entry.span.end)
        for entry in (meta.dependencies if meta is not None else ())
        if entry.is_plain
    ]
    copies = [
        Copies(entry.as_written, entry.example.name, entry.version_id, entry.files) for entry in dependencies
    ]
    rendered, problems = render(version.id, version.files, copies, raw, references)
    return problems[0].sentence if problems else rendered


def _copies(
    example: Example,
    version: ExampleVersion,
    files: Sequence[str] | None,
    tables: DependencyTables,
    neighbours: Neighbours,
) -> tuple[VersionFile, ...] | str:
    by_path = {file.path: file for file in version.files}
    if files is None:
        return _additional(version, by_path, tables, neighbours)
    missing = sorted(set(files) - by_path.keys())
    if missing:
        has = ", ".join(sorted(by_path)[:8])
        return f"its dependency {example.name} has no file {missing[0]}; it has {has}"
    return tuple(by_path[path] for path in sorted(set(files)))


def _additional(
    version: ExampleVersion,
    by_path: Mapping[str, VersionFile],
    tables: DependencyTables,
    neighbours: Neighbours,
) -> tuple[VersionFile, ...] | str:
    if version.id not in tables.metas:
        raw = read_files(neighbours.store, version, [META_FILE])[META_FILE]
        parsed = parse_meta(neighbours.read_yaml(raw, META_FILE))
        if parsed.meta is None or errors_among(parsed.problems):
            raise InvalidInput("Reading a dependency's meta.yaml from the library.", parsed.problems)
        tables.metas[version.id] = parsed.meta
    listed = tables.metas[version.id].additional_files
    paths = {entry.path for entry in listed if not entry.is_directory}
    directories = tuple(f"{entry.path.rstrip('/')}/" for entry in listed if entry.is_directory)
    return tuple(
        file
        for path, file in sorted(by_path.items())
        if file.role is Role.PUBLIC and (path in paths or path.startswith(directories))
    )
