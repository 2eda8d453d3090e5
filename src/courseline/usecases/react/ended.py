"""How pipelines and jobs of a GitLab end, see https://docs.gitlab.com/api/pipelines/."""

from __future__ import annotations

ENDED = frozenset({"success", "failed", "canceled", "skipped"})
