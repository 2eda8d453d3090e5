"""Asking a GitLab about projects. Facts: https://docs.gitlab.com/api/projects/#get-a-single-project."""

from __future__ import annotations

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.paths import printable
from courseline.errors import NotFound, Refused
from courseline.usecases.forge import ForgeProject


class Projects:
    """The part of `usecases.forge.Forge` about projects.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def find_project(self, url: str) -> ForgeProject | None:
        """See `usecases.forge.FindProject`."""
        path = self._client.path_of(url)
        if path is None:
            return None
        try:
            with self._client.asking(f"Asking about the project {printable(path)}"):
                found = self._client.api.projects.get(path)
                return ForgeProject(int(found.id), str(found.visibility))
        except (NotFound, Refused) as hidden:
            raise NotFound(hidden.message) from None
