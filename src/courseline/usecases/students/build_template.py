"""Build the tree of the student template from the places of a course."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from courseline.domain.course.course import ContentKind, Course
from courseline.domain.students.readme import ReadmeRow
from courseline.domain.students.template import Template, TemplatePlace, UnchangedPlace, assemble
from courseline.domain.students.view import BuiltView, PlaceSource, build_view, wanted_blobs
from courseline.domain.tree import Tree
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.students.hold_exposed import hold_exposed
from courseline.usecases.students.read_places import Place, visible_starts


@dataclass(frozen=True, slots=True)
class BuiltTemplate:
    """A template and the bytes behind it.

    Attributes:
        template: the tree that is to be, and the places that were refused.
        views: (place, view) of the places that were built, in the order of the course file.
        blobs: bytes read from the assignments repository, by blob id.
        unchanged: the places that stay as the template's head has them.
        settled: ltree paths of places whose views were built and judged when their versions were published.
    """

    template: Template
    views: tuple[tuple[Place, BuiltView], ...]
    blobs: dict[str, bytes]
    unchanged: tuple[UnchangedPlace, ...] = ()
    settled: frozenset[str] = frozenset()


def build_template(
    course: Course,
    assignments: Assignments,
    places: Sequence[Place],
    settled: Sequence[tuple[Place, BuiltView]],
    unchanged: Sequence[UnchangedPlace],
    head: Tree | None,
    known: Collection[str],
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
) -> BuiltTemplate:
    """Build the views of `places` and put them together with what is settled and what is unchanged.

    Args:
        course: the course.
        assignments: what its repository says.
        places: to be built.
        settled: places whose views are there already.
        unchanged: the other places that students are shown.
        head: tree of the template repository now.
        known: blobs whose bytes were looked at by these rules when students got them.
        workspace: to read blobs in.
        remote: the assignments repository.
        neighbours: the outside.

    Raises:
        Refused: two places want one path.
    """
    wanted = {
        oid
        for place in places
        if place.meta is not None
        for oid in wanted_blobs(place.tree, place.meta, place.dependency_roles, known)
    }
    remote.fetch_blobs(wanted)
    blobs = workspace.read_blobs(wanted)
    views: list[tuple[Place, BuiltView]] = []
    for done, place in enumerate(places):
        neighbours.progress("Building the student view", done, len(places))
        views.append((place, build_view(_source(place, blobs, neighbours))))
    views += settled
    staying = {place.directory for place, _ in views} | {one.directory for one in unchanged}
    views = hold_exposed(course, assignments, views, staying, head, neighbours)
    every: list[TemplatePlace | UnchangedPlace] = [
        TemplatePlace(place.entry.node.path, place.directory, view) for place, view in views
    ]
    every += unchanged
    shown = {place.directory: place.content_path for place in every}
    rows = _readme_rows(assignments, shown, neighbours.clock())
    template = assemble(every, head, course.name, course.description, rows)
    there = {place.entry.node.path for place, _ in settled}
    # What is held back stays as students have it, and that is judged.
    as_settled = frozenset(
        place.entry.node.path for place, view in views if place.entry.node.path in there and not view.refused
    )
    return BuiltTemplate(template, tuple(views), blobs, tuple(unchanged), as_settled)


def readme_texts(course: Course, assignments: Assignments) -> list[str]:
    """Every text that the root README.md may show."""
    matched = assignments.match.matched
    nodes = [entry.node for entry in matched]
    limits = {str(node.properties["maxSubmissions"]) for node in nodes if "maxSubmissions" in node.properties}
    places = [text for entry in matched for text in (entry.node.title, entry.node.path, entry.directory)]
    return [course.name, course.description, *places, *limits]


def _source(place: Place, blobs: Mapping[str, bytes], neighbours: Neighbours) -> PlaceSource:
    return PlaceSource(
        directory=place.directory,
        tree=place.tree,
        meta=place.meta,
        blobs=blobs,
        dump=neighbours.write_yaml,
        dependency_roles=place.dependency_roles,
        properties=place.entry.node.properties,
        meta_problems=place.meta_problems,
    )


def _readme_rows(assignments: Assignments, shown: Mapping[str, str], now: datetime) -> list[ReadmeRow]:
    """A row for each place, and for each unit that students may know of by now.

    Args:
        assignments: what the course file says.
        shown: ltree path of each place by its directory.
        now: the time.
    """
    kinds = {entry.slug: entry.kind for entry in assignments.file.content_types}
    above = {path[:end] for path in shown.values() for end, char in enumerate(path) if char == "."}
    starts = visible_starts(assignments)
    rows: list[ReadmeRow] = []
    for entry in assignments.match.matched:
        node = entry.node
        if kinds.get(node.type_slug) is not ContentKind.ASSIGNMENT:
            if node.path in above or now >= starts.get(node.path, now):
                rows.append(ReadmeRow(node.path, node.title))
        elif entry.directory in shown:
            limit = node.properties.get("maxSubmissions")
            rows.append(
                ReadmeRow(node.path, node.title, entry.directory, limit if isinstance(limit, int) else None)
            )
    return rows
