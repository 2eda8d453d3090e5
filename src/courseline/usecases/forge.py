"""What a GitLab says of a project, as use cases ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ForgeProject:
    """A project of a GitLab; `visibility` is private, internal or public."""

    id: int
    visibility: str


FindProject = Callable[[str], ForgeProject | None]
"""(URL of a repository) -> its project; None where no GitLab can be asked of it: a PATH, another host, no token.

Raises:
    NotFound: that GitLab has no such project, or does not show it to us.
    NeighbourFailed: it does not answer.
"""


def no_project(_url: str) -> ForgeProject | None:
    """For callers that can ask no GitLab."""
    return None
