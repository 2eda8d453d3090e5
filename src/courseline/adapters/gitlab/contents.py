"""Files, commits, tags and the merge request of a GitLab's projects, without git.

Facts: https://docs.gitlab.com/api/repository_files/, https://docs.gitlab.com/api/commits/,
https://docs.gitlab.com/api/repositories/, https://docs.gitlab.com/api/tags/, https://docs.gitlab.com/api/merge_requests/
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.connect.found import FoundProject, FoundRequest, FoundTag
from courseline.domain.paths import printable
from courseline.errors import NotFound

if TYPE_CHECKING:
    from gitlab.v4.objects import Project

_MOST_ENTRIES = 20_000
"""Of a tree that are looked through for a file; a repository with more is asked for by its owner."""


class Contents:
    """The part of `usecases.connect.forge_setup.ForgeSetup` about what a repository holds.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def file(self, project: FoundProject, path: str, ref: str) -> bytes | None:
        """A file at a branch, None when it is not there."""
        try:
            with self._client.asking(f"Reading {printable(path)} of {project.path}"):
                return bytes(self._api(project).files.get(path, ref).decode())
        except NotFound:
            return None

    def holds(self, project: FoundProject, name: str) -> bool:
        """Whether a file of this name is in any directory of the default branch."""
        try:
            with self._client.asking(f"Looking through the files of {project.path}"):
                listed = self._api(project).repository_tree(recursive=True, iterator=True)
                return any(
                    entry["type"] == "blob" and entry["name"] == name
                    for entry, _ in zip(listed, range(_MOST_ENTRIES), strict=False)
                )
        except NotFound:  # what GitLab answers for a repository without commits
            return False

    def tags(self, project: FoundProject) -> list[FoundTag]:
        """All tags, the last changed first."""
        with self._client.asking(f"Reading the tags of {project.path}"):
            listed = self._api(project).tags.list(order_by="updated", sort="desc", get_all=True)
            return [FoundTag(str(tag.name), str(tag.target)) for tag in listed]

    def commit(
        self,
        project: FoundProject,
        branch: str,
        message: str,
        files: Mapping[str, bytes],
        *,
        updates: Sequence[str] = (),
        start: str | None = None,
    ) -> str:
        """One commit with files; answers its sha."""
        values: dict[str, object] = {
            "branch": branch,
            "commit_message": message,
            "actions": [
                {
                    "action": "update" if path in updates else "create",
                    "file_path": path,
                    "content": base64.b64encode(raw).decode(),
                    "encoding": "base64",
                }
                for path, raw in files.items()
            ],
        }
        if start is not None:
            values["start_branch"] = start
        with self._client.asking(
            f"Committing {', '.join(map(printable, files))} to {branch} of {project.path}"
        ):
            return str(self._api(project).commits.create(values).id)

    def open_request(self, project: FoundProject, source: str) -> FoundRequest | None:
        """The open merge request from a branch of the project itself."""
        with self._client.asking(f"Looking for a merge request from {source} of {project.path}"):
            listed = self._api(project).mergerequests.list(state="opened", source_branch=source, get_all=True)
            own = [one for one in listed if one.source_project_id == project.id]
            return FoundRequest(int(own[0].iid), str(own[0].web_url)) if own else None

    def request_merge(self, project: FoundProject, source: str, title: str, text: str) -> FoundRequest:
        """Open a merge request into the default branch."""
        values = {
            "source_branch": source,
            "target_branch": project.default_branch,
            "title": title,
            "description": text,
            "remove_source_branch": True,
        }
        with self._client.asking(f"Opening a merge request in {project.path}"):
            made = self._api(project).mergerequests.create(values)
            return FoundRequest(int(made.iid), str(made.web_url))

    def close_request(self, project: FoundProject, iid: int, source: str) -> None:
        """Close a merge request and delete its branch."""
        with suppress(NotFound), self._client.asking(f"Closing !{iid} of {project.path}"):
            self._api(project).mergerequests.update(iid, {"state_event": "close"})
        self.delete_branch(project, source)

    def delete_branch(self, project: FoundProject, branch: str) -> None:
        """Remove a branch; one that is gone is no error."""
        with suppress(NotFound), self._client.asking(f"Removing the branch {branch} of {project.path}"):
            self._api(project).branches.delete(branch)

    def _api(self, project: FoundProject) -> Project:
        return self._client.api.projects.get(project.id, lazy=True)
