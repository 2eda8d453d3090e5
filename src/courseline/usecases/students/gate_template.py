"""Put a built template before the leak gate."""

from __future__ import annotations

from collections.abc import Mapping

from courseline.domain.course.course import Course
from courseline.domain.students.gate.case import Finding, GateCase, GatePlace, Hidden
from courseline.domain.students.gate.hidden_set import library_hidden, merge_hidden, place_hidden
from courseline.domain.students.gate.judge import judge, needed_blobs
from courseline.domain.tree import Tree
from courseline.errors import InvalidInput
from courseline.usecases.deploying.read_assignments import Assignments
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.students.build_template import BuiltTemplate, readme_texts

META_FILE = "meta.yaml"


def gate_template(
    course: Course,
    assignments: Assignments,
    built: BuiltTemplate,
    head: Tree | None,
    workspace: Workspace,
    remotes: tuple[Remote, Remote],
    neighbours: Neighbours,
) -> list[Finding]:
    """Judge the tree that would be pushed.

    Args:
        course: the course.
        assignments: what its repository says.
        built: the template.
        head: tree of the template repository now.
        workspace: to read blobs in.
        remotes: assignments and template repository.
        neighbours: the outside.
    """
    candidate = built.template.tree
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
    ]
    blobs = dict(built.blobs)
    blobs |= {file.oid: file.content for file in built.template.files if file.content is not None}
    texts = {file.oid for place in places for file in place.tree if file.path.endswith(".md")}
    _read(texts, blobs, assignments.tree, workspace, remotes)
    deployed = {place.directory: place.version.files for place, _ in built.views if place.version is not None}
    hidden = merge_hidden(
        *_library_hidden(course, candidate, neighbours),
        place_hidden(places, deployed, assignments.tree, blobs),
    )
    _read(needed_blobs(places, candidate, head, hidden), blobs, assignments.tree, workspace, remotes)
    return judge(
        GateCase(
            places=places,
            candidate=candidate,
            blobs=blobs,
            metas=_metas(candidate, blobs, neighbours),
            head=head,
            hidden=hidden,
            exceptions=assignments.file.exceptions,
            readme_texts=readme_texts(course, assignments),
        )
    )


def _read(
    oids: set[str],
    blobs: dict[str, bytes],
    assignments: Tree,
    workspace: Workspace,
    remotes: tuple[Remote, Remote],
) -> None:
    """Add the bytes of `oids` to `blobs`, from whichever of the two repositories has them."""
    missing = oids - blobs.keys()
    here = {file.oid for file in assignments} & missing
    remotes[0].fetch_blobs(here)
    remotes[1].fetch_blobs(missing - here)
    blobs |= workspace.read_blobs(missing)


def _library_hidden(course: Course, candidate: Tree, neighbours: Neighbours) -> list[Mapping[str, Hidden]]:
    with neighbours.database.transaction() as rows:
        found = rows.ledger.hidden(course.id, {file.oid for file in candidate})
    return [library_hidden(blob.git_oid, blob.role, blob.path, blob.example, blob.label) for blob in found]


def _metas(candidate: Tree, blobs: Mapping[str, bytes], neighbours: Neighbours) -> dict[str, object]:
    metas: dict[str, object] = {}
    for file in candidate:
        if file.path.endswith(f"/{META_FILE}") and file.oid in blobs:
            try:
                metas[file.path] = neighbours.read_yaml(blobs[file.oid], file.path).data
            except InvalidInput:
                metas[file.path] = None  # the gate refuses a meta.yaml that is no mapping
    return metas
