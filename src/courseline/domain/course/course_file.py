"""Reading `course-structure.yaml`: every problem of the file at once, each with its line and a fix."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from courseline.domain.course.course import ContentKind, ContentType
from courseline.domain.course.course_model import (
    ContentTypeEntry,
    CourseStructure,
    ExceptionEntry,
    LeakGateEntry,
    RemovedEntry,
)
from courseline.domain.course.structure import read_structure
from courseline.domain.course.validation import check_entry, list_at
from courseline.domain.course.wish import DEFAULT_LIMITS, CourseFile, GateException, GateLimits, Node, Removal
from courseline.domain.instant import zone_named
from courseline.domain.located import Located
from courseline.domain.paths import listed_path_problem, ltree_problem, printable
from courseline.errors import Problem, Severity

_LISTS = ("contentTypes", "structure", "removed", "exceptions")


def parse_course_file(located: Located, timezone: str = "UTC") -> tuple[CourseFile, list[Problem]]:
    """Read the whole wish.

    Args:
        located: the file's data.
        timezone: IANA name of the course's time zone, for times without an offset.

    Returns:
        What could be read, and all that was found, ordered by line. With an error among the problems the file must
        not be used: the caller refuses it whole.
    """
    data = located.data
    if not isinstance(data, dict):
        state = "is empty" if data is None else "is not a mapping"
        fix = "Begin with `contentTypes:` and `structure:`, see the lecturer guide."
        return CourseFile((), ()), [Problem(located.path, 1, f"The course file {state}.", fix=fix)]
    problems: list[Problem] = []
    zone = zone_named(timezone)
    if zone is None:
        message = f"`{printable(timezone)}` is no IANA time zone, so times without an offset cannot be read."
        problems.append(
            Problem(located.path, 1, message, fix="Register the course with a name like `Europe/Vienna`.")
        )
    top, found = check_entry(CourseStructure, {"structure": [], **_scalars(data)}, located, ())
    problems += found
    types, kinds = _content_types(data.get("contentTypes"), located, problems)
    nodes = read_structure(located, data, kinds, zone or UTC, problems)
    file = CourseFile(
        content_types=types,
        nodes=nodes,
        removed=_removed(data.get("removed"), located, nodes, problems),
        allow_removals=top.allow_removals if top else None,
        exceptions=_exceptions(data.get("exceptions"), located, problems),
        limits=_limits(top.leak_gate if top else None),
    )
    return file, sorted(problems, key=lambda problem: problem.line or 0)


def _scalars(data: Mapping[str, object]) -> dict[str, object]:
    """The file without its lists, which are read entry by entry."""
    return {name: value for name, value in data.items() if name not in _LISTS}


def _content_types(
    data: object, located: Located, problems: list[Problem]
) -> tuple[tuple[ContentType, ...], dict[str, ContentKind | None]]:
    """The types in file order, and the kind of each slug; None for a type that is wrong itself."""
    items, found = list_at(data, located, ("contentTypes",))
    problems += found
    types: dict[str, ContentType] = {}
    kinds: dict[str, ContentKind | None] = {}
    lines: dict[str, int] = {}
    for number, item in enumerate(items):
        key = ("contentTypes", number)
        entry, found = check_entry(ContentTypeEntry, item, located, key)
        problems += found
        if entry is None:
            slug = item.get("slug") if isinstance(item, dict) else None
            if isinstance(slug, str):
                kinds.setdefault(slug, None)
            continue
        line = located.line(*key, "slug")
        if entry.slug in types:
            message = f"The content type `{entry.slug}` is already defined on line {lines[entry.slug]}."
            problems.append(Problem(located.path, line, message, fix="Give one of them another slug."))
            continue
        if isinstance(item, dict) and "color" in item and item["color"] is None:
            message = "`color` is empty: an unquoted `#` begins a comment."
            fix = 'Write the color in quotes: `color: "#4CAF50"`.'
            problems.append(
                Problem(located.path, located.line(*key, "color"), message, Severity.WARNING, fix)
            )
        kind = ContentKind(entry.kind)
        types[entry.slug] = ContentType(kind, entry.slug, entry.title or entry.slug, entry.color)
        kinds[entry.slug], lines[entry.slug] = kind, line
    return tuple(types.values()), kinds


def _removed(
    data: object, located: Located, nodes: tuple[Node, ...], problems: list[Problem]
) -> tuple[Removal, ...]:
    items, found = list_at(data, located, ("removed",))
    problems += found
    there = {node.path: node for node in nodes}
    removals: dict[str, Removal] = {}
    for number, item in enumerate(items):
        entry, found = check_entry(RemovedEntry, item, located, ("removed", number))
        problems += found
        if entry is None:
            continue
        line = located.line("removed", number, "path")
        wrong = ltree_problem(entry.path, located.path, line)
        if wrong is not None:
            problems.append(wrong)
        elif entry.path in there and not (entry.keep_files and there[entry.path].wish is None):
            message = (
                f"`{entry.path}` is under `removed`, and in the structure on line {there[entry.path].line}."
            )
            problems.append(Problem(located.path, line, message, fix="Take it out of one of them."))
        elif entry.path in removals:
            message = f"`{entry.path}` is already under `removed` on line {removals[entry.path].line}."
            problems.append(Problem(located.path, line, message, fix="Keep one of the entries."))
        else:
            removals[entry.path] = Removal(entry.path, line, entry.keep_files, entry.allow_template_change)
    return tuple(removals.values())


def _limits(entry: LeakGateEntry | None) -> GateLimits:
    return (
        DEFAULT_LIMITS
        if entry is None
        else GateLimits(entry.shared_percent, entry.shingle_lines, entry.from_lines)
    )


def _exceptions(data: object, located: Located, problems: list[Problem]) -> tuple[GateException, ...]:
    items, found = list_at(data, located, ("exceptions",))
    problems += found
    exceptions: list[GateException] = []
    for number, item in enumerate(items):
        entry, found = check_entry(ExceptionEntry, item, located, ("exceptions", number))
        problems += found
        if entry is None:
            continue
        line = located.line("exceptions", number, "path")
        wrong = listed_path_problem(entry.path, located.path, line)
        if wrong is not None:
            problems.append(wrong)
        else:
            exceptions.append(GateException(entry.path, entry.sha256, entry.reason, entry.by, line))
    return tuple(exceptions)
