"""Read the places of a course as its assignments repository has them, ready for builder and gate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.course import ContentKind
from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.deploying.tracking import Tracking, parse_tracking
from courseline.domain.library.meta import Meta, ParsedMeta, parse_meta
from courseline.domain.library.version import Role, VersionFacts
from courseline.domain.paths import printable
from courseline.domain.students.gate.likeness import NO_TEXT
from courseline.domain.tree import EMPTY_TREE, FILE, GITLINK, Tree
from courseline.errors import InvalidInput, Problem, Severity
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace

META_FILE = "meta.yaml"


@dataclass(frozen=True, slots=True)
class Place:
    """A submittable content with files.

    Attributes:
        entry: its course file entry and content.
        tree: its files, without the tracking file.
        meta: parsed meta.yaml, None when there is none or it has errors.
        meta_data: plain data of meta.yaml, None when it cannot be read.
        meta_problems: what reading it gave.
        dependency_roles: role of each dependency copy by path, as the library has it.
        version: the deployed version; None for content without an example.
        versions: ids of all library versions it is made of, the deployed one first.
    """

    entry: MatchedContent
    tree: Tree
    meta: Meta | None = None
    meta_data: object = None
    meta_problems: tuple[Problem, ...] = ()
    dependency_roles: Mapping[str, Role] = field(default_factory=dict)
    version: VersionFacts | None = None
    versions: tuple[UUID, ...] = ()

    @property
    def directory(self) -> str:
        """In both repositories."""
        return self.entry.directory


def shown_places(assignments: Assignments, exposed: Collection[UUID], now: datetime) -> list[MatchedContent]:
    """All submittable contents that are recorded, hold files, and that students may see by now.

    `visibleFrom` delays only the first entry: what students have been given stays. That of a unit counts for all
    that is inside it.
    """
    kinds = {entry.slug: entry.kind for entry in assignments.file.content_types}
    starts = visible_starts(assignments)
    return [
        entry
        for entry in assignments.match.matched
        if not entry.is_new
        and kinds.get(entry.node.type_slug) is ContentKind.ASSIGNMENT
        and assignments.tree.subtree(entry.directory).oid != EMPTY_TREE
        and (now >= starts.get(entry.node.path, now) or entry.content.id in exposed)
    ]


def likely_blobs(assignments: Assignments, entries: Iterable[MatchedContent]) -> set[str]:
    """Blobs of places that builder or gate will read, so that one request brings them; both fetch what is missing."""
    return {
        file.oid
        for entry in entries
        for file in assignments.tree.below(entry.directory)
        if file.mode != GITLINK and not file.path.lower().endswith(NO_TEXT)
    }


def read_places(
    assignments: Assignments,
    entries: Iterable[MatchedContent],
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
) -> list[Place]:
    """Read meta.yaml and tracking file of these contents, and of the library the versions that they name."""
    # Every file of these places is looked at many times, so they are taken out of the listing once.
    places = [Place(entry, Tree(assignments.tree.subtree(entry.directory))) for entry in entries]
    oids = {
        file.oid
        for place in places
        for name in (META_FILE, TRACKING_FILE)
        if (file := place.tree.get(name)) is not None and file.mode == FILE
    }
    remote.fetch_blobs(oids)
    blobs = workspace.read_blobs(oids)
    tracked = {place.directory: _tracking(place, blobs) for place in places}
    library = _library(tracked.values(), neighbours)
    return [_read(place, tracked[place.directory], blobs, library, neighbours) for place in places]


def not_recorded(assignments: Assignments) -> list[Problem]:
    """Warnings for contents of the course file that no deploy has recorded yet: they are no places until then."""
    return [
        Problem(
            COURSE_FILE,
            entry.node.line,
            f"{entry.node.path} is new in the course file and was not recorded yet, so students do not get it.",
            Severity.WARNING,
            "Run courseline-deploy, then this command again.",
        )
        for entry in assignments.match.matched
        if entry.is_new
    ]


def visible_starts(assignments: Assignments) -> dict[str, datetime]:
    """When students may first see a content, by ltree path: the latest of its own `visibleFrom` and its units'."""
    starts: dict[str, datetime] = {}
    for entry in assignments.match.matched:  # parents come before children
        path, own = entry.node.path, entry.node.visible_from
        known = [at for at in (own, starts.get(path.rpartition(".")[0])) if at is not None]
        if known:
            starts[path] = max(known)
    return starts


