"""What the database says about the places of the course, read past courseline's own queries."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import psycopg
from expect import Difference

from courseline.adapters.embedded_postgres import EmbeddedPostgres
from courseline.errors import CourselineError

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


def place(home: Path, path: str) -> Recorded:
    """The place at `path` of the course; the server below `home` is started when it does not run.

    Raises:
        Difference: the database does not answer, or has no such place.
    """
    try:
        with psycopg.connect(EmbeddedPostgres(home).url()) as connection:
            found = {row[0]: Recorded(*row[1:]) for row in connection.execute(PLACES)}
    except (CourselineError, psycopg.Error) as fault:
        raise Difference("the database", "an answer", str(fault)) from fault
    if path not in found:
        raise Difference("the places in the database", path, set(found))
    return found[path]
