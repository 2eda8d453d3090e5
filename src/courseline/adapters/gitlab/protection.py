"""Protected tags and branches, and pipeline schedules, of a GitLab's projects.

Facts: https://docs.gitlab.com/api/protected_tags/, https://docs.gitlab.com/api/protected_branches/,
https://docs.gitlab.com/api/pipeline_schedules/
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.connect.draft import SCHEDULE, cron
from courseline.domain.connect.found import FoundProject, FoundSchedule
from courseline.errors import Conflict, NotFound, Refused

if TYPE_CHECKING:
    from gitlab.v4.objects import Project

_MAINTAINERS = 40


class Protection:
    """The part of `usecases.connect.forge_setup.ForgeSetup` about what is protected and what is scheduled.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def protected_tags(self, project: FoundProject) -> frozenset[str]:
        """Names and patterns."""
        with self._client.asking(f"Reading the protected tags of {project.path}"):
            return frozenset(str(one.name) for one in self._api(project).protectedtags.list(get_all=True))

    def protect_tags(self, project: FoundProject, name: str) -> None:
        """Let only maintainers make tags of a name or pattern; one that is protected already is no error."""
        try:
            with self._client.asking(f"Protecting the tags {name} of {project.path}"):
                wanted = {"name": name, "create_access_level": _MAINTAINERS}
                self._api(project).protectedtags.create(wanted)
        except (Conflict, Refused):  # GitLab answers 409 or 422 for one that is there
            if name not in self.protected_tags(project):
                raise

    def unprotect_tags(self, project: FoundProject, name: str) -> None:
        """Take that back; one that is not protected is no error."""
        with suppress(NotFound), self._client.asking(f"Opening the tags {name} of {project.path}"):
            self._api(project).protectedtags.delete(name)

    def is_branch_protected(self, project: FoundProject, branch: str) -> bool:
        """By whatever rule; a branch that is not there is not."""
        try:
            with self._client.asking(f"Reading the branch {branch} of {project.path}"):
                return bool(self._api(project).branches.get(branch).protected)
        except NotFound:
            return False

    def protect_branch(self, project: FoundProject, branch: str) -> None:
        """Let only maintainers push and merge; one that is protected already is no error."""
        with suppress(Conflict), self._client.asking(f"Protecting the branch {branch} of {project.path}"):
            wanted = {"name": branch, "push_access_level": _MAINTAINERS, "merge_access_level": _MAINTAINERS}
            self._api(project).protectedbranches.create(wanted)

    def unprotect_branch(self, project: FoundProject, branch: str) -> None:
        """Take that back; one that is not protected is no error."""
        with suppress(NotFound), self._client.asking(f"Opening the branch {branch} of {project.path}"):
            self._api(project).protectedbranches.delete(branch)

    def schedules(self, project: FoundProject) -> list[FoundSchedule]:
        """Its pipeline schedules."""
        with self._client.asking(f"Reading the schedules of {project.path}"):
            return [_schedule(one) for one in self._api(project).pipelineschedules.list(get_all=True)]

    def save_schedule(self, project: FoundProject, number: int | None, branch: str) -> int:
        """Make our schedule, or change the one of a number; answers its number.

        Whose schedule it is decides with whose rights it runs, and only they may change it: we take it over first.
        """
        values = {
            "description": SCHEDULE,
            "ref": f"refs/heads/{branch}",
            "cron": cron(project.id),
            "active": True,
        }
        with self._client.asking(f"Scheduling {SCHEDULE} in {project.path}"):
            manager = self._api(project).pipelineschedules
            if number is None:
                return int(manager.create(values).id)
            manager.get(number, lazy=True).take_ownership()
            manager.update(number, values)
            return number

    def delete_schedule(self, project: FoundProject, number: int) -> None:
        """Remove a schedule; one that is gone is no error."""
        with suppress(NotFound), self._client.asking(f"Removing a schedule of {project.path}"):
            self._api(project).pipelineschedules.delete(number)

    def _api(self, project: FoundProject) -> Project:
        return self._client.api.projects.get(project.id, lazy=True)


def _schedule(one: Any) -> FoundSchedule:
    return FoundSchedule(int(one.id), str(one.description), str(one.ref), str(one.cron), bool(one.active))
