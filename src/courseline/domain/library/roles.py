"""What each file of a version is for; decides who may see it.

A file that stands in two lists gets the most hidden of its roles: test, submission, template, public. Public are task
texts and what `additionalFiles` names. Media that the texts link to are OTHER here: which of them are linked is read
from the texts when the students' view is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from courseline.domain.library.meta import ListedPath, Meta
from courseline.domain.library.version import Role

# README_de.md, README_pt-BR.md, README_zh_Hant.md; three letters would take README_sol.md for a language.
_LANGUAGE = r"(?:_[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?)?"
_README = re.compile(rf"README{_LANGUAGE}\.md")
_INDEX = re.compile(rf"content/index({_LANGUAGE})\.md")


def task_text_target(path: str) -> str | None:
    """Where students find a task text; None for a file that is none.

    `README.md` and `README_<lang>.md` stay, `content/index.md` and `content/index_<lang>.md` take their names.
    """
    if _README.fullmatch(path):
        return path
    index = _INDEX.fullmatch(path)
    return f"README{index[1]}.md" if index else None


def covers(entry: ListedPath, path: str) -> bool:
    """Whether an entry of a list means the file at `path`: by itself, or as a directory above it."""
    return (not entry.is_directory and path == entry.path) or path.startswith(f"{entry.path}/")


def classify(paths: Iterable[str], meta: Meta) -> dict[str, Role]:
    """The role of every file of a version.

    Args:
        paths: of all its files.
        meta: its meta.yaml.
    """
    return {path: _role(path, meta) for path in paths}


def is_test(path: str, meta: Meta) -> bool:
    """Whether `testFiles` names the file, or a directory above it (with a trailing slash or without)."""
    return any(covers(entry, path) for entry in meta.test_files)


def is_submission(path: str, meta: Meta) -> bool:
    """Whether the file is the own source of a file that students hand in."""
    return any(path == entry.path for entry in meta.student_submission_files)


def _role(path: str, meta: Meta) -> Role:
    if is_test(path, meta):
        return Role.TEST
    if is_submission(path, meta):
        return Role.SUBMISSION
    if any(path == entry.source for entry in meta.student_templates):
        return Role.TEMPLATE
    if path == "meta.yaml":
        return Role.OTHER
    if task_text_target(path) is not None or any(_gives(entry, path) for entry in meta.additional_files):
        return Role.PUBLIC
    return Role.OTHER


def _gives(entry: ListedPath, path: str) -> bool:
    """As `covers`, but a directory must be written as one to be given away."""
    return covers(entry, path) if entry.is_directory else path == entry.path
