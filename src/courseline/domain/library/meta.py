"""An example's meta.yaml, checked and with the place of everything that later problems speak about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from courseline.domain.library.meta_level import Level
from courseline.domain.located import Located, Span
from courseline.errors import Problem

_TEMPLATE_DIRECTORIES = ("studentTemplates/", "studentTemplate/")


@dataclass(frozen=True, slots=True)
class ListedPath:
    """An entry of a file list.

    Attributes:
        path: relative to the example, without a trailing slash.
        line: in meta.yaml.
        is_directory: it was written with a trailing slash.
    """

    path: str
    line: int
    is_directory: bool = False


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """An entry of `studentTemplates`.

    Attributes:
        source: file in the example.
        target: file students get, as written; None when only the source is.
        line: in meta.yaml.
    """

    source: str
    target: str | None
    line: int

    @property
    def destination(self) -> str:
        """The file students get: the target, else what follows `studentTemplates/`, else the source's own path."""
        if self.target is not None:
            return self.target
        directory = next((one for one in _TEMPLATE_DIRECTORIES if self.source.startswith(one)), "")
        return self.source[len(directory) :]


@dataclass(frozen=True, slots=True)
class DependencyReference:
    """An entry of `testDependencies` or `dependencies`.

    Attributes:
        as_written: identifier, directory, `REPO:identifier`, UUID or relative path of the other example.
        range: admitted versions as written, a valid range; None for any.
        files: exactly these are copied; None for the other example's `additionalFiles`.
        is_plain: written as bare text, not as a mapping.
        line: in meta.yaml.
        span: place of the whole entry in the text of meta.yaml.
    """

    as_written: str
    range: str | None
    files: tuple[str, ...] | None
    is_plain: bool
    line: int
    span: Span


@dataclass(frozen=True, slots=True)
class Meta:
    """A meta.yaml without errors. Empty lists and None stand for what it does not say.

    Attributes:
        located: plain data, places and text of the file.
        execution_backend: name of what runs the tests.
        test_command: words of the command that runs them; empty for none.
        keywords: all words to find it by, from `keywords`, `tags` and `content`, each once.
        dependencies: from both spellings, at both levels, in the order of the file.
        solution_stub: what stands where a solution was cut out, by path, suffix, or "" for all files.
    """

    located: Located
    identifier: str | None
    slug: str | None
    version: str | None
    title: str | None
    description: str | None
    language: str | None
    license: str | None
    keywords: tuple[str, ...]
    student_submission_files: tuple[ListedPath, ...]
    additional_files: tuple[ListedPath, ...]
    test_files: tuple[ListedPath, ...]
    student_templates: tuple[TemplateEntry, ...]
    dependencies: tuple[DependencyReference, ...]
    execution_backend: str | None
    test_command: tuple[str, ...]
    max_test_runs: int | None
    max_submissions: int | None
    max_group_size: int | None
    solution_stub: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The file, as problems name it."""
        return self.located.path

    @property
    def data(self) -> Mapping[str, object]:
        """The whole file as plain data, unknown keys included."""
        return cast("Mapping[str, object]", self.located.data)

    def line(self, *key: str | int) -> int:
        """Line of what stands at `key`."""
        return self.located.line(*key)


@dataclass(frozen=True, slots=True)
class ParsedMeta:
    """What reading a meta.yaml gave.

    Attributes:
        meta: None when there are errors.
        problems: errors and warnings, in the order of the file.
        level: what the file describes; None when nothing in it tells. Above other examples only EXAMPLE counts.
        rest: what can be read when values with errors are left out, for further checks only; None when nothing can.
    """

    meta: Meta | None
    problems: tuple[Problem, ...]
    level: Level | None
    rest: Meta | None = None


def parse_meta(located: Located) -> ParsedMeta:
    """Check a meta.yaml as that of an example and name everything that is wrong with it at once."""
    # Its models cost a fifth of a job's start, and most of what a job meets is known and not read.
    from courseline.domain.library.meta_reader import read  # noqa: PLC0415 - as said

    return read(located)
