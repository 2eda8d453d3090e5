"""What the database says about the places of the course, read past courseline's own queries."""

from __future__ import annotations

from typing import NamedTuple

from demo.expect import Difference
from demo.stage import Stage

PLACES = """
    SELECT content.path::text, content.id::text, deployment_status, version_tag, deployment_path, deployed_commit
    FROM course_content AS content JOIN course_content_deployment ON course_content_id = content.id
    WHERE content.removed_at IS NULL
"""


class Recorded(NamedTuple):
    """One place.

    Attributes:
        content: id of the content.
        status: deployed, failed, ...
        label: of the version that is there.
        directory: in the assignments repository.
        commit: that put the version there.
    """

    content: str
    status: str
    label: str | None
    directory: str | None
    commit: str | None


def place(stage: Stage, path: str) -> Recorded:
    """The place at `path` of the course.

    Raises:
        Difference: there is no such place.
    """
    found = {str(row[0]): Recorded(*row[1:]) for row in stage.site.live.query(PLACES)}  # type: ignore[arg-type]
    if path not in found:
        raise Difference("the places in the database", path, set(found))
    return found[path]
