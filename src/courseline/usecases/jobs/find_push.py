"""Find what a job pushed: by its report, when the branch holds that commit, else by the commit's own trailer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from courseline.domain.course.course import Course
from courseline.domain.deploying.commit_message import OPERATION
from courseline.domain.deploying.trailers import parse_trailers
from courseline.domain.ledger.work_order import WorkKind
from courseline.errors import Refused
from courseline.usecases.jobs.as_found import Pushed
from courseline.usecases.jobs.rows import WorkOrder
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Commit

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Found:
    """What git says of an order.

    Attributes:
        pushed: the job's commit; None when no branch holds one.
        heads: repository identity -> commit that the job began from.
        operation: the commit's trailer; None without a commit.
    """

    pushed: Pushed | None
    heads: dict[str, str | None]
    operation: UUID | None = None


def find_push(order: WorkOrder, course: Course, neighbours: Neighbours) -> Found:
    """What git says of an order of a course.

    Args:
        order: with all reports that have arrived.
        course: its course.
        neighbours: the outside.

    Raises:
        Refused: the report names a commit that the branch does not hold, or a head that it never was at.
        NeighbourFailed: a repository does not answer.
    """
    told = order.report.get("pushing")
    claim = told if isinstance(told, dict) else {}
    is_template = order.kind is WorkKind.STUDENT_TEMPLATE
    urls = {course.assignments_identity: (course.assignments_url, "source")}
    if is_template:
        urls[course.template_identity] = (course.template_url, "template")
    heads: dict[str, str | None] = {}
    found: Found = Found(None, heads)
    seen = order.report.get("seen")
    for identity, (url, kind) in urls.items():
        new, branch = _since(url, course, kind, order.heads.get(identity), neighbours)
        known = {order.heads.get(identity), *(commit.sha for commit in new)}
        head = (
            seen.get(identity) if isinstance(seen, dict) and identity in seen else order.heads.get(identity)
        )
        if identity == order.target:
            commit = _ours(order, claim, new, url, neighbours)
            if commit is not None:
                head = commit.parents[0] if commit.parents else None
                found = Found(Pushed(identity, branch, commit.sha), heads, _operation(commit))
        if head not in known:
            raise Refused(
                f"Recording what {order.holder} did: it reports that {url} was at {head}, and it never was since the job"
                " began. Nothing was recorded of it."
            )
        heads[identity] = head
    return found


def _since(
    url: str, course: Course, kind: str, start: str | None, neighbours: Neighbours
) -> tuple[list[Commit], str]:
    """The commits that came to the default branch since the order was opened, newest first; and the branch."""
    with neighbours.git.workspace() as workspace:
        remote = workspace.remote(url, neighbours.credential(url, course.id, kind))
        refs = remote.refs()
        branch = refs.head_branch or "main"
        tip = refs.refs.get(f"refs/heads/{branch}")
        if tip is None or tip == start:
            return [], branch
        remote.fetch(tip, depth=None, filter="tree:0")
        return list(workspace.commits(tip, since=start)), branch


def _ours(
    order: WorkOrder, claim: dict[str, object], new: list[Commit], url: str, neighbours: Neighbours
) -> Commit | None:
    """The job's commit among new ones.

    Without a report it is told by its time, which is the order's, and by a trailer that nothing is known of.
    """
    if claim:
        sha = claim.get("commit")
        reported = next((commit for commit in new if commit.sha == sha), None)
        ended = order.report.get("ended")
        if reported is None and isinstance(ended, dict) and ended.get("error") is None:
            raise Refused(
                f"Recording what {order.holder} did: it reports commit {sha} in {url}, and no branch of ours there holds"
                " it. Nothing was recorded of it; run the job again."
            )
        return reported
    for commit in new:
        operation = _operation(commit)
        if commit.committed_at == order.started_at and operation is not None:
            with neighbours.database.transaction() as rows:
                known = rows.ledger.operation(operation)
            if known is None or known.target == order.target:
                return commit
    return None


def _operation(commit: Commit) -> UUID | None:
    named = parse_trailers(commit.message).get(OPERATION, [])
    return UUID(named[0]) if named and _UUID.fullmatch(named[0]) else None
