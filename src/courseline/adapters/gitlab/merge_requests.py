"""Asking a GitLab about merge requests. Facts: https://docs.gitlab.com/api/merge_requests/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from courseline.adapters.gitlab.client import GitLabClient
from courseline.domain.paths import printable
from courseline.usecases.forge import ForgeRequest, ProjectRef

Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
MaybeOid = Annotated[Oid | None, BeforeValidator(lambda given: given or None)]


class _Refs(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    base_sha: MaybeOid = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    iid: int
    project_id: int
    web_url: str
    title: str
    state: str
    source_project_id: int | None = None
    target_project_id: int
    target_branch: str
    sha: MaybeOid = None
    merge_commit_sha: MaybeOid = None
    squash_commit_sha: MaybeOid = None
    updated_at: datetime
    diff_refs: _Refs | None = None


class MergeRequests:
    """The part of `usecases.forge.Forge` about merge requests.

    Args:
        client: for the GitLab.
    """

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    def merge_request(self, project: ProjectRef, iid: int) -> ForgeRequest:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading merge request {iid} of {printable(str(project))}"):
            found = self._client.api.projects.get(project, lazy=True).mergerequests.get(iid)
            return _read(found.attributes)

    def merge_requests(self, group: str, since: datetime) -> Sequence[ForgeRequest]:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading the merge requests of the group {printable(group)}"):
            below = self._client.api.groups.get(group, lazy=True)
            return _listed(
                one.attributes
                for one in below.mergerequests.list(get_all=True, query_parameters=_changed(since))
            )

    def merge_requests_of_project(self, project: ProjectRef, since: datetime) -> Sequence[ForgeRequest]:
        """See `usecases.forge.Forge`."""
        with self._client.asking(f"Reading the merge requests of {printable(str(project))}"):
            of = self._client.api.projects.get(project, lazy=True)
            return _listed(
                one.attributes
                for one in of.mergerequests.list(get_all=True, query_parameters=_changed(since))
            )


def _changed(since: datetime) -> dict[str, str]:
    # Offset pages shift when something changes meanwhile; oldest change first, so that it moves to a page still to come.
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "scope": "all",
        "state": "all",
        "order_by": "updated_at",
        "sort": "asc",
        "updated_after": moment,
    }


def _listed(answers: Iterable[dict[str, object]]) -> list[ForgeRequest]:
    found = [_read(one) for one in answers]
    return list({(one.project, one.iid): one for one in found}.values())


def _read(attributes: dict[str, object]) -> ForgeRequest:
    answer = _Answer.model_validate(attributes)
    merged = answer.state == "merged"
    # A fast-forward has neither commit of its own: the source's head itself is on the target branch.
    commit = answer.merge_commit_sha or answer.squash_commit_sha or answer.sha
    return ForgeRequest(
        project=answer.target_project_id,
        iid=answer.iid,
        url=answer.web_url,
        title=answer.title,
        state=answer.state,
        source_project=answer.source_project_id,
        target_branch=answer.target_branch,
        head=answer.sha,
        merged_commit=commit if merged else None,
        updated_at=answer.updated_at.astimezone(UTC),
        base=answer.diff_refs.base_sha if answer.diff_refs is not None else None,
    )
