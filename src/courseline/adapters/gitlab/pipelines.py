"""Asking a GitLab about pipelines. Facts: https://docs.gitlab.com/api/pipelines/, https://docs.gitlab.com/api/jobs/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.paths import printable
from courseline.usecases.forge import ProjectRef
from courseline.usecases.forge_pipelines import ForgeJob, ForgePipeline

_NEWEST = 20


class Pipelines:
    """The part of `usecases.forge.Forge` about pipelines.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def pipeline(self, project: ProjectRef, number: int) -> ForgePipeline:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading pipeline {number} of {printable(str(project))}"):
            found = self._client.api.projects.get(project, lazy=True).pipelines.get(number)
            return _read(found.attributes)

    def pipelines(
        self, project: ProjectRef, *, ref: str | None = None, commit: str | None = None
    ) -> Sequence[ForgePipeline]:
        """See `usecases.forge.Forge`."""
        wanted = {name: value for name, value in (("ref", ref), ("sha", commit)) if value is not None}
        about = printable(" ".join(wanted.values()))
        with self._client.asking(f"Reading the pipelines of {about} in {printable(str(project))}"):
            of = self._client.api.projects.get(project, lazy=True)
            asked = {"order_by": "id", "sort": "desc", **wanted}
            found = of.pipelines.list(get_all=False, per_page=_NEWEST, page=1, query_parameters=asked)
            return [_read(one.attributes) for one in found]

    def jobs(self, project: ProjectRef, pipeline: int) -> Sequence[ForgeJob]:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading the jobs of pipeline {pipeline} of {printable(str(project))}"):
            of = self._client.api.projects.get(project, lazy=True).pipelines.get(pipeline, lazy=True)
            return [
                ForgeJob(str(one.name), str(one.status), str(one.web_url))
                for one in of.jobs.list(get_all=True)
            ]


def _read(one: Mapping[str, object]) -> ForgePipeline:
    number = one["id"]
    if not isinstance(number, int):
        raise TypeError(number)
    ref, commit, status = (str(one[name]) for name in ("ref", "sha", "status"))
    return ForgePipeline(number, ref, commit, status, str(one.get("source") or ""), str(one["web_url"]))
