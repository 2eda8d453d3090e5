"""Reads a meta.yaml by its model; `meta.parse_meta` is the way in."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pydantic import ValidationError

from courseline.domain.library.meta import DependencyReference, ListedPath, Meta, ParsedMeta, TemplateEntry
from courseline.domain.library.meta_fields import kind_of
from courseline.domain.library.meta_level import Level, meta_level
from courseline.domain.library.meta_model import DependencyEntry, MetaEntry, PropertiesEntry
from courseline.domain.library.meta_problems import entry_problem, key_warnings
from courseline.domain.library.meta_rest import without
from courseline.domain.located import Key, Located
from courseline.domain.paths import printable
from courseline.errors import Problem, errors_among

_START = "Write at least a title, for example `title: Hello World`."


def read(located: Located) -> ParsedMeta:
    """See `parse_meta`."""
    data, level = located.data, meta_level(located.data)
    if not isinstance(data, dict) or not data:
        found = "The file is empty." if not data else f"The file must be a mapping and is {kind_of(data)}."
        return ParsedMeta(None, (Problem(located.path, 1, found, fix=_START),), level)
    problems = [*key_warnings(located, data)]
    if level in {Level.COURSE, Level.UNIT}:
        message = f"This meta.yaml describes a {level}, not an example."
        problems.append(
            Problem(
                located.path, located.line("kind"), message, fix="Write `kind: assignment`, or remove it."
            )
        )
    meta: Meta | None
    try:
        meta = _meta(located, MetaEntry.model_validate(data))
    except ValidationError as error:
        problems += [entry_problem(located, details) for details in error.errors()]
        meta = _meta_of_rest(without(located, [details["loc"] for details in error.errors()]))
    if meta is not None:
        problems += _repeated(meta)
    problems.sort(key=lambda problem: problem.line or 0)
    return ParsedMeta(None if errors_among(problems) else meta, tuple(problems), level, meta)


def _meta_of_rest(rest: Located) -> Meta | None:
    try:
        return _meta(rest, MetaEntry.model_validate(rest.data))
    except ValidationError:
        return None


def _meta(located: Located, entry: MetaEntry) -> Meta:
    inner = entry.properties or PropertiesEntry()
    content = entry.content
    sorted_words = (
        (content.types, content.disciplines, content.topics, content.tools, content.tags) if content else ()
    )
    words = [*entry.keywords, *entry.tags, *(word for words in sorted_words for word in words)]
    backend = inner.execution_backend
    return Meta(
        located=located,
        identifier=entry.identifier,
        slug=entry.slug,
        version=entry.version,
        title=entry.title,
        description=entry.description,
        language=entry.language,
        license=entry.license,
        keywords=tuple(dict.fromkeys(words)),
        student_submission_files=_listed(located, "studentSubmissionFiles", inner.student_submission_files),
        additional_files=_listed(located, "additionalFiles", inner.additional_files),
        test_files=_listed(located, "testFiles", inner.test_files),
        student_templates=tuple(
            TemplateEntry(one.source, one.target, located.line("properties", "studentTemplates", index))
            for index, one in enumerate(inner.student_templates)
        ),
        dependencies=tuple(_dependencies(located, entry, inner)),
        execution_backend=backend.slug if backend is not None else inner.execution_backend_slug,
        test_command=tuple(shlex.split(inner.test_command or "")),
        max_test_runs=inner.max_test_runs,
        max_submissions=inner.max_submissions,
        max_group_size=inner.max_group_size,
        solution_stub={
            key if "/" in key or not key.startswith(".") else key.lower(): text
            for key, text in inner.solution_stub.items()
        },
    )


def _listed(located: Located, key: str, paths: list[str]) -> tuple[ListedPath, ...]:
    return tuple(
        ListedPath(path.removesuffix("/"), located.line("properties", key, index), path.endswith("/"))
        for index, path in enumerate(paths)
    )


def _dependencies(located: Located, entry: MetaEntry, inner: PropertiesEntry) -> list[DependencyReference]:
    lists: tuple[tuple[Key, list[DependencyEntry]], ...] = (
        (("properties", "testDependencies"), inner.test_dependencies),
        (("properties", "dependencies"), inner.dependencies),
        (("testDependencies",), entry.test_dependencies),
        (("dependencies",), entry.dependencies),
    )
    found = []
    for key, entries in lists:
        written = _at(located.data, key)
        for index, one in enumerate(entries):
            span = located.spans[*key, index]
            plain = isinstance(written, list) and not isinstance(written[index], dict)
            files = None if one.files is None else tuple(one.files)
            found.append(DependencyReference(one.names[0], one.version, files, plain, span.line, span))
    return sorted(found, key=lambda reference: reference.span.start)


def _repeated(meta: Meta) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for reference in meta.dependencies:
        if reference.as_written in first:
            name, line = printable(reference.as_written), first[reference.as_written]
            message = f"The dependency `{name}` is named twice, first in line {line}."
            yield Problem(meta.path, reference.line, message, fix="Keep one of them.")
        first.setdefault(reference.as_written, reference.line)


def _at(data: object, key: Key) -> object:
    for part in key:
        data = data.get(part) if isinstance(data, dict) else None
    return data
