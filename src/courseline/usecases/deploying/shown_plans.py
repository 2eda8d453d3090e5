"""Which plans people were shown for what a deploy is about to bring: merged commit, merge request, its last plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from courseline.domain.course.course import Course
from courseline.domain.deploying.commit_message import OPERATION
from courseline.domain.deploying.step import StepAction
from courseline.domain.deploying.trailers import parse_trailers
from courseline.errors import NotFound, Refused
from courseline.usecases.deploying.read_assignments import Head
from courseline.usecases.neighbours import Neighbours
from courseline.usecases.ports import Commit, Remote, Workspace
from courseline.usecases.react.watch_rows import MERGED, OPENED, SeenRequest
from courseline.usecases.rows import Rows, StoredPlan


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a course's repository.

    Attributes:
        since: its head after the last deploy; None before one.
        requests: its merge requests that were planned.
    """

    since: str | None
    requests: Sequence[SeenRequest]


def read_watched(course: Course, rows: Rows) -> Watched:
    """Read it."""
    since = rows.watch.head(course.id).sha
    known = [one for one in rows.watch.requests([OPENED, MERGED], course.id) if one.plan is not None]
    return Watched(since, known)


def shown_plans(
    course: Course,
    head: Head,
    watched: Watched,
    workspace: Workspace,
    remote: Remote,
    neighbours: Neighbours,
) -> StoredPlan | None:
    """All plans of the merge requests that were merged since the last deploy, as one; None to plan afresh.

    A commit that belongs to no merge request, a direct push, is planned and applied at once, and so is all that came with
    it: nobody was shown what both together do.

    Args:
        course: the course.
        head: of its assignments repository.
        watched: what was seen of that.
        workspace: to read in.
        remote: the assignments repository.
        neighbours: the outside.
    """
    since, known = watched.since, watched.requests
    if head.sha is None or since is None or since == head.sha or not known:
        return None
    remote.fetch(head.sha, depth=None, filter="tree:0")
    commits = {commit.sha: commit for commit in workspace.commits(head.sha)}
    merged = merged_between(head.sha, since, commits, known) or merged_between(
        head.sha, since, commits, _asked_again(known, neighbours)
    )
    if not merged:
        return None
    with neighbours.database.transaction() as rows:
        plans = [rows.ledger.plan(course.id, request.plan) for request in merged if request.plan is not None]
    return _together([plan for plan in plans if plan is not None])


def _asked_again(known: Sequence[SeenRequest], neighbours: Neighbours) -> list[SeenRequest]:
    """The same as GitLab has them now: of a squashed one only GitLab knows the commit, and it may not have told yet."""
    forge, found = neighbours.forge, list(known)
    if forge is None:
        return []
    for number, one in enumerate(known):
        if one.state == OPENED:
            with suppress(NotFound, Refused):
                now = forge.merge_request(one.project, one.iid)
                if now.head == one.head:  # of what was pushed later nobody was shown a plan
                    found[number] = replace(one, state=now.state, merged_commit=now.merged_commit)
    return found


def merged_between(
    tip: str, since: str, commits: Mapping[str, Commit], known: Sequence[SeenRequest]
) -> list[SeenRequest]:
    """The merge requests on the way from `since` to `tip`, the oldest first; none when a commit is nobody's.

    Args:
        tip: head of the branch.
        since: where the last deploy left it.
        commits: the history, by id.
        known: merge requests that were planned.
    """
    found: list[SeenRequest] = []
    at: str | None = tip
    while at is not None and at != since:
        commit = commits.get(at)
        if commit is None:
            return []
        request = _request_of(commit, known)
        if request is not None:
            found.insert(0, request)
        elif OPERATION not in parse_trailers(commit.message):
            return []
        at = _before(commit, request, commits)
    return found if at == since else []


def _request_of(commit: Commit, known: Sequence[SeenRequest]) -> SeenRequest | None:
    """That which this commit brought: as its merge, its squash, or because it is its head (fast-forward)."""
    heads = {commit.sha, *commit.parents[1:]}
    return next((one for one in known if one.merged_commit == commit.sha or one.head in heads), None)


def _before(commit: Commit, request: SeenRequest | None, commits: Mapping[str, Commit]) -> str | None:
    parent = commit.parents[0] if commit.parents else None
    if request is None or request.head != commit.sha:
        return parent
    # A fast-forward brought all commits of its branch: go back to where that began.
    while parent is not None and parent != request.base:
        parent = commits[parent].parents[0] if parent in commits and commits[parent].parents else None
    return parent


def _together(plans: Sequence[StoredPlan]) -> StoredPlan | None:
    if not plans:
        return None
    steps = [step for plan in plans for step in plan.steps]
    # Where two plans speak of one place, the later change is what was wished last.
    steps.sort(key=lambda step: step.get("action") != StepAction.KEEP.value)
    last = plans[-1]
    return StoredPlan(last.digest, last.course_id, last.base_sha, tuple(steps), last.created_at)
