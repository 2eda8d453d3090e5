"""Put a built template before the leak gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.course.wish import GateException
from courseline.domain.library.version import VersionFile
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, Hidden, HiddenKind
from courseline.domain.students.gate.hidden_set import library_hidden, merge_hidden, place_hidden
from courseline.domain.students.gate.judge import exception_warnings, judge, needed_blobs
from courseline.domain.students.gate.justification import EMPTY_BLOB
from courseline.domain.students.rule import Rule
from courseline.domain.tree import GITLINK, Tree, TreeFile
from courseline.errors import InvalidInput, Problem
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.students.build_template import BuiltTemplate, readme_texts

META_FILE = "meta.yaml"
_WRITTEN = {Rule.CUT, Rule.EMPTY}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Attributes:
        findings: what it found; it looked at every file but those of unchanged and settled places.
        warnings: reviewed exceptions of the course file that clear nothing.
        hits: by ltree path, for all places, also those that were not judged, each file that is also hidden somewhere, and how; in
            order. Where the rest is the same too, so is the verdict.
    """

    findings: tuple[Finding, ...]
    warnings: tuple[Problem, ...]
    hits: Mapping[str, tuple[str, ...]]


def gate_template(
    course: Course,
    assignments: Assignments,
    built: BuiltTemplate,
    head: Tree | None,
    known: Tree | None,
    deployed: Mapping[str, UUID],
    workspace: Workspace,
    remotes: tuple[Remote, Remote],
    neighbours: Neighbours,
) -> Verdict:
    """Judge the tree that would be pushed.

    Args:
        course: the course.
        assignments: what its repository says.
        built: the template.
        head: tree of the template repository now.
        known: the same when the bytes of all its files were judged by these rules, else None.
        deployed: version deployed at each place, also those that are not judged, by directory.
        workspace: to read blobs in.
        remotes: assignments and template repository.
        neighbours: the outside.
    """
    kept = built.template.kept
    places = [
        GatePlace(
            directory=place.directory,
            content_path=place.entry.node.path,
            tree=place.tree,
            meta=place.meta_data,
            dependency_roles=place.dependency_roles,
            course_properties=place.entry.node.properties,
            kept=place.directory in kept,
        )
        for place, _ in built.views
        if place.entry.node.path not in built.settled
    ]
    judged_before = {place.content_path for place in built.unchanged} | built.settled
    candidate = Tree(
        TreeFile(file.path, file.mode, file.oid)
        for file in built.template.files
        if file.place not in judged_before
    )
    blobs = dict(built.blobs)
    blobs |= {file.oid: file.content for file in built.template.files if file.content is not None}
    texts = {
        file.oid
        for place in places
        for file in place.tree
        if file.path.endswith(".md") and file.mode != GITLINK
    }
    _read(texts, blobs, assignments.tree, workspace, remotes)
    here = Tree(assignments.tree.holding({file.oid for file in candidate}))
    library, versions = _library(course, built, deployed, neighbours)
    hidden = merge_hidden(*library, place_hidden(places, versions, here, blobs))
    exceptions = _concerned(assignments, places)
    needed = needed_blobs(places, candidate, known, hidden, exceptions)
    _read(needed, blobs, assignments.tree, workspace, remotes)
    case = GateCase(
        places=places,
        candidate=candidate,
        blobs=blobs,
        metas=_metas(candidate, blobs, neighbours),
        head=head,
        hidden=hidden,
        exceptions=exceptions,
        readme_texts=readme_texts(course, assignments),
        limits=assignments.file.limits,
    )
    hits = _hits(built, hidden, assignments.tree)
    return Verdict(tuple(judge(case)), tuple(exception_warnings(case)), hits)


def _concerned(assignments: Assignments, places: Sequence[GatePlace]) -> list[GateException]:
    """The exceptions that are not about a place which is not judged now."""
    judged = tuple(f"{place.directory}/" for place in places)
    all_places = tuple(f"{entry.directory}/" for entry in assignments.match.matched)
    return [
        exception
        for exception in assignments.file.exceptions
        if exception.path.startswith(judged) or not exception.path.startswith(all_places)
    ]


def _read(
    oids: set[str],
    blobs: dict[str, bytes],
    assignments: Tree,
    workspace: Workspace,
    remotes: tuple[Remote, Remote],
) -> None:
    """Add the bytes of `oids` to `blobs`, from whichever of the two repositories has them."""
    missing = oids - blobs.keys()
    here = {file.oid for file in assignments.holding(missing)}
    remotes[0].fetch_blobs(here)
    remotes[1].fetch_blobs(missing - here)
    blobs |= workspace.read_blobs(missing)


def _library(
    course: Course, built: BuiltTemplate, deployed: Mapping[str, UUID], neighbours: Neighbours
) -> tuple[list[dict[str, Hidden]], dict[str, list[VersionFile]]]:
    """What the library says of the candidate's blobs: those it hides, and those of the versions at each place."""
    oids = {file.oid for file in built.template.files}
    with neighbours.database.transaction() as rows:
        found = rows.ledger.hidden(course.id, oids)
        files = rows.ledger.withheld_among(set(deployed.values()), oids)
    hidden = [library_hidden(blob.git_oid, blob.role, blob.path, blob.example, blob.label) for blob in found]
    return hidden, {directory: files[one] for directory, one in deployed.items() if one in files}


def _hits(
    built: BuiltTemplate, hidden: Mapping[str, Hidden], assignments: Tree
) -> dict[str, tuple[str, ...]]:
    """Files that the library or a version at a place hides, and those that courseline cut and that also lie elsewhere.

    What is published as it lies at its place is admitted there, so the third kind of hidden blobs says nothing of it.
    """
    written = {file.oid for file in built.template.files if file.rule in _WRITTEN}
    here = {file.oid for file in assignments.holding(written)}
    found: dict[str, list[str]] = {}
    for file in built.template.files:
        if file.place is None or file.oid == EMPTY_BLOB:  # what is empty never counts as hidden
            continue
        one = hidden.get(file.oid)
        if one is not None and one.kind is not HiddenKind.ASSIGNMENTS:
            found.setdefault(file.place, []).append(f"{one.kind} {file.rule} {file.path}")
        elif file.rule in _WRITTEN and file.oid in here:
            found.setdefault(file.place, []).append(f"{HiddenKind.ASSIGNMENTS} {file.rule} {file.path}")
    return {place: tuple(hits) for place, hits in found.items()}


def _metas(candidate: Tree, blobs: Mapping[str, bytes], neighbours: Neighbours) -> dict[str, object]:
    metas: dict[str, object] = {}
    for file in candidate:
        if file.path.endswith(f"/{META_FILE}") and file.oid in blobs:
            try:
                metas[file.path] = neighbours.read_yaml(blobs[file.oid], file.path).data
            except InvalidInput:
                metas[file.path] = None  # the gate refuses a meta.yaml that is no mapping
    return metas
