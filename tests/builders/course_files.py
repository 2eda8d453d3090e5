"""Course and deployment files from text, and contents as they would be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import dedent

from courseline.adapters.yaml_files import read_yaml
from courseline.domain.course.contents import ContentMatch
from courseline.domain.course.course import Content
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.wish import COURSE_FILE, CourseFile
from courseline.domain.located import Located
from courseline.errors import Problem, Severity

TYPES = """\
contentTypes:
  - {kind: unit, slug: week, title: Week}
  - {kind: assignment, slug: assignment, title: Assignment}
"""


def located(text: str, path: str = COURSE_FILE) -> Located:
    return read_yaml(dedent(text).encode(), path)


def course_file(text: str, timezone: str = "UTC") -> tuple[CourseFile, list[Problem]]:
    return parse_course_file(located(text), timezone)


def structure(text: str) -> tuple[CourseFile, list[Problem]]:
    """A course file with the two usual types (lines 1 to 3) and a structure (from line 5 on)."""
    return course_file(TYPES + "structure:\n" + dedent(text))


def sound_structure(text: str) -> CourseFile:
    file, problems = structure(text)
    assert problems == []
    return file


def errors(problems: Sequence[Problem]) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in problems if problem.severity is Severity.ERROR]


def warnings(problems: Sequence[Problem]) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in problems if problem.severity is Severity.WARNING]


def recorded(match: ContentMatch, before: Sequence[Content], *, deployed: bool = True) -> list[Content]:
    """The contents after a match was applied: nothing is deleted, a deploy fixes the directories."""
    after = {content.id: content for content in before}
    after |= {content.id: replace(content, removed=True) for content in match.leaving}
    for entry in match.matched:
        directory = entry.directory if deployed else entry.content.directory
        after[entry.content.id] = replace(entry.content, directory=directory)
    return list(after.values())
