"""Pipelines and jobs of a GitLab."""

from __future__ import annotations

from dataclasses import dataclass

_RUNNING = {"created", "waiting_for_resource", "preparing", "pending", "running", "waiting_for_callback"}
_BAD = {"failed", "canceled", "canceling"}
OURS = "courseline:"
"""How the names of all jobs begin that our templates bring."""


@dataclass(frozen=True, slots=True)
class ForgePipeline:
    """A pipeline.

    Attributes:
        id: its number.
        ref: branch or tag.
        commit: it runs on.
        status: GitLab's word, see https://docs.gitlab.com/api/pipelines/.
        source: what started it: push, web, schedule, merge_request_event, external, ...
        url: where people read it.
    """

    id: int
    ref: str
    commit: str
    status: str
    source: str
    url: str

    @property
    def is_running(self) -> bool:
        """It is going to do something by itself still."""
        return self.status in _RUNNING

    @property
    def went_wrong(self) -> bool:
        """It failed or was canceled."""
        return self.status in _BAD


@dataclass(frozen=True, slots=True)
class ForgeJob:
    """A job of a pipeline; `url` is where people read its log."""

    name: str
    status: str
    url: str

    @property
    def is_ours(self) -> bool:
        """Our templates brought it."""
        return self.name.startswith(OURS)

    @property
    def is_running(self) -> bool:
        """It runs or is going to."""
        return self.status in _RUNNING

    @property
    def went_wrong(self) -> bool:
        """It failed or was canceled."""
        return self.status in _BAD
