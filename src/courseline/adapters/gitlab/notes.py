"""Comments at merge requests and statuses of commits: what courseline writes into a GitLab.

Facts: https://docs.gitlab.com/api/notes/#merge-requests, https://docs.gitlab.com/api/commits/#set-commit-pipeline-status.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

from courseline.adapters.gitlab.client import PER_PAGE, GitLabClient
from courseline.domain.paths import printable
from courseline.errors import NotFound, Refused
from courseline.usecases.forge import ForgeNote, ForgeStatus, ProjectRef, StatusState

LONGEST_DESCRIPTION = 255


class Notes:
    """The part of `usecases.forge.Forge` that writes.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def me(self) -> int:
        """See `usecases.forge.Forge`; asked once."""
        return self._me

    @cached_property
    def _me(self) -> int:
        with self._client.asking("Asking who we are"):
            answer = self._client.api.http_get("/user")
            return int(answer["id"])  # type: ignore[index]

    def notes(self, project: ProjectRef, iid: int) -> Sequence[ForgeNote]:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading the notes of {_request(project, iid)}"):
            path = self._path(project, iid)
            found = self._client.api.http_list(
                path, get_all=True, per_page=PER_PAGE, sort="asc", order_by="created_at"
            )
            return [ForgeNote(int(one["id"]), int(one["author"]["id"]), str(one["body"])) for one in found]

    def add_note(self, project: ProjectRef, iid: int, body: str) -> ForgeNote:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Writing a note at {_request(project, iid)}"):
            made = self._client.api.http_post(self._path(project, iid), post_data={"body": body})
            return ForgeNote(int(made["id"]), int(made["author"]["id"]), str(made["body"]))  # type: ignore[index]

    def edit_note(self, project: ProjectRef, iid: int, note: int, body: str) -> None:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Editing our note at {_request(project, iid)}"):
            self._client.api.http_put(f"{self._path(project, iid)}/{note}", post_data={"body": body})

    def delete_note(self, project: ProjectRef, iid: int, note: int) -> None:
        """See `usecases.forge.Forge`."""
        with suppress(NotFound), self._client.asking(f"Removing a doubled note at {_request(project, iid)}"):
            self._client.api.http_delete(f"{self._path(project, iid)}/{note}")

    def status(self, project: ProjectRef, commit: str, name: str) -> ForgeStatus | None:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading the status of {commit[:12]} in {printable(str(project))}"):
            path = f"{self._project(project)}/repository/commits/{commit}/statuses"
            found = self._client.api.http_list(
                path, get_all=True, per_page=PER_PAGE, query_data={"name": name}
            )
            newest = max(
                (one for one in found if one["name"] == name), key=lambda one: int(one["id"]), default=None
            )
            if newest is None or newest["status"] not in set(StatusState):
                return None
            return ForgeStatus(name, StatusState(newest["status"]), str(newest["description"] or ""))

    def set_status(self, project: ProjectRef, commit: str, status: ForgeStatus) -> None:
        """See `usecases.forge.Forge`."""
        wanted = {
            "state": str(status.state),
            "name": status.name,
            "description": status.description[:LONGEST_DESCRIPTION],
        }
        wanted |= {"ref": status.ref} if status.ref else {}
        wanted |= {"target_url": status.url} if status.url else {}
        path = f"{self._project(project)}/statuses/{commit}"
        try:
            with self._client.asking(f"Setting the status of {commit[:12]} in {printable(str(project))}"):
                self._client.api.http_post(path, post_data=wanted)
        except Refused as refused:
            # It says so already: GitLab calls that a transition that cannot be.
            if "Cannot transition status" not in refused.message:
                raise

    def _path(self, project: ProjectRef, iid: int) -> str:
        return f"{self._project(project)}/merge_requests/{iid}/notes"

    def _project(self, project: ProjectRef) -> str:
        return f"/projects/{self._client.encoded(project)}"


def _request(project: ProjectRef, iid: int) -> str:
    return f"merge request {iid} of {printable(str(project))}"
