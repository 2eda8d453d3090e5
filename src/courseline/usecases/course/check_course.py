"""Check the files of a course before they are pushed, without knowing the course."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from courseline.domain import ids
from courseline.domain.course.contents import MatchedContent, match_contents
from courseline.domain.course.course import Content, ContentKind
from courseline.domain.course.course_file import parse_course_file
from courseline.domain.course.deployment_file import parse_deployment_file
from courseline.domain.course.directories import default_directory
from courseline.domain.course.wish import COURSE_FILE, CourseFile
from courseline.errors import InvalidInput, Problem, errors_among
from courseline.usecases.library.examine_example import META_FILE
from courseline.usecases.offline import Offline

DEPLOYMENT_FILE = "deployment.yaml"
_UNKNOWN_COURSE = ids.course_id("", "", "")  # contents are matched with none that exists


@dataclass(frozen=True, slots=True)
class CheckedCourse:
    """What the files of a course say.

    Attributes:
        files: names of those that are there, in the order they were read.
        problems: errors and warnings of all of them.
        course: the wish; None without a course file, or when it has errors.
        places: entry of each submittable content by its directory.
    """

    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    course: CourseFile | None = None
    places: Mapping[str, MatchedContent] = field(default_factory=dict)


def check_course(names: Collection[str], offline: Offline) -> CheckedCourse:
    """Read `deployment.yaml` and `course-structure.yaml` at the root of the directory, when they are there.

    Args:
        names: paths of all files of the directory.
        offline: the outside.

    Raises:
        InvalidInput: a file cannot be opened.
    """
    files = [name for name in (DEPLOYMENT_FILE, COURSE_FILE) if name in names]
    problems: list[Problem] = []
    timezone = "UTC"
    if DEPLOYMENT_FILE in files:
        try:
            located = offline.read_yaml(offline.directory.read(DEPLOYMENT_FILE), DEPLOYMENT_FILE)
        except InvalidInput as broken:
            problems += broken.problems
        else:
            deployment, found = parse_deployment_file(located)
            problems += found
            timezone = deployment.timezone if deployment is not None else timezone
    if COURSE_FILE not in files:
        return CheckedCourse(tuple(files), tuple(problems))
    try:
        located = offline.read_yaml(offline.directory.read(COURSE_FILE), COURSE_FILE)
    except InvalidInput as broken:
        return CheckedCourse(tuple(files), (*problems, *broken.problems))
    course, found = parse_course_file(located, timezone)
    problems += found
    if errors_among(found):
        return CheckedCourse(tuple(files), tuple(problems))
    match = match_contents(_UNKNOWN_COURSE, course, _moved(course), "this course")
    problems += match.problems
    kinds = {entry.slug: entry.kind for entry in course.content_types}
    places = {
        entry.directory: entry
        for entry in match.matched
        if kinds.get(entry.node.type_slug) is ContentKind.ASSIGNMENT
    }
    problems += [
        _without_meta(entry)
        for directory, entry in places.items()
        if _holds_files(names, directory) and f"{directory}/{META_FILE}" not in names
    ]
    return CheckedCourse(tuple(files), tuple(problems), course, places)


def _moved(course: CourseFile) -> list[Content]:
    """Contents where `movedFrom` says they live: whether they do is known to the database alone."""
    paths = dict.fromkeys(node.moved_from for node in course.nodes if node.moved_from is not None)
    return [
        Content(ids.content_id(_UNKNOWN_COURSE, path, 0), path, path, "", path, 0, default_directory(path))
        for path in paths
    ]


def _holds_files(names: Collection[str], directory: str) -> bool:
    return any(name.startswith(f"{directory}/") for name in names)


def _without_meta(entry: MatchedContent) -> Problem:
    missing = f"{entry.directory}/{META_FILE}"
    message = f"`{entry.node.path}` has files and no `{missing}`, so nothing says what students may see."
    return Problem(COURSE_FILE, entry.node.line, message, fix=f"Add `{missing}`, or remove the files.")
