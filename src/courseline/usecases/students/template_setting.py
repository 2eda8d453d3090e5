"""What a template run has before it when it begins to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.contents import MatchedContent
from courseline.domain.course.course import Content, Course
from courseline.domain.course.wish import COURSE_FILE
from courseline.domain.students.judgement import Judgement, data_digest, parse_judgement, seal
from courseline.domain.tree import Tree
from courseline.usecases.deploying.read_assignments import Assignments, Head, list_files, read_head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Remote, Workspace
from courseline.usecases.rows import Rows
from courseline.usecases.students.rows import StoredView


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the published template was judged on.

    Attributes:
        judgement: by these rules, of which nothing was changed since.
        digests: content digest of each library version that its places are made of, by id; none of a lost one.
    """

    judgement: Judgement
    digests: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database knows of the template.

    Attributes:
        given: the contents of which students were given something.
        earlier: see `Earlier`; None when nothing that holds is known.
        stored: the settled views of all contents, where every place is new; else None.
    """

    given: AbstractSet[UUID]
    earlier: Earlier | None = None
    stored: Sequence[StoredView] | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a template is judged.

    Attributes:
        course: the course.
        assignments: what its repository says.
        shown: the contents that students are shown.
        head: tree of the template repository now, None when it has no commit.
        recorded: what the database knows of it.
        workspace: to read blobs in.
        remotes: assignments and template repository.
        neighbours: the outside.
    """

    course: Course
    assignments: Assignments
    shown: Sequence[MatchedContent]
    head: Tree | None
    recorded: Recorded
    workspace: Workspace
    remotes: tuple[Remote, Remote]
    neighbours: Neighbours


def read_source(source: Remote, workspace: Workspace) -> tuple[Head, Tree | None]:
    """The head of the assignments repository, and its listing; None where it has no commit.

    Args:
        source: the assignments repository.
        workspace: to read in.
    """
    head = read_head(source, None, to_read=True)
    if head.sha is None:
        return head, None
    source.fetch(head.sha)
    return head, list_files(head.sha, [COURSE_FILE], workspace, source)


def read_template(target: Remote, head: Head, workspace: Workspace) -> Tree | None:
    """Fetch the template's head and list it.

    Args:
        target: the template repository.
        head: its branch.
        workspace: to read in.
    """
    if head.sha is None:
        return None
    target.fetch(head.sha)
    return workspace.tree(head.sha)


def read_recorded(
    course: Course, head: Head, contents: Sequence[Content], neighbours: Neighbours, *, full: bool
) -> Recorded:
    """On what the template was judged; where it has no commit every place is new, and their settled views.

    Args:
        course: the course.
        head: of the template repository.
        contents: of the course.
        neighbours: the outside.
        full: no judgement and no settled view will be used.
    """
    rules = "" if full else neighbours.rules()
    with neighbours.database.transaction() as rows:
        given = rows.ledger.exposed_contents(course.id)
        if not rules:
            return Recorded(given)
        if head.sha is not None:
            return Recorded(given, _earlier(course, head.sha, rules, rows))
        return Recorded(
            given, stored=rows.ledger.settled_views([one.id for one in contents], rules) if contents else []
        )


def _earlier(course: Course, commit: str, rules: str, rows: Rows) -> Earlier | None:
    """What the published template was judged on, if by these rules, and if nothing of it was changed since."""
    stored = rows.ledger.judgement(course.id, course.template_identity, commit)
    if stored is None or seal(data_digest(stored.facts), stored.exposures) != stored.seal:
        return None
    judgement = parse_judgement(stored.facts)
    if judgement is None or judgement.rules != rules:
        return None
    versions = {one for place in judgement.places.values() for one in place.versions}
    return Earlier(judgement, rows.ledger.content_digests(versions))
