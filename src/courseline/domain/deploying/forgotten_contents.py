"""Contents that an assignments repository knows and the database does not, because the database was lost.

The id of a content comes from the path it was born at, so one that was never moved is found by its path alone. One that
was moved is found by what deploys left in the repository: `deployed-examples.json` says which content lives at a path
and where its files are, and the tracking file there has to say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from courseline.domain import ids
from courseline.domain.course.course import Content
from courseline.domain.course.wish import Node
from courseline.domain.deploying.course_metadata import DeployedExample
from courseline.domain.deploying.tracking import Tracking

_MOST_BIRTHS = 16  # contents born at one path one after the other that are looked for


def forgotten_entries(
    nodes: Sequence[Node], existing: Sequence[Content], deployed: Sequence[DeployedExample]
) -> list[DeployedExample]:
    """The entries that may be of a lost content: the course file has its path, and the database has no trace of it.

    Args:
        nodes: of the course file.
        existing: every content the database knows, removed ones included.
        deployed: entries of `deployed-examples.json`.
    """
    known = {content.id for content in existing}
    taken = {content.path for content in existing if not content.removed}
    wanted = {node.path for node in nodes} | {node.moved_from for node in nodes}
    found: dict[str, DeployedExample] = {}
    for entry in deployed:
        if entry.course_content_id not in known and entry.ltree_path in wanted - taken:
            found.setdefault(entry.ltree_path, entry)
    return list(found.values())


def forgotten_contents(
    course_id: UUID,
    entries: Sequence[DeployedExample],
    tracked: Mapping[str, Tracking | None],
    paths: Collection[str],
) -> list[Content]:
    """The contents to go on with, as they lived before the database was lost; type, title and position are the file's.

    An id counts only when this course gives it: so nobody takes the place of another course's content.

    Args:
        course_id: the course.
        entries: from `forgotten_entries`.
        tracked: tracking file by directory, for the directories of the entries.
        paths: ltree paths that a content may have been born at.
    """
    directories = {entry.filesystem_path.replace("/", ".") for entry in entries}
    born_at = {
        ids.content_id(course_id, path, number): path
        for path in {*paths, *directories, *(entry.ltree_path for entry in entries)}
        for number in range(_MOST_BIRTHS)
    }
    found: list[Content] = []
    for entry in entries:
        tracking = tracked.get(entry.filesystem_path)
        first_path = born_at.get(entry.course_content_id)
        if first_path is None or tracking is None or tracking.course_content_id != entry.course_content_id:
            continue
        found.append(
            Content(
                entry.course_content_id,
                entry.ltree_path,
                first_path,
                type_slug="",
                title="",
                position=0,
                directory=entry.filesystem_path,
            )
        )
    return found
