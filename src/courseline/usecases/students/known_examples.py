"""The examples whose hidden files are looked for: those of a directory, or all versions of the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from courseline.domain.library.meta import parse_meta
from courseline.domain.library.version import ExampleVersion, Role, VersionFile
from courseline.domain.students.scan.sought import ExampleFile, KnownExample
from courseline.domain.students.view import BuiltView, PlaceSource, build_view
from courseline.domain.tree import Tree, TreeFile
from courseline.errors import InvalidInput, Problem, Severity
from courseline.usecases.library.read_examples import LocalExample, find_local_examples, read_local_examples
from courseline.usecases.library.read_version import read_files
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.offline import Offline

META_FILE = "meta.yaml"
VERSIONS_AT_ONCE = 50
LARGEST = 64 * 1024 * 1024


def examples_of_directory(offline: Offline, warnings: list[Problem]) -> Iterator[KnownExample]:
    """Every example below the directory as it lies there, one in memory at a time.

    Args:
        offline: the directory.
        warnings: gets one problem an example that cannot be compared with.

    Raises:
        InvalidInput: there is none, or something cannot be read.
    """
    found = find_local_examples(offline)
    if not found.candidates:
        name = offline.directory.name
        fix = "Name the directory of an example, or of examples."
        problem = Problem(name, None, f"There is no {META_FILE} in it, at any depth.", fix=fix)
        raise InvalidInput(f"Looking for examples in {name}: there is none.", [problem])
    for example in read_local_examples(found, offline):
        if example.examined is None or example.read.meta is None:
            warnings.append(_broken(example))
            continue
        view = build_view(
            PlaceSource(
                directory=example.directory,
                tree=example.read.candidate.files,
                meta=example.read.meta,
                blobs=example.blobs,
                dump=offline.write_yaml,
                dependency_roles=example.dependency_roles,
            )
        )
        files = example.examined.version.files
        yield _known(
            example.read.identifier or example.directory, files, example.blobs, view, example.dependency_roles
        )


def examples_of_library(neighbours: Neighbours) -> Iterator[KnownExample]:
    """Every version of the library, one in memory at a time.

    Raises:
        CorruptObject: the store does not hold what was published.
    """
    with neighbours.database.transaction() as rows:
        known = rows.library.inventory()
    for start in range(0, len(known), VERSIONS_AT_ONCE):
        some = {entry.version_id: entry.name for entry in known[start : start + VERSIONS_AT_ONCE]}
        with neighbours.database.transaction() as rows:
            versions = rows.library.versions(some)
        for number, (version_id, name) in enumerate(some.items()):
            neighbours.progress("Reading examples", start + number, len(known))
            if version_id in versions:
                yield _of_version(name, versions[version_id], neighbours)


def _of_version(name: str, version: ExampleVersion, neighbours: Neighbours) -> KnownExample:
    read = [file for file in version.files if file.size <= LARGEST]
    contents = read_files(neighbours.store, version, [file.path for file in read])
    blobs = {file.git_oid: contents[file.path] for file in read}
    tree = Tree(TreeFile(file.path, file.mode, file.git_oid) for file in version.files)
    try:
        meta = parse_meta(neighbours.read_yaml(contents.get(META_FILE, b""), META_FILE)).meta
    except InvalidInput:
        meta = None
    whole = len(read) == len(version.files)
    view = (
        build_view(PlaceSource(version.version_identifier, tree, meta, blobs, neighbours.write_yaml))
        if meta is not None and whole
        else BuiltView((), ())
    )
    return _known(name, version.files, blobs, view, {})


def _known(
    name: str,
    files: tuple[VersionFile, ...],
    blobs: Mapping[str, bytes],
    view: BuiltView,
    dependency_roles: Mapping[str, Role],
) -> KnownExample:
    shown = (blobs.get(file.oid) if file.content is None else file.content for file in view.files)
    return KnownExample(
        name,
        [
            ExampleFile(
                file.path, dependency_roles.get(file.path, file.role), file.git_oid, blobs.get(file.git_oid)
            )
            for file in files
        ],
        [raw for raw in shown if raw is not None],
    )


def _broken(example: LocalExample) -> Problem:
    message = (
        "Its meta.yaml cannot be used, so nothing says which of its files are hidden; it was not compared."
    )
    fix = "See `courseline check` and mend it, then scan again."
    path = META_FILE if example.directory == "." else f"{example.directory}/{META_FILE}"
    return Problem(path, None, message, Severity.WARNING, fix)
