"""`usecases.connect.forge_setup.ForgeSetup` for a GitLab: each method is what one of the files beside this one does."""

from __future__ import annotations

from courseline.adapters.gitlab.client import GitLabClient
from courseline.adapters.gitlab.contents import Contents
from courseline.adapters.gitlab.places import Places
from courseline.adapters.gitlab.protection import Protection
from courseline.adapters.gitlab.server import Server
from courseline.adapters.gitlab.webhooks import Webhooks


class GitLabSetup:
    """One GitLab, as somebody sees and changes it who may.

    Args:
        client: for it.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        server, places, webhooks = Server(client), Places(client), Webhooks(client)
        protection, contents = Protection(client), Contents(client)
        self.server = server.server
        self.token = server.token
        self.path_of = places.path_of
        self.project = places.project
        self.group = places.group
        self.projects_of = places.projects_of
        self.create_group = places.create_group
        self.create_project = places.create_project
        self.hooks = webhooks.hooks
        self.save_hook = webhooks.save_hook
        self.delete_hook = webhooks.delete_hook
        self.test_hook = webhooks.test_hook
        self.protected_tags = protection.protected_tags
        self.protect_tags = protection.protect_tags
        self.unprotect_tags = protection.unprotect_tags
        self.is_branch_protected = protection.is_branch_protected
        self.protect_branch = protection.protect_branch
        self.unprotect_branch = protection.unprotect_branch
        self.schedules = protection.schedules
        self.save_schedule = protection.save_schedule
        self.delete_schedule = protection.delete_schedule
        self.file = contents.file
        self.holds = contents.holds
        self.tags = contents.tags
        self.commit = contents.commit
        self.open_request = contents.open_request
        self.request_merge = contents.request_merge
        self.close_request = contents.close_request
        self.delete_branch = contents.delete_branch

    @property
    def url(self) -> str:
        """Its address."""
        return self._client.url
