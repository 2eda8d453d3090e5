"""What a template run has before it when it begins to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.course import Content, Course
from courseline.domain.tree import Tree
from courseline.usecases.deploying.read_assignments import Assignments, Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.students.rows import StoredView
from courseline.usecases.students.settled_places import stored_views


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a template is judged.

    Attributes:
        course: the course.
        assignments: what its repository says.
        shown: the contents that students are shown.
        head: tree of the template repository now, None when it has no commit.
        commit: the commit of that tree.
        workspace: to read blobs in.
        remotes: assignments and template repository.
        neighbours: the outside.
        stored: the settled views of all contents, where they were read already.
    """

    course: Course
    assignments: Assignments
    shown: Sequence[MatchedContent]
    head: Tree | None
    commit: str | None
    workspace: Workspace
    remotes: tuple[Remote, Remote]
    neighbours: Neighbours
    stored: Sequence[StoredView] | None = None


def read_ahead(
    target: Remote,
    head: Head,
    contents: Sequence[Content],
    workspace: Workspace,
    neighbours: Neighbours,
    *,
    full: bool,
) -> tuple[Tree | None, list[StoredView] | None]:
    """The template's tree; where it has none every place is new, and their settled views are read instead.

    Args:
        target: the template repository.
        head: its branch.
        contents: of the course.
        workspace: to read in.
        neighbours: the outside.
        full: no settled view will be used.
    """
    if head.sha is not None:
        target.fetch(head.sha)
        return workspace.tree(head.sha), None
    return None, None if full else stored_views([one.id for one in contents], neighbours)