def _tracking(place: Place, blobs: Mapping[str, bytes]) -> Tracking | None:
    file = place.tree.get(TRACKING_FILE)
    tracking = parse_tracking(blobs[file.oid]) if file is not None and file.mode == FILE else None
    if tracking is None or tracking.course_content_id != place.entry.content.id:
        return None
    return tracking


@dataclass(frozen=True, slots=True)
class _Library:
    """What the library says: of every version that a place names, and role by path of those that it copies from."""

    facts: Mapping[UUID, VersionFacts]
    roles: Mapping[UUID, Mapping[str, Role]]


def _library(tracked: Iterable[Tracking | None], neighbours: Neighbours) -> _Library:
    every = [one for one in tracked if one is not None]
    wanted = {version_id for tracking in every for version_id in _named(tracking)}
    copied = {one.example_version_id for tracking in every for one in tracking.dependencies}
    if not wanted:
        return _Library({}, {})
    with neighbours.database.transaction() as rows:
        facts = rows.library.version_facts(wanted)
        versions = rows.library.versions(copied) if copied else {}
    roles = {
        version_id: {file.path: file.role for file in version.files}
        for version_id, version in versions.items()
    }
    return _Library(facts, roles)


def _named(tracking: Tracking | None) -> tuple[UUID, ...]:
    if tracking is None:
        return ()
    copied = (dependency.example_version_id for dependency in tracking.dependencies)
    return tuple(dict.fromkeys((tracking.example_version_id, *copied)))


def _unknown(tracking: Tracking | None, versions: Mapping[UUID, VersionFacts]) -> list[Problem]:
    """Versions that are recorded at a place and that the library cannot say anything about.

    Without them nobody knows which files of the place are tests and solutions, so it is not built.
    """
    if tracking is None:
        return []
    recorded = {tracking.example_version_id: f"{tracking.original_directory} {tracking.example_version}"}
    for dependency in tracking.dependencies:
        name = f"dependency {dependency.deployed_path or dependency.example_id} {dependency.example_version}"
        recorded.setdefault(dependency.example_version_id, name)
    return [
        Problem(
            TRACKING_FILE,
            None,
            f"The place holds {printable(name)}, which the library does not have, so nothing says what is hidden in it.",
            fix="Publish that release again with courseline-sync, or restore the file as the last deploy wrote it.",
        )
        for version_id, name in recorded.items()
        if version_id not in versions
    ]


def _read(
    place: Place,
    tracking: Tracking | None,
    blobs: Mapping[str, bytes],
    library: _Library,
    neighbours: Neighbours,
) -> Place:
    tree = place.tree.without(TRACKING_FILE)
    file = tree.get(META_FILE)
    parsed = ParsedMeta(None, (), None)
    data: object = None
    if file is not None and file.mode == FILE:
        try:
            located = neighbours.read_yaml(blobs[file.oid], META_FILE)
            data, parsed = located.data, parse_meta(located)
        except InvalidInput as broken:
            parsed = ParsedMeta(None, broken.problems, None)
    roles: dict[str, Role] = {}
    for dependency in tracking.dependencies if tracking is not None else ():
        by_path = library.roles.get(dependency.example_version_id, {})
        roles |= {entry.path: by_path.get(entry.path, Role.TEST) for entry in dependency.files}
    unknown = _unknown(tracking, library.facts)
    return replace(
        place,
        tree=tree,
        meta=parsed.meta,
        meta_data=data,
        meta_problems=(*parsed.problems, *unknown),
        dependency_roles=roles,
        version=library.facts.get(tracking.example_version_id) if tracking is not None else None,
        versions=_named(tracking),
    )
