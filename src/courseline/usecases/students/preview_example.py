"""Preview: what students would get of an example, and what stays hidden, by the code of the template job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from courseline.domain.course.wish import GateException
from courseline.domain.library.meta import Meta
from courseline.domain.library.roles import classify
from courseline.domain.library.version import Role
from courseline.domain.students.python_left import broken_python
from courseline.domain.students.rule import Rule
from courseline.domain.students.view import ViewFile
from courseline.errors import InvalidInput, Problem, errors_among
from courseline.usecases.library.examine_example import META_FILE
from courseline.usecases.library.inspect_view import ExampleView, build_example, judge_example
from courseline.usecases.library.read_examples import LocalExample, find_local_examples, read_local_examples
from courseline.usecases.offline import Offline
from courseline.usecases.students.preview_reasons import reason, why_hidden

_AS_IT_IS = frozenset({Rule.TEXT, Rule.ADDITIONAL, Rule.TEMPLATE})


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file students would get: path, the rule that admits it, that rule in words, and its bytes."""

    path: str
    rule: Rule
    reason: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class WithheldFile:
    """A file they would not get: path, what it is for, and why it stays hidden."""

    path: str
    role: Role
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """An example as students would see it.

    Attributes:
        directory: of the example.
        identifier: None when it could not be told.
        title: "" when it has none.
        given: what students get, ordered by path; empty when it is refused.
        hidden: everything else, ordered by path; empty when it is refused.
        dependencies: examples whose files a deploy would add, as written; none when they are here already.
        problems: errors and warnings, paths relative to the directory that was read.
    """

    directory: str
    identifier: str | None
    title: str
    given: tuple[GivenFile, ...] = ()
    hidden: tuple[WithheldFile, ...] = ()
    dependencies: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether students would get nothing of it."""
        return bool(errors_among(self.problems))


@dataclass(frozen=True, slots=True)
class CourseValues:
    """What a course file says about a place: properties that win over meta.yaml, and reviewed exceptions."""

    properties: Mapping[str, object] = field(default_factory=dict)
    exceptions: Sequence[GateException] = ()


def preview_directory(offline: Offline) -> list[Preview]:
    """Preview every example below the directory.

    Raises:
        InvalidInput: there is none, or something cannot be read.
    """
    found = find_local_examples(offline)
    if not found.candidates:
        name = offline.directory.name
        message = f"There is no {META_FILE} in it, at any depth."
        fix = "Name the directory of an example, or of examples."
        raise InvalidInput(
            f"Looking for examples in {name}: there is none.", [Problem(name, None, message, fix=fix)]
        )
    return [preview_example(example, offline) for example in read_local_examples(found, offline)]


def given_file(previews: Sequence[Preview], path: str) -> GivenFile:
    """What students would get at `path`, which may begin with the directory of the example.

    Raises:
        InvalidInput: students would get no such file, or several examples give one.
    """
    found = [
        (preview, file)
        for preview in previews
        for file in preview.given
        if path in {file.path, f"{preview.directory}/{file.path}"}
    ]
    if len(found) == 1:
        return found[0][1]
    if found:
        names = ", ".join(f"{preview.directory}/{file.path}" for preview, file in found)
        problem = Problem(
            path, None, f"Several examples give one: {names}.", fix="Write its directory in front."
        )
    else:
        refused = any(preview.refused for preview in previews)
        message = "Students would get no file of this path" + (
            ", for an example is refused." if refused else "."
        )
        fix = "Run the same command without --file: it lists what they would get."
        problem = Problem(path, None, message, fix=fix)
    raise InvalidInput(f"Showing {path}: {problem.message}", [problem])


def preview_example(example: LocalExample, offline: Offline, course: CourseValues | None = None) -> Preview:
    """Build the student view of one example and put it before the gate.

    The gate knows this example alone: a copy of another example's solution is seen by the template job only.

    Args:
        example: as read.
        offline: the outside.
        course: of its place; None for an example that is in no course.
    """
    meta, examined, values = example.read.meta, example.examined, course or CourseValues()
    preview = Preview(
        example.directory,
        example.read.identifier,
        (meta.title if meta else None) or "",
        problems=example.problems,
    )
    if meta is None or examined is None or preview.refused:
        return preview
    shown = ExampleView(
        example.directory,
        example.read.candidate.files,
        meta,
        examined.version.files,
        example.blobs,
        example.dependency_roles,
        values.properties,
        values.exceptions,
    )
    view = build_example(shown, offline.write_yaml)
    problems = [*example.problems, *view.problems]
    if not view.refused:
        problems += _not_compiling(example, view.files)
        problems += [found.problem for found in judge_example(shown, view.files, offline.read_yaml)]
    preview = replace(preview, problems=tuple(dict.fromkeys(problems)))
    if preview.refused:
        return preview
    return replace(
        preview,
        given=tuple(
            GivenFile(file.path, file.rule, reason(file, meta), _bytes_of(file, example))
            for file in view.files
        ),
        hidden=tuple(_withheld(example, meta, view.files)),
        dependencies=tuple(entry.as_written for entry in meta.dependencies)
        if not example.dependency_roles
        else (),
    )


def _not_compiling(example: LocalExample, files: Sequence[ViewFile]) -> Iterator[Problem]:
    for file in files:
        source = example.read.candidate.files.get(file.source or "")
        if file.rule is Rule.CUT and file.path.endswith(".py") and source is not None:
            problem = broken_python(example.blobs[source.oid], file.content or b"", source.path, file.cut)
            if problem is not None:
                yield problem.inside(example.directory)


def _bytes_of(file: ViewFile, example: LocalExample) -> bytes:
    return example.blobs[file.oid] if file.content is None else file.content


def _withheld(example: LocalExample, meta: Meta, files: Sequence[ViewFile]) -> list[WithheldFile]:
    as_it_is = {file.source for file in files if file.rule in _AS_IT_IS}
    given = {file.source or file.path: file for file in files}
    paths = [path for path in example.read.candidate.files.paths if path not in as_it_is]
    roles = {**classify(paths, meta), **example.dependency_roles}
    return [WithheldFile(path, roles[path], why_hidden(path, roles[path], given.get(path))) for path in paths]
