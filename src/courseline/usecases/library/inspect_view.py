"""What students would get of one example, put before the leak gate, with nothing known but the example itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from courseline.domain.course.wish import GateException
from courseline.domain.library.meta import Meta
from courseline.domain.library.version import Role, VersionFile
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, Hidden, HiddenKind
from courseline.domain.students.gate.hidden_set import merge_hidden, place_hidden
from courseline.domain.students.gate.judge import judge
from courseline.domain.students.gate.secrets import secret_in
from courseline.domain.students.settled_view import settled_text
from courseline.domain.students.view import BuiltView, PlaceSource, ViewFile, build_view
from courseline.domain.tree import Tree, TreeFile
from courseline.errors import Problem, Severity
from courseline.usecases.library.examine_example import META_FILE, Examined, ReadMeta
from courseline.usecases.ports import ReadYaml

_ROOT = "example"  # the gate judges directories below a root; paths are shown without it
_SECRET = {Role.TEST: "test file", Role.SUBMISSION: "solution"}


@dataclass(frozen=True, slots=True)
class ExampleView:
    """An example whose student view is looked at.

    Attributes:
        directory: of the example; "." for a repository that is one.
        files: of the example, paths relative to it.
        meta: its meta.yaml.
        version: its files with their roles.
        blobs: bytes of all of them by blob id.
        dependency_roles: role of each file that was copied from a dependency, by path.
        properties: values of a course file that win over meta.yaml.
        exceptions: reviewed exceptions of a course file.
    """

    directory: str
    files: Tree
    meta: Meta
    version: Sequence[VersionFile]
    blobs: Mapping[str, bytes]
    dependency_roles: Mapping[str, Role] = field(default_factory=dict)
    properties: Mapping[str, object] = field(default_factory=dict)
    exceptions: Sequence[GateException] = ()


def build_example(example: ExampleView, dump: Callable[[Mapping[str, object]], bytes]) -> BuiltView:
    """Build the student view of an example; problems have paths relative to the repository."""
    return build_view(
        PlaceSource(
            directory=example.directory,
            tree=example.files,
            meta=example.meta,
            blobs=example.blobs,
            dump=dump,
            dependency_roles=example.dependency_roles,
            properties=example.properties,
        )
    )


def judge_example(example: ExampleView, files: Sequence[ViewFile], read_yaml: ReadYaml) -> list[Finding]:
    """The gate's findings about a view, with what only a course or a library could add left out.

    A copy of another example's solution is seen by the template job alone.
    """
    root = _ROOT if example.directory == "." else example.directory
    tree = Tree(file._replace(path=f"{root}/{file.path}") for file in example.files)
    blobs = dict(example.blobs) | {file.oid: file.content for file in files if file.content is not None}
    place = GatePlace(
        directory=root,
        content_path=root,
        tree=example.files,
        meta=example.meta.data,
        dependency_roles=example.dependency_roles,
        course_properties=example.properties,
    )
    secret = {
        file.git_oid: Hidden(HiddenKind.LIBRARY, f"{_SECRET[file.role]} {file.path} of this example")
        for file in example.version
        if file.role in _SECRET
    }
    metas = {
        f"{root}/{file.path}": read_yaml(file.content or b"", META_FILE).data
        for file in files
        if file.path == META_FILE and file.content is not None
    }
    findings = judge(
        GateCase(
            places=[place],
            candidate=Tree(TreeFile(f"{root}/{file.path}", file.mode, file.oid) for file in files),
            blobs=blobs,
            metas=metas,
            hidden=merge_hidden(secret, place_hidden([place], {root: example.version}, tree, blobs)),
            exceptions=example.exceptions,
        )
    )
    if example.directory == ".":
        return [replace(found, path=found.path.removeprefix(f"{_ROOT}/")) for found in findings]
    return findings


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is to be said of a version before it is published.

    Attributes:
        problems: errors that refuse it, and warnings.
        settled: its view as it is kept, when builder and gate have nothing against it; None for one that only a course
            can tell everything about.
    """

    problems: tuple[Problem, ...]
    settled: str | None = None


def inspect_new(
    read: ReadMeta,
    meta: Meta,
    examined: Examined,
    dump: Callable[[Mapping[str, object]], bytes],
    read_yaml: ReadYaml,
) -> Inspected:
    """Look at the student view of a new version.

    It must build and pass the gate. What a course may except after a review only warns, and so does a secret in any of
    its files, because whoever may read the library reads it.
    """
    candidate = read.candidate
    example = ExampleView(
        candidate.directory,
        candidate.files,
        meta,
        examined.version.files,
        {file.oid: examined.contents[file.path] for file in candidate.files},
    )
    view = build_example(example, dump)
    problems = [one for one in view.problems if one not in read.problems and one not in examined.problems]
    findings = [] if view.refused else judge_example(example, view.files, read_yaml)
    for found in findings:
        severity = Severity.WARNING if found.exceptable else Severity.ERROR
        problems.append(replace(found.problem, severity=severity))
    told = {found.path for found in findings if found.rule == "secrets"}
    problems += [one for one in _secrets(example) if one.path not in told]
    # At a place there are copies from dependencies too, which nobody knows here.
    settles = not view.refused and not findings and not meta.dependencies
    return Inspected(tuple(problems), _settled(read, view) if settles else None)


def _settled(read: ReadMeta, view: BuiltView) -> str | None:
    start = "" if read.candidate.directory == "." else f"{read.candidate.directory}/"
    warnings = [replace(one, path=one.path.removeprefix(start)) for one in view.problems]
    return settled_text(view.files, [*read.said, *warnings])


def _secrets(example: ExampleView) -> list[Problem]:
    problems = []
    for file in example.files:
        found = secret_in(example.blobs[file.oid])
        if found is not None:
            line, words = found
            message = f"The file holds {words}, which everybody who may read this library can use."
            fix = "Revoke it where it was issued, and take it out of the file."
            problems.append(
                Problem(file.path, line, message, Severity.WARNING, fix).inside(example.directory)
            )
    return problems
