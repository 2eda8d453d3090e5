"""Places that hold exactly what was built and judged when it was published, so that nothing of them has to be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.wish import DEFAULT_LIMITS, CourseFile
from courseline.domain.deploying.place_state import TRACKING_FILE
from courseline.domain.students.gate.names import refused_directories
from courseline.domain.students.settled_seal import settled_seal
from courseline.domain.students.settled_view import parse_settled
from courseline.domain.students.view import BuiltView
from courseline.domain.tree import FILE
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.students.read_places import Place
from courseline.usecases.students.rows import StoredView

Settled = Mapping[UUID, tuple[Place, BuiltView]]
"""Places with their views, by content id."""


def settled_places(
    assignments: Assignments,
    entries: Sequence[MatchedContent],
    neighbours: Neighbours,
    stored: Sequence[StoredView] | None = None,
) -> Settled:
    """Those of the contents whose view was settled when their version was published, by content id.

    Their files are those of the version and no others, the tracking file is the one that the deploy wrote, and the
    course file says nothing about them that builder or gate would look at. Whether the library hides one of their files
    by now is asked for the whole template, see `judge_template`.

    Args:
        assignments: what the course's repository says.
        entries: contents that are looked at.
        neighbours: the outside.
        stored: from `stored_views`, at least of these; None to read them.
    """
    file, rules = assignments.file, neighbours.rules()
    if not rules or file.limits != DEFAULT_LIMITS:
        return {}
    likely = {entry.content.id: entry for entry in entries if _says_nothing(file, entry)}
    refused = refused_directories([entry.directory for entry in likely.values()])
    found: dict[UUID, tuple[Place, BuiltView]] = {}
    for one in stored_views(likely.keys(), neighbours) if stored is None else stored:
        entry = likely.get(one.content_id)
        if entry is None or entry.directory in refused:
            continue
        settled = _settled(entry, one, assignments, rules)
        if settled is not None:
            found[one.content_id] = settled
    return found


def stored_views(contents: Collection[UUID], neighbours: Neighbours) -> list[StoredView]:
    """The views kept by these rules of the versions at these contents; whether they still hold is not known by that."""
    rules = neighbours.rules()
    if not rules or not contents:
        return []
    with neighbours.database.transaction() as rows:
        return rows.ledger.settled_views(contents, rules)


def _says_nothing(file: CourseFile, entry: MatchedContent) -> bool:
    """Whether the course file leaves it to the example what students get at a place."""
    reviewed = any(exception.path.startswith(f"{entry.directory}/") for exception in file.exceptions)
    return not reviewed and not entry.node.properties and entry.directory != "."


def _settled(
    entry: MatchedContent, stored: StoredView, assignments: Assignments, rules: str
) -> tuple[Place, BuiltView] | None:
    files = assignments.tree.subtree(entry.directory)
    tracking = files.get(TRACKING_FILE)
    if tracking is None or (tracking.mode, tracking.oid) != (FILE, stored.tracking):
        return None  # nobody but the file itself says then which version the place holds
    tree, version = files.without(TRACKING_FILE), stored.version
    if settled_seal(version.id, tree.oid, rules, stored.text) != stored.seal:
        return None
    view = parse_settled(stored.text, entry.directory)
    place = Place(entry, tree, version=version, versions=(version.id,))
    return None if view is None else (place, view)
