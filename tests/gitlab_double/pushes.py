"""What follows when references of a repository have moved, by git or by the API.

Facts: https://docs.gitlab.com/user/project/integrations/webhook_events/ (no event when more than three branches or
tags move at once), https://docs.gitlab.com/user/project/merge_requests/ (a merge request that the target has got
otherwise is merged).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.gitlab_double.forge import Forge
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.people import User
from tests.gitlab_double.places import Project
from tests.gitlab_double.repository import ZERO

HEADS, TAGS = "refs/heads/", "refs/tags/"
MOST_EVENTS = 3
"""Branches, or tags, of one push; when more move, none of them is told."""
MOST_PIPELINES = 4


@dataclass(frozen=True, slots=True)
class Moved:
    """One reference."""

    ref: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Push:
    """All that moved at once.

    Attributes:
        options: `ci.skip` and the like, as given.
        job: number of the job that pushed, 0 for none.
    """

    project: Project
    user: User
    moved: Sequence[Moved]
    options: Sequence[str] = ()
    job: int = 0

    @property
    def skips_pipelines(self) -> bool:
        return "ci.skip" in self.options

    def as_json(self) -> dict[str, Mapping[str, object]]:
        """The `push_options` of a webhook."""
        return {"ci": {"skip": True}} if self.skips_pipelines else {}


def follow(forge: Forge, push: Push) -> None:
    """Work a push into merge requests and tell the listeners, once for each reference that is told."""
    project = push.project
    for moved in push.moved:
        if moved.ref == f"{HEADS}{project.default_branch}" and moved.before == ZERO:
            forge.protect_default(project)
    for kind, what in ((HEADS, "push"), (TAGS, "tag_push")):
        some = [moved for moved in push.moved if moved.ref.startswith(kind)]
        if len(some) <= MOST_EVENTS:
            for moved in some:
                forge.happened(what, project, moved=moved, push=push)
        for moved in some[:MOST_PIPELINES]:
            if moved.after != ZERO:
                forge.happened("pipeline_wanted", project, moved=moved, push=push)
    for moved in push.moved:
        if moved.ref.startswith(HEADS):
            _update_merge_requests(forge, push, moved)


def _update_merge_requests(forge: Forge, push: Push, moved: Moved) -> None:
    branch = moved.ref.removeprefix(HEADS)
    for project in forge.projects:
        for found in project.merge_requests:
            if found.state != "opened":
                continue
            if found.source is push.project and found.source_branch == branch and moved.after != ZERO:
                old, found.sha = found.sha, moved.after
                found.updated_at = datetime.now(UTC)
                publish_head(found)
                forge.happened(
                    "merge_request", project, it=found, action="update", user=push.user, oldrev=old
                )
                forge.happened("merge_request_pipeline_wanted", project, it=found, user=push.user)
            elif _has_arrived(found, push.project, moved):
                found.state, found.merge_user = "merged", push.user
                found.merge_commit_sha = moved.after
                found.merged_at = found.updated_at = datetime.now(UTC)
                forge.happened("merge_request", project, it=found, action="merge", user=push.user)


def _has_arrived(it: MergeRequest, project: Project, moved: Moved) -> bool:
    """Whether its target has got it by a push."""
    onto = it.target is project and moved.ref == f"{HEADS}{it.target_branch}" and moved.after != ZERO
    return onto and project.repository.is_ancestor(it.sha, moved.after)


def publish_head(merge_request: MergeRequest) -> None:
    """Its head as a reference of the target's repository, with the commits of a fork."""
    target, source = merge_request.target.repository, merge_request.source.repository
    name = f"refs/merge-requests/{merge_request.iid}/head"
    if source is not target:
        target.git("fetch", "-q", str(source.path), f"+refs/heads/{merge_request.source_branch}:{name}")
    target.update(name, merge_request.sha)
