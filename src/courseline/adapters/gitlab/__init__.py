"""Talking to a GitLab: one client with a budget, and one file for each thing that is asked about."""

from courseline.adapters.gitlab.client import GitLabClient
from courseline.adapters.gitlab.forge import GitLabForge

__all__ = ["GitLabClient", "GitLabForge"]
