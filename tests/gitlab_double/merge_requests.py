"""Merge requests and their notes.

Facts: https://docs.gitlab.com/api/merge_requests/, https://docs.gitlab.com/api/notes/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.gitlab_double.people import User, stamp
from tests.gitlab_double.places import Project

Row = dict[str, Any]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(eq=False)
class Note:
    """A comment on a merge request."""

    id: int
    body: str
    author: User
    system: bool = False
    internal: bool = False
    created_at: datetime = field(default_factory=_now)
    updated_at: datetime = field(default_factory=_now)

    def as_json(self, url: str, merge_request: MergeRequest) -> Row:
        return {
            "id": self.id,
            "type": None,
            "body": self.body,
            "author": self.author.brief(url),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "system": self.system,
            "noteable_id": merge_request.id,
            "noteable_type": "MergeRequest",
            "project_id": merge_request.target.id,
            "noteable_iid": merge_request.iid,
            "resolvable": False,
            "confidential": self.internal,
            "internal": self.internal,
            "imported": False,
        }


@dataclass(eq=False)
class MergeRequest:
    """A merge request.

    Attributes:
        sha: head of the source branch when it was last seen.
        start: head of the target branch when it was made.
        actions: quick actions that notes asked for.
    """

    id: int
    iid: int
    target: Project
    source: Project
    target_branch: str
    source_branch: str
    title: str
    author: User
    sha: str
    start: str
    description: str = ""
    state: str = "opened"
    squash: bool = False
    remove_source_branch: bool = False
    labels: list[str] = field(default_factory=list)
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    merge_user: User | None = None
    closed_by: User | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    notes: list[Note] = field(default_factory=list)
    actions: list[tuple[str, str]] = field(default_factory=list)
    created_at: datetime = field(default_factory=_now)
    updated_at: datetime = field(default_factory=_now)

    @property
    def draft(self) -> bool:
        return self.title.lower().startswith(("draft:", "[draft]", "(draft)"))

    @property
    def base(self) -> str:
        return self.target.repository.merge_base(self.start, self.sha)

    @property
    def conflicts(self) -> bool:
        repository = self.target.repository
        head = repository.resolve(f"refs/heads/{self.target_branch}")
        return self.state == "opened" and (not head or not repository.merged_tree(head, self.sha))

    @property
    def detailed_status(self) -> str:
        if self.state != "opened":
            return "not_open"
        if self.draft:
            return "draft_status"
        return "conflict" if self.conflicts else "mergeable"

    def web_url(self, url: str) -> str:
        return f"{self.target.web_url(url)}/-/merge_requests/{self.iid}"

    def as_json(self, url: str, head_pipeline: Row | None = None, *, listed: bool = False) -> Row:
        """As the API answers it; a list says less."""
        shown: Row = {
            "id": self.id,
            "iid": self.iid,
            "project_id": self.target.id,
            "title": self.title,
            "description": self.description,
            "state": self.state,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "merged_by": self.merge_user and self.merge_user.brief(url),
            "merge_user": self.merge_user and self.merge_user.brief(url),
            "merged_at": stamp(self.merged_at),
            "closed_by": self.closed_by and self.closed_by.brief(url),
            "closed_at": stamp(self.closed_at),
            "target_branch": self.target_branch,
            "source_branch": self.source_branch,
            "user_notes_count": sum(not note.system for note in self.notes),
            "upvotes": 0,
            "downvotes": 0,
            "author": self.author.brief(url),
            "assignees": [],
            "assignee": None,
            "reviewers": [],
            "source_project_id": self.source.id,
            "target_project_id": self.target.id,
            "labels": self.labels,
            "draft": self.draft,
            "work_in_progress": self.draft,
            "milestone": None,
            "merge_when_pipeline_succeeds": False,
            "merge_status": "cannot_be_merged" if self.conflicts else "can_be_merged",
            "detailed_merge_status": self.detailed_status,
            "sha": self.sha,
            "merge_commit_sha": self.merge_commit_sha,
            "squash_commit_sha": self.squash_commit_sha,
            "discussion_locked": None,
            "should_remove_source_branch": None,
            "force_remove_source_branch": self.remove_source_branch,
            "prepared_at": stamp(self.created_at),
            "reference": f"!{self.iid}",
            "references": {
                "short": f"!{self.iid}",
                "relative": f"!{self.iid}",
                "full": f"{self.target.full_path}!{self.iid}",
            },
            "web_url": self.web_url(url),
            "squash": self.squash,
            "has_conflicts": self.conflicts,
            "blocking_discussions_resolved": True,
        }
        if not listed:
            shown |= {
                "subscribed": False,
                "changes_count": str(len(self.target.repository.changed(self.base, self.sha))),
                "head_pipeline": head_pipeline,
                "pipeline": head_pipeline,
                "diff_refs": {"base_sha": self.base, "head_sha": self.sha, "start_sha": self.start},
                "merge_error": None,
                "user": {"can_merge": True},
            }
        return shown
