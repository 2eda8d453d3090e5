"""Keep places as students have them when a file that they hand in would change, or when the place would vanish."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.course import Content, Course
from courseline.domain.course.wish import COURSE_FILE, Node, Removal
from courseline.domain.library.label import Label
from courseline.domain.students.exposure import HeldFile, exposure_problems, held_files, is_allowed
from courseline.domain.students.view import BuiltView
from courseline.domain.tree import Tree
from courseline.errors import Problem
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.rows import Exposure, Rows
from courseline.usecases.students.read_places import Place
from courseline.usecases.students.rows import GivenFile

Views = list[tuple[Place, BuiltView]]


def hold_exposed(
    course: Course,
    assignments: Assignments,
    views: Views,
    staying: Collection[str],
    head: Tree | None,
    neighbours: Neighbours,
) -> Views:
    """Refuse the views that would change what students hand in, so that these places stay as they are.

    Args:
        course: the course.
        assignments: what its repository says.
        views: places that were built.
        staying: directories of all places that are to be in the template, built or not.
        head: tree of the template repository now.
        neighbours: the outside.

    Returns:
        The views, and one refused view for each place that would vanish with such files.
    """
    if head is None:
        return views
    with neighbours.database.transaction() as rows:
        shown = {entry.content.id for entry in assignments.match.matched if entry.directory in staying}
        gone = rows.ledger.exposed_contents(course.id) - shown
        built = {place.entry.content.id for place, view in views if not view.refused}
        exposures = rows.ledger.exposures(course.id, built | gone) if built | gone else []
        held = _held(exposures, head)
        kept = [(place, _judged(place, view, held, rows)) for place, view in views]
        vanishing = [content_id for content_id in gone if held.get(content_id)]
        if vanishing:
            contents = {one.id: one for one in rows.courses.contents(course.id, removed=True)}
            for content_id in vanishing:
                found = _vanished(contents[content_id], held[content_id], exposures, assignments, rows)
                kept += [found] if found is not None else []
    return kept


def _held(exposures: Sequence[Exposure], head: Tree) -> dict[UUID, list[HeldFile]]:
    by_content: dict[UUID, list[GivenFile]] = {}
    for one in exposures:
        by_content.setdefault(one.content_id, []).extend(one.files)
    paths = {path for given in by_content.values() for path, _, _ in given}
    there = Tree(file for file in head if file.path in paths)
    return {content_id: held_files(given, there) for content_id, given in by_content.items()}


def _judged(place: Place, view: BuiltView, held: Mapping[UUID, Sequence[HeldFile]], rows: Rows) -> BuiltView:
    mine = held.get(place.entry.content.id, ())
    if view.refused or not mine:
        return view
    prefix = "" if place.directory == "." else f"{place.directory}/"
    planned = {f"{prefix}{file.path}": file.oid for file in view.files}
    if all(planned.get(file.path) == file.oid for file in mine):
        return view
    labels = _labels({place.version.id: place.version.example_id} if place.version else {}, rows)
    node = place.entry.node
    if is_allowed(node.allow_template_change, labels):
        return view
    problems = exposure_problems(mine, planned, (COURSE_FILE, node.line), _allow(labels))
    return replace(view, files=(), problems=(*view.problems, *problems))


def _vanished(
    content: Content,
    held: Sequence[HeldFile],
    exposures: Sequence[Exposure],
    assignments: Assignments,
    rows: Rows,
) -> tuple[Place, BuiltView] | None:
    """The place of a content that students are no longer shown; None when the course file lets it go."""
    given = {one.version_id for one in exposures if one.content_id == content.id and one.version_id}
    versions = rows.library.versions(given)
    labels = _labels({version.id: version.example_id for version in versions.values()}, rows)
    removal = next((one for one in assignments.file.removed if one.path == content.path), None)
    entry = next((one for one in assignments.match.matched if one.content.id == content.id), None)
    asked = removal.allow_template_change if removal else entry.node.allow_template_change if entry else None
    if is_allowed(asked, labels):
        return None
    line = removal.line if removal else entry.node.line if entry else None
    problems = _removed(held, content, line, removal, labels)
    directory = content.directory or content.path.replace(".", "/")
    node = Node(content.path, content.type_slug, content.title, content.position, line or 1)
    place = Place(MatchedContent(node, content, directory), Tree())
    return place, BuiltView((), tuple(problems))


def _removed(
    held: Sequence[HeldFile],
    content: Content,
    line: int | None,
    removal: Removal | None,
    labels: Sequence[Label],
) -> list[Problem]:
    allow = _allow(labels) if removal else f"removed: [{{path: {content.path}, {_allow(labels)}}}]"
    return exposure_problems(held, {}, (COURSE_FILE, line), allow)


def _labels(versions: Mapping[UUID, UUID], rows: Rows) -> list[Label]:
    """Labels of versions, given each with its example; highest first."""
    known = rows.library.labels(set(versions.values())) if versions else {}
    found = [one.label for labels in known.values() for one in labels if one.version_id in versions]
    return sorted(found, reverse=True)


def _allow(labels: Sequence[Label]) -> str:
    return f"allowTemplateChange: {labels[0].shown if labels else 'v1'}"
