"""GitLab's webhook payloads, read into typed events. Nothing behind this file sees a payload.

Facts: https://docs.gitlab.com/user/project/integrations/webhook_events/. What is understood and incomplete is an event
that nobody uses, never an error: administrators may replace the bodies by templates of their own, and an answer other
than 2xx makes GitLab switch the hook off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from courseline.domain.paths import printable
from courseline.usecases.react.event import (
    BranchPushed,
    Event,
    JobChanged,
    MergeRequestChanged,
    PipelineChanged,
    Project,
    TagPushed,
    TokenExpires,
    Unused,
)

_BRANCH, _TAG = "refs/heads/", "refs/tags/"
_STANDARD_PORTS = {"https": 443, "http": 80}
_LONGEST = 1_000

Short = Annotated[str, Field(max_length=_LONGEST, pattern=r"^[^\x00]*$")]  # NUL: no text for PostgreSQL
Oid = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Number = Annotated[int, Field(gt=0, lt=2**63)]


def _day(value: object) -> object:
    return value if value is not None else ""


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Project(_Payload):
    id: Number
    web_url: Short
    path_with_namespace: Short
    git_http_url: Short
    default_branch: Short | None = None


class _Push(_Payload):
    project: _Project
    ref: Short
    before: Oid
    after: Oid


class _MergeRequest(_Payload):
    project: _Project
    iid: Number = Field(validation_alias=AliasPath("object_attributes", "iid"))
    source: Number = Field(validation_alias=AliasPath("object_attributes", "source_project_id"))
    target: Number = Field(validation_alias=AliasPath("object_attributes", "target_project_id"))
    branch: Short = Field(validation_alias=AliasPath("object_attributes", "target_branch"))
    state: Short = Field(validation_alias=AliasPath("object_attributes", "state"))
    head: Oid = Field(validation_alias=AliasPath("object_attributes", "last_commit", "id"))
    updated_at: Short = Field(validation_alias=AliasPath("object_attributes", "updated_at"))


class _Pipeline(_Payload):
    project: _Project
    id: Number = Field(validation_alias=AliasPath("object_attributes", "id"))
    ref: Short = Field(validation_alias=AliasPath("object_attributes", "ref"))
    tag: bool = Field(validation_alias=AliasPath("object_attributes", "tag"))
    sha: Oid = Field(validation_alias=AliasPath("object_attributes", "sha"))
    status: Short = Field(validation_alias=AliasPath("object_attributes", "status"))
    ended: Annotated[Short, BeforeValidator(_day)] = Field(
        "", validation_alias=AliasPath("object_attributes", "finished_at")
    )


class _Where(_Payload):
    """Where a job's project is; job hooks name it otherwise than all others."""

    homepage: Short
    git_http_url: Short


class _Job(_Payload):
    project_id: Number
    repository: _Where
    build_id: Number
    build_name: Short
    build_status: Short
    pipeline_id: Number
    ref: Short
    tag: bool


class _Group(_Payload):
    group_id: Number
    group_path: Short


class _Token(_Payload):
    project: _Project | None = None
    group: _Group | None = None
    name: Short = Field(validation_alias=AliasPath("object_attributes", "name"))
    expires_at: Annotated[Short, BeforeValidator(_day)] = Field(
        validation_alias=AliasPath("object_attributes", "expires_at")
    )


def read_event(payload: Mapping[str, object]) -> Event:
    """The event that a webhook's JSON object tells of."""
    kind = payload.get("object_kind") or payload.get("event_name")
    if not isinstance(kind, str):
        return Unused("", "The body says nothing of what kind it is.")
    kind = printable(kind[:_LONGEST])
    reader = _READERS.get(kind)
    if reader is None:
        return Unused(kind, "courseline has no use for this kind of event.")
    try:
        return reader(payload)
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        return Unused(kind, f"Its `{place}` is missing or not what GitLab documents.")
    except ValueError:
        return Unused(kind, "Its project has no web address.")


def _push(payload: Mapping[str, object]) -> Event:
    push = _Push.model_validate(payload)
    if not push.ref.startswith(_BRANCH):
        return Unused("push", "It is not about a branch.")
    branch = push.ref.removeprefix(_BRANCH)
    return BranchPushed(
        _project(push.project), branch, push.before, push.after, branch == push.project.default_branch
    )


def _tag_push(payload: Mapping[str, object]) -> Event:
    push = _Push.model_validate(payload)
    if not push.ref.startswith(_TAG):
        return Unused("tag_push", "It is not about a tag.")
    return TagPushed(_project(push.project), push.ref.removeprefix(_TAG), push.before, push.after)


def _merge_request(payload: Mapping[str, object]) -> Event:
    request = _MergeRequest.model_validate(payload)
    if request.target != request.project.id:
        return Unused("merge_request", "It is to be merged into another project.")
    return MergeRequestChanged(
        _project(request.project), request.iid, request.source, request.branch, request.state, request.head,
        request.updated_at,
    )  # fmt: skip


def _pipeline(payload: Mapping[str, object]) -> Event:
    found = _Pipeline.model_validate(payload)
    project = _project(found.project)
    return PipelineChanged(project, found.id, found.ref, found.tag, found.sha, found.status, found.ended)


def _token(payload: Mapping[str, object]) -> Event:
    token = _Token.model_validate(payload)
    if token.project is not None:
        return TokenExpires(_project(token.project), token.name, token.expires_at)
    if token.group is not None:
        group = Project("", token.group.group_id, token.group.group_path, "")
        return TokenExpires(group, token.name, token.expires_at)
    return Unused("access_token", "It names neither a project nor a group.")


def _job(payload: Mapping[str, object]) -> Event:
    job = _Job.model_validate(payload)
    home, url = job.repository.homepage, job.repository.git_http_url
    path = urlsplit(home).path.strip("/")
    project = _project(_Project(id=job.project_id, web_url=home, path_with_namespace=path, git_http_url=url))
    return JobChanged(
        project, job.build_id, job.build_name, job.pipeline_id, job.ref, job.tag, job.build_status
    )


def _project(project: _Project) -> Project:
    address = urlsplit(project.web_url)
    if not address.hostname or address.scheme not in _STANDARD_PORTS:
        raise ValueError(project.web_url)
    port = "" if address.port in {None, _STANDARD_PORTS[address.scheme]} else f":{address.port}"
    return Project(
        address.hostname.lower() + port, project.id, project.path_with_namespace, project.git_http_url
    )


_READERS: dict[str, Callable[[Mapping[str, object]], Event]] = {
    "push": _push,
    "tag_push": _tag_push,
    "merge_request": _merge_request,
    "pipeline": _pipeline,
    "build": _job,
    "access_token": _token,
}
