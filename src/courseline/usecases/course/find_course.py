"""Find the course that a repository belongs to."""

from __future__ import annotations

from difflib import get_close_matches

from courseline.domain.course.course import Course
from courseline.domain.paths import printable
from courseline.errors import InvalidInput, NotFound, Problem
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Rows

_REGISTER = "Register it: courseline course apply deployment.yaml"


def course_of_assignments(url: str, neighbours: Neighbours) -> Course:
    """The course with this assignments repository.

    Raises:
        NotFound: none is registered; names the command that registers one.
    """
    identity = neighbours.resolve_url(url)
    with neighbours.database.transaction() as rows:
        course = rows.courses.by_assignments(identity)
    if course is None:
        raise NotFound(
            f"Looking for the course of {identity}: no registered course has this assignments repository.",
            [Problem(identity, None, "Not registered.", fix=_REGISTER)],
        )
    return course


def course_of_reference(reference: str | None, rows: Rows) -> Course:
    """The course that a person means.

    Args:
        reference: `organization/family/course`, course path or id; None for the only one there is.
        rows: an open transaction.

    Raises:
        NotFound: there is none; the message names those that come close.
        InvalidInput: several could be meant.
    """
    every = rows.courses.all()
    found = every if reference is None else rows.courses.find(reference)
    if len(found) == 1:
        return found[0]
    shown = "which one" if reference is None else printable(reference)
    doing = f"Looking for the course{'' if reference is None else f' {shown}'}"
    if not every:
        raise NotFound(
            f"{doing}: no course is registered.", [Problem("course", None, "Not registered.", fix=_REGISTER)]
        )
    titles = [course.title for course in found or every]
    if found:
        raise InvalidInput(
            f"{doing}: {len(found)} courses could be meant.",
            [Problem("course", None, f"There are {', '.join(titles)}.", fix="Name one of them.")],
        )
    names = {name: course.title for course in every for name in (course.path, course.title)}
    close = dict.fromkeys(names[name] for name in get_close_matches(reference or "", names, 5))
    fix = f"Did you mean {' or '.join(close)}?" if close else f"Registered: {', '.join(titles[:10])}."
    raise NotFound(f"{doing}: it is not registered.", [Problem(shown, None, "No such course.", fix=fix)])
