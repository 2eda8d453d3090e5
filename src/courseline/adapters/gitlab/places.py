"""Groups and projects of a GitLab: finding them and making them.

Facts: https://docs.gitlab.com/api/groups/, https://docs.gitlab.com/api/projects/
"""

from __future__ import annotations

from typing import Any

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.connect.found import FoundGroup, FoundProject
from courseline.domain.paths import printable
from courseline.errors import NotFound

_CI = ".gitlab-ci.yml"


class Places:
    """The part of `usecases.connect.forge_setup.ForgeSetup` about groups and projects.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def path_of(self, url: str) -> str | None:
        """See `ForgeSetup`."""
        return self._client.path_of(url)

    def project(self, reference: str | int) -> FoundProject | None:
        """By number or path; None when there is none for us."""
        try:
            with self._client.asking(f"Asking about the project {printable(str(reference))}"):
                return found_project(self._client.api.projects.get(reference))
        except NotFound:
            return None

    def group(self, reference: str | int) -> FoundGroup | None:
        """By number or path; None when there is none for us."""
        try:
            with self._client.asking(f"Asking about the group {printable(str(reference))}"):
                return _found_group(self._client.api.groups.get(reference, with_projects=False))
        except NotFound:
            return None

    def projects_of(self, group: FoundGroup) -> list[FoundProject]:
        """Of a group and those below it, without archived ones, ordered by path."""
        with self._client.asking(f"Asking for the projects of {group.path}"):
            listed = self._client.api.groups.get(group.id, lazy=True).projects.list(
                include_subgroups=True, archived=False, with_shared=False, get_all=True
            )
            found = [found_project(one) for one in listed if not getattr(one, "archived", False)]
        return sorted(found, key=lambda project: project.path)

    def create_group(
        self, path: str, name: str, description: str, parent: int | None, visibility: str
    ) -> FoundGroup:
        """Make a group; `path` is its last part."""
        wanted: dict[str, Any] = {
            "path": path,
            "name": name,
            "description": description,
            "visibility": visibility,
        }
        if parent is not None:
            wanted["parent_id"] = parent
        with self._client.asking(f"Making the group {path}"):
            return _found_group(self._client.api.groups.create(wanted))

    def create_project(
        self, path: str, name: str, description: str, group: int, visibility: str, branch: str
    ) -> FoundProject:
        """Make an empty project in a group; `path` is its last part, `branch` the default one to be."""
        wanted = {
            "path": path,
            "name": name,
            "description": description,
            "namespace_id": group,
            "visibility": visibility,
            "default_branch": branch,
            "initialize_with_readme": False,
        }
        with self._client.asking(f"Making the project {path}"):
            return found_project(self._client.api.projects.create(wanted))


def found_project(project: Any) -> FoundProject:
    """A project as python-gitlab has it; a branch of an empty one is only a name yet."""
    branch = getattr(project, "default_branch", None)
    return FoundProject(
        id=int(project.id),
        path=str(project.path_with_namespace),
        url=str(project.web_url),
        git_url=str(project.http_url_to_repo),
        visibility=str(project.visibility),
        default_branch=str(branch) if branch else None,
        is_empty=bool(getattr(project, "empty_repo", False)) or not branch,
        is_fork=getattr(project, "forked_from_project", None) is not None,
        ci_path=str(getattr(project, "ci_config_path", None) or _CI),
    )


def _found_group(group: Any) -> FoundGroup:
    return FoundGroup(int(group.id), str(group.full_path), str(group.web_url), str(group.visibility))
