"""What the assignments repository would be once a merge request is merged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from courseline.domain.course.course import Content
from courseline.domain.course.directories import default_directory
from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.tree import Tree
from courseline.errors import NeighbourFailed, NotFound
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.forge import ForgeRequest
from courseline.usecases.ports import Remote, Workspace


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merge request against its target.

    Attributes:
        commit: in the workspace, None when the two sides change the same lines.
        changed: paths that the request changes.
    """

    commit: str | None
    changed: frozenset[str]


def merge_result(
    request: ForgeRequest, target: Head, workspace: Workspace, remote: Remote, at: datetime
) -> MergeResult:
    """Merge a request in the workspace; nothing is pushed.

    Args:
        request: one with a head.
        target: branch that it is to be merged into.
        workspace: to merge in.
        remote: the assignments repository.
        at: time of the commit that is made.

    Raises:
        NeighbourFailed: GitLab has not compared it yet, or a commit is gone because somebody has just pushed.
    """
    base = request.base
    if base is None or request.head is None or target.sha is None:
        raise NeighbourFailed(
            f"Merging {request.url} in thought: GitLab has not compared its branches yet. It is tried again."
        )
    try:
        for sha in (base, target.sha, request.head):
            remote.fetch(sha)
    except NotFound as gone:
        raise NeighbourFailed(f"{gone.message} Somebody has just pushed; it is tried again.") from None
    trees = [workspace.tree(sha) for sha in (base, target.sha, request.head)]
    changed = _changed(trees[0], trees[2])
    both = changed & _changed(trees[0], trees[1])
    found = (tree.get(path) for tree in trees for path in both)
    remote.fetch_blobs(file.oid for file in found if file is not None and file.mode.startswith("100"))
    return MergeResult(workspace.merge(base, target.sha, request.head, at=at), changed)


def touches_course(changed: Collection[str], contents: Collection[Content]) -> bool:
    """Whether a change of these paths is one that courseline acts on: the course file, or what lies in a place."""
    directories = {content.directory or default_directory(content.path) for content in contents}
    return any(path == COURSE_FILE or bool(_ways(path) & directories) for path in changed)


def _changed(before: Tree, after: Tree) -> frozenset[str]:
    old, new = ({(file.path, file.mode, file.oid) for file in tree} for tree in (before, after))
    return frozenset(path for path, _, _ in old ^ new)


def _ways(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[:length]) for length in range(1, len(parts))}
