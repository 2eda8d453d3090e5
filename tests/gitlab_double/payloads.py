"""Bodies of the webhooks of pushes and merge requests.

Shapes: https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

from __future__ import annotations

import fnmatch
from typing import Any

from tests.gitlab_double.forge import Forge
from tests.gitlab_double.merge_requests import MergeRequest, Note
from tests.gitlab_double.people import Token, User, event_stamp
from tests.gitlab_double.places import VISIBILITY, Project
from tests.gitlab_double.pushes import HEADS, Moved, Push
from tests.gitlab_double.repository import ZERO, Commit

Row = dict[str, Any]
MOST_COMMITS = 20
_STATES = {"opened": 1, "closed": 2, "merged": 3, "locked": 4}


def push(forge: Forge, project: Project, moved: Moved, of: Push) -> Row:
    """A branch or a tag moved; `after` is the tag object's id for an annotated tag, `checkout_sha` the commit's."""
    tag = not moved.ref.startswith(HEADS)
    commits = [] if tag else _new_commits(project, moved)
    kind, user, url = "tag_push" if tag else "push", of.user, forge.url
    shown = {
        "object_kind": kind,
        "event_name": kind,
        "before": moved.before,
        "after": moved.after,
        "ref": moved.ref,
        "ref_protected": project.protection(moved.ref) is not None,
        "checkout_sha": None if moved.after == ZERO else project.repository.resolve(moved.after) or None,
        "message": _annotation(project, moved) if tag else None,
        "user_id": user.id,
        "user_name": user.name,
        "user_username": user.username,
        "user_email": None,
        "user_avatar": None,
        "project_id": project.id,
        "project": project.in_event(url),
        "commits": [_commit(project, commit, url, files=True) for commit in reversed(commits[:MOST_COMMITS])],
        "total_commits_count": len(commits),
        "repository": repository(project, url),
    }
    return shown | ({"push_options": of.as_json()} if of.as_json() else {})


def merge_request(
    forge: Forge,
    project: Project,
    it: MergeRequest,
    action: str,
    user: User,
    oldrev: str = "",
    changes: Row | None = None,
) -> Row:
    """It was opened, updated (`oldrev` with new commits only), closed, opened again or merged."""
    attributes = merge_request_attributes(forge, it) | {"action": action}
    if oldrev:
        attributes["oldrev"] = oldrev
    seen = dict(changes or {})
    if action == "merge":
        seen["state_id"] = {"previous": 4, "current": 3}
    seen["updated_at"] = {"previous": event_stamp(it.created_at), "current": event_stamp(it.updated_at)}
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": user.in_event(),
        "project": project.in_event(forge.url),
        "object_attributes": attributes,
        "labels": [],
        "changes": seen,
        "repository": repository(project, forge.url),
    }


def merge_request_attributes(forge: Forge, it: MergeRequest) -> Row:
    return {
        "id": it.id,
        "iid": it.iid,
        "target_branch": it.target_branch,
        "source_branch": it.source_branch,
        "source_project_id": it.source.id,
        "target_project_id": it.target.id,
        "author_id": it.author.id,
        "assignee_ids": [],
        "assignee_id": None,
        "reviewer_ids": [],
        "title": it.title,
        "description": it.description,
        "created_at": event_stamp(it.created_at),
        "updated_at": event_stamp(it.updated_at),
        "milestone_id": None,
        "state": it.state,
        "state_id": _STATES[it.state],
        "draft": it.draft,
        "work_in_progress": it.draft,
        "merge_status": "cannot_be_merged" if it.conflicts else "can_be_merged",
        "detailed_merge_status": it.detailed_status,
        "merge_commit_sha": it.merge_commit_sha,
        "blocking_discussions_resolved": True,
        "url": it.web_url(forge.url),
        "source": it.source.in_event(forge.url),
        "target": it.target.in_event(forge.url),
        "last_commit": _commit(it.target, it.target.repository.commit(it.sha), forge.url, files=False),
        "labels": [],
        "time_estimate": 0,
        "total_time_spent": 0,
    }


def note(forge: Forge, project: Project, it: MergeRequest, note: Note, action: str, user: User) -> Row:
    """Somebody wrote under a merge request; `action` came with 16.11."""
    attributes = {
        "id": note.id,
        "internal": note.internal,
        "note": note.body,
        "noteable_type": "MergeRequest",
        "author_id": note.author.id,
        "created_at": event_stamp(note.created_at),
        "updated_at": event_stamp(note.updated_at),
        "project_id": project.id,
        "attachment": None,
        "line_code": None,
        "commit_id": "",
        "noteable_id": it.id,
        "system": note.system,
        "st_diff": None,
        "url": f"{it.web_url(forge.url)}#note_{note.id}",
    }
    if forge.at_least(16, 11):
        attributes["action"] = action
    return {
        "object_kind": "note",
        "event_type": "note",
        "user": user.in_event(),
        "project_id": project.id,
        "project": project.in_event(forge.url),
        "object_attributes": attributes,
        "repository": repository(project, forge.url),
        "merge_request": merge_request_attributes(forge, it),
    }


def access_token(forge: Forge, project: Project, token: Token) -> Row:
    """A token of the project will end in seven days."""
    return {
        "object_kind": "access_token",
        "event_name": "expiring_access_token",
        "project": project.in_event(forge.url),
        "object_attributes": {
            "user_id": token.user.id,
            "created_at": event_stamp(token.created_at),
            "id": token.id,
            "name": token.name,
            "expires_at": token.expires_at and token.expires_at.isoformat(),
        },
    }


def repository(project: Project, url: str) -> Row:
    whole = project.in_event(url)
    return {
        "name": project.name,
        "url": whole["ssh_url"],
        "description": project.description,
        "homepage": whole["homepage"],
        "git_http_url": whole["http_url"],
        "git_ssh_url": whole["ssh_url"],
        "visibility_level": VISIBILITY[project.visibility],
    }


def passes_filter(hook_filter: str, strategy: str, ref: str) -> bool:
    """Whether a hook wants to hear of a branch."""
    if strategy == "all_branches" or not hook_filter or not ref.startswith(HEADS):
        return True
    return fnmatch.fnmatchcase(ref.removeprefix(HEADS), hook_filter)


def _annotation(project: Project, moved: Moved) -> str | None:
    if moved.after == ZERO or project.repository.line("cat-file", "-t", moved.after, codes=(0, 128)) != "tag":
        return None
    text = project.repository.git("cat-file", "tag", moved.after).decode(errors="replace")
    return text.partition("\n\n")[2].rstrip("\n")


def _new_commits(project: Project, moved: Moved) -> list[Commit]:
    if moved.after == ZERO:
        return []
    default = f"{HEADS}{project.default_branch}"
    if moved.before != ZERO:
        since = [f"^{moved.before}"]
    else:
        since = [f"^{default}"] if moved.ref != default and project.repository.resolve(default) else []
    return project.repository.commits(moved.after, *since)


def _commit(project: Project, commit: Commit, url: str, *, files: bool) -> Row:
    shown: Row = {
        "id": commit.id,
        "message": commit.message,
        "title": commit.title,
        "timestamp": commit.committer[2].isoformat(),
        "url": f"{project.web_url(url)}/-/commit/{commit.id}",
        "author": {"name": commit.author[0], "email": "[REDACTED]"},
    }
    if files:
        changes = project.repository.changed(commit.parents[0], commit.id) if commit.parents else []
        words = {"added": "A", "modified": "MTR", "removed": "D"}
        shown |= {
            word: [new for letter, _, new in changes if letter in letters] for word, letters in words.items()
        }
    return shown
