"""`usecases.forge.Forge` for a GitLab: each method is what one of the files beside this one does."""

from __future__ import annotations

from courseline.adapters.gitlab.client import GitLabClient
from courseline.adapters.gitlab.merge_requests import MergeRequests
from courseline.adapters.gitlab.notes import Notes
from courseline.adapters.gitlab.pipelines import Pipelines
from courseline.adapters.gitlab.projects import Projects


class GitLabForge:
    """One GitLab.

    Args:
        client: for it.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        projects = Projects(client)
        requests = MergeRequests(client)
        notes = Notes(client)
        pipelines = Pipelines(client)
        self.find_project = projects.find_project
        self.merge_request = requests.merge_request
        self.merge_requests = requests.merge_requests
        self.merge_requests_of_project = requests.merge_requests_of_project
        self.me = notes.me
        self.notes = notes.notes
        self.add_note = notes.add_note
        self.edit_note = notes.edit_note
        self.delete_note = notes.delete_note
        self.status = notes.status
        self.set_status = notes.set_status
        self.pipeline = pipelines.pipeline
        self.pipelines = pipelines.pipelines
        self.jobs = pipelines.jobs

    def caused_by(self, event: str | None) -> GitLabForge:
        """See `usecases.forge.Forge`."""
        return GitLabForge(self._client.caused_by(event))

    def path_of(self, url: str) -> str | None:
        """See `usecases.forge.Forge`."""
        return self._client.path_of(url)
