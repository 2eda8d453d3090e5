"""Does a meta.yaml fit the files beside it: nothing missing, nothing both shown and hidden, one file for each name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from courseline.domain.library.meta import ListedPath, Meta, TemplateEntry
from courseline.domain.library.roles import covers, is_submission, is_test, task_text_target
from courseline.domain.paths import folded, path_problems, printable
from courseline.errors import Problem


def check_meta_against_files(meta: Meta, paths: Iterable[str]) -> list[Problem]:
    """All errors, each with the line of its entry, in the order of the file.

    A submission file need not exist: students create it. Whether a template holds a solution is not asked here.

    Args:
        meta: of the example.
        paths: of all its files, relative to it.
    """
    files = sorted(paths)
    problems = [
        *_missing(meta, files),
        *_given_and_hidden(meta, files),
        *_shown_and_tested(meta, files),
        *_repeated(meta, "studentSubmissionFiles", meta.student_submission_files),
        *_two_for_one_target(meta, files),
        *_stubs_for_nothing(meta),
    ]
    return sorted(problems, key=lambda problem: problem.line or 0)


def _missing(meta: Meta, files: Sequence[str]) -> Iterator[Problem]:
    lists: tuple[tuple[str, Iterable[ListedPath]], ...] = (
        ("additionalFiles", meta.additional_files),
        ("testFiles", meta.test_files),
        ("studentTemplates", (ListedPath(entry.source, entry.line) for entry in meta.student_templates)),
    )
    present, directories = set(files), _directories(files)
    for name, entries in lists:
        for entry in entries:
            is_directory = entry.path in directories
            if entry.path in present and not entry.is_directory:
                continue
            if is_directory and (entry.is_directory or name == "testFiles"):
                continue
            shown = f"`{printable(entry.path)}{'/' * entry.is_directory}`"
            if entry.path in present:
                yield _error(
                    meta, entry.line, f"`{name}` names {shown}, which is a file.", "Remove the slash."
                )
            elif is_directory:
                fix = (
                    "End it with a slash to mean all its files."
                    if name == "additionalFiles"
                    else "Name its files."
                )
                yield _error(meta, entry.line, f"`{name}` names {shown}, which is a directory.", fix)
            else:
                fix = _nearest(entry.path, files) or "Add the file, or remove the entry."
                yield _error(meta, entry.line, f"`{name}` names {shown}, which is not there.", fix)
    for entry in meta.student_submission_files:
        if entry.path in directories:
            message = f"`studentSubmissionFiles` names `{printable(entry.path)}`, which is a directory."
            yield _error(meta, entry.line, message, "Name the files that students hand in.")


def _directories(files: Iterable[str]) -> set[str]:
    """All directories above files."""
    found: set[str] = set()
    for path in files:
        while (end := path.rfind("/")) > 0 and (path := path[:end]) not in found:
            found.add(path)
    return found


def _given_and_hidden(meta: Meta, files: Sequence[str]) -> Iterator[Problem]:
    for entry in meta.additional_files:
        shown = f"`additionalFiles` gives `{printable(entry.path)}{'/' * entry.is_directory}` to students"
        if entry.is_directory:
            inside = [path for path in files if covers(entry, path)]
            if inside and all(is_test(path, meta) or is_submission(path, meta) for path in inside):
                yield _error(
                    meta, entry.line, f"{shown}, and all its files are hidden.", "Remove one of the entries."
                )
        elif entry.path == "meta.yaml":
            message = f"{shown}, who get one without the hidden entries anyway."
            yield _error(meta, entry.line, message, "Remove the entry.")
        else:
            yield from _hidden(meta, entry, shown)


def _shown_and_tested(meta: Meta, files: Sequence[str]) -> Iterator[Problem]:
    for path in files:
        if task_text_target(path) is not None and (line := _test_line(meta, path)):
            message = f"`{printable(path)}` is a task text, which students get, and `testFiles` hides it."
            yield _error(meta, line, message, "Rename the file, or remove the entry.")
    for template in meta.student_templates:
        if line := _test_line(meta, template.source):
            message = f"`studentTemplates` gives `{printable(template.source)}` to students, and `testFiles` hides it"
            yield _error(meta, template.line, f"{message} (line {line}).", "Remove one of the entries.")
    for entry in meta.student_submission_files:
        if line := _test_line(meta, entry.path):
            message = f"Students hand in `{printable(entry.path)}`, and `testFiles` hides it (line {line})."
            yield _error(meta, entry.line, message, "Remove one of the entries.")


def _hidden(meta: Meta, entry: ListedPath, shown: str) -> Iterator[Problem]:
    if line := _test_line(meta, entry.path):
        yield _error(
            meta,
            entry.line,
            f"{shown}, and `testFiles` hides it (line {line}).",
            "Remove one of the entries.",
        )
    submitted = next((one.line for one in meta.student_submission_files if one.path == entry.path), None)
    if submitted is not None:
        message = f"{shown} with its solution, and they hand it in (line {submitted})."
        yield _error(meta, entry.line, message, "Remove it here; a template says what students begin with.")


def _repeated(meta: Meta, name: str, entries: Iterable[ListedPath]) -> Iterator[Problem]:
    first: dict[str, ListedPath] = {}
    for entry in entries:
        other = first.setdefault(folded(entry.path), entry)
        if other is not entry:
            message = f"`{name}` names `{printable(entry.path)}` twice, first in line {other.line}."
            yield _error(meta, entry.line, message, "Keep one of them.")


def _two_for_one_target(meta: Meta, files: Sequence[str]) -> Iterator[Problem]:
    """Files that would get one name, or names that one system takes for one, in the students' repository."""
    ours = {"meta.yaml", *map(task_text_target, files)}
    by_target: dict[str, TemplateEntry] = {}
    for template in meta.student_templates:
        target = template.destination
        other = by_target.setdefault(folded(target), template)
        if other is not template:
            message = (
                f"The templates in lines {other.line} and {template.line} both become `{printable(target)}`."
            )
            yield _error(meta, template.line, message, "Keep one of them.")
        elif target in ours:
            message = f"The template becomes `{printable(target)}`, which students get as it is."
            yield _error(meta, template.line, message, "Give it another target.")
    for entry in meta.student_submission_files:
        if entry.path in ours:
            message = f"Students hand in `{printable(entry.path)}`, which they get as it is."
            yield _error(meta, entry.line, message, "Choose another name for one of them.")
    lines = {entry.path: entry.line for entry in meta.student_submission_files}
    lines |= {entry.destination: entry.line for entry in meta.student_templates}
    given = {path: entry.line for entry in meta.additional_files for path in files if covers(entry, path)}
    for template in meta.student_templates:
        target = template.destination
        if (
            target in given
            and template.source != target
            and target not in {*map(_path, meta.student_submission_files)}
        ):
            message = f"The template becomes `{printable(target)}`, which `additionalFiles` gives (line {given[target]})."
            yield _error(meta, template.line, message, "Keep one of them.")
    for problem in path_problems({*lines, *given}):
        line = lines.get(problem.path) or given.get(problem.path) or 1
        yield _error(meta, line, f"Students would get `{problem.path}`: {problem.message}", problem.fix)


def _stubs_for_nothing(meta: Meta) -> Iterator[Problem]:
    cut = {entry.path for entry in meta.student_submission_files}
    for key in meta.solution_stub:
        if key and key not in cut and ("/" in key or not key.startswith(".")):
            message = f"`solutionStub` names `{printable(key)}`, which students do not hand in."
            fix = 'Name a file of `studentSubmissionFiles`, or a suffix such as ".py".'
            yield _error(meta, meta.line("properties", "solutionStub", key), message, fix)


def _test_line(meta: Meta, path: str) -> int | None:
    return next((entry.line for entry in meta.test_files if covers(entry, path)), None)


def _path(entry: ListedPath) -> str:
    return entry.path


def _nearest(path: str, files: Sequence[str]) -> str:
    """Only another spelling of the same path: to propose a file of that name elsewhere could propose a solution."""
    same = next((other for other in files if folded(other) == folded(path)), None)
    return f"There is `{printable(same)}`; write that if you meant it." if same else ""


def _error(meta: Meta, line: int, message: str, fix: str) -> Problem:
    return Problem(meta.path, line, message, fix=fix)
