"""API: merge requests.

Facts: https://docs.gitlab.com/api/merge_requests/
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from tests.gitlab_double import rim
from tests.gitlab_double.api_repository import diffs, shown_commit
from tests.gitlab_double.failure import Failure
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.merging import merge
from tests.gitlab_double.people import Level, stamp
from tests.gitlab_double.pushes import HEADS, publish_head

api = Blueprint("merge_requests", __name__)
Row = dict[str, Any]
ONE = "/projects/<path>/merge_requests/<iid>"


@api.get("/projects/<path>/merge_requests")
def of_project(path: str) -> Response:
    return _listed(rim.project(path).merge_requests)


@api.get("/groups/<path>/merge_requests")
def of_group(path: str) -> Response:
    found = rim.group(path)
    return _listed(
        merge_request
        for project in rim.forge().projects
        if project.group.is_inside(found) and project.is_visible_to(rim.user())
        for merge_request in project.merge_requests
    )


@api.get("/merge_requests")
def of_everybody() -> Response:
    who = rim.actor()
    mine = rim.given().get("scope", "created_by_me") != "all"
    return _listed(
        merge_request
        for project in rim.forge().projects
        if project.is_visible_to(who)
        for merge_request in project.merge_requests
        if not mine or merge_request.author is who
    )


@api.post("/projects/<path>/merge_requests")
def create(path: str) -> tuple[Row, int]:
    forge, who = rim.forge(), rim.actor()
    source = rim.project(path, Level.DEVELOPER, writing=True)
    wanted = rim.need("source_branch", "target_branch", "title")
    target = rim.project(str(wanted["target_project_id"])) if wanted.get("target_project_id") else source
    branch, onto = str(wanted["source_branch"]), str(wanted["target_branch"])
    sha, start = source.repository.resolve(f"{HEADS}{branch}"), target.repository.resolve(f"{HEADS}{onto}")
    if source is target and branch == onto:
        raise Failure(422, {"message": ["You can't use same project/branch for source and target"]})
    if not sha or not start:
        raise Failure(400, {"message": {f"{'target' if sha else 'source'}_branch": ["does not exist"]}})
    for other in target.merge_requests:
        if (other.state, other.source, other.source_branch, other.target_branch) == (
            "opened",
            source,
            branch,
            onto,
        ):
            why = f"Another open merge request already exists for this source branch: !{other.iid}"
            raise Failure(409, {"message": [why]})
    made = MergeRequest(
        forge.number("merge_request"), len(target.merge_requests) + 1, target, source, onto, branch,
        str(wanted["title"])[:255], who, sha, start, description=str(wanted.get("description") or ""),
    )  # fmt: skip
    _take(made, wanted)
    target.merge_requests.append(made)
    publish_head(made)
    forge.happened("merge_request", target, it=made, action="open", user=who)
    forge.happened("merge_request_pipeline_wanted", target, it=made, user=who)
    return _shown(made), 201


@api.get(ONE)
def one(path: str, iid: str) -> Row:
    return _shown(_found(path, iid))


@api.put(ONE)
def update(path: str, iid: str) -> Row:
    forge, who, wanted = rim.forge(), rim.actor(), rim.given()
    it = forge.find_merge_request(rim.project(path), iid)
    if it.author is not who:
        rim.project(path, Level.DEVELOPER, writing=True)
    changes: Row = {}
    for name in ("title", "description", "target_branch"):
        if wanted.get(name) is not None and wanted[name] != getattr(it, name):
            changes[name] = {"previous": getattr(it, name), "current": wanted[name]}
            setattr(it, name, str(wanted[name]))
    _take(it, wanted)
    it.updated_at = datetime.now(UTC)
    event = wanted.get("state_event")
    if event == "close" and it.state == "opened":
        it.state, it.closed_at, it.closed_by = "closed", it.updated_at, who
        forge.happened("merge_request", it.target, it=it, action="close", user=who, changes=changes)
    elif event == "reopen" and it.state == "closed":
        it.state, it.closed_at, it.closed_by = "opened", None, None
        forge.happened("merge_request", it.target, it=it, action="reopen", user=who, changes=changes)
    else:
        forge.happened("merge_request", it.target, it=it, action="update", user=who, changes=changes)
    return _shown(it)


@api.put(f"{ONE}/merge")
def accept(path: str, iid: str) -> Row:
    project = rim.project(path, Level.DEVELOPER, writing=True)
    it, who, wanted = rim.forge().find_merge_request(project, iid), rim.actor(), rim.given()
    rule = project.protection(f"{HEADS}{it.target_branch}")
    allowed = [row["access_level"] for row in rule["merge_access_levels"]] if rule else [30]
    if not any(0 < level <= project.level(who) for level in allowed):
        raise Failure(401, "401 Unauthorized")
    squash = wanted.get("squash")
    if "should_remove_source_branch" in wanted:
        it.remove_source_branch = str(wanted["should_remove_source_branch"]).lower() == "true"
    merge(
        rim.forge(), it, who,
        sha=str(wanted.get("sha") or ""), squash=None if squash is None else str(squash).lower() == "true",
    )  # fmt: skip
    return _shown(it)


@api.get(f"{ONE}/changes")
def changes(path: str, iid: str) -> Row:
    it = _found(path, iid)
    return {**_shown(it), "changes": diffs(it.target, it.base, it.sha), "overflow": False}


@api.get(f"{ONE}/diffs")
def all_diffs(path: str, iid: str) -> Response:
    it = _found(path, iid)
    return rim.page(diffs(it.target, it.base, it.sha), lambda row: row)


@api.get(f"{ONE}/commits")
def commits(path: str, iid: str) -> Response:
    it = _found(path, iid)
    found = it.target.repository.commits(f"{it.base}..{it.sha}")
    return rim.page(found, lambda commit: shown_commit(it.target, commit))


@api.get(f"{ONE}/pipelines")
def pipelines(path: str, iid: str) -> Response:
    it = _found(path, iid)
    found = [pipeline for pipeline in reversed(it.target.pipelines) if pipeline.merge_request is it]
    return rim.page(found, lambda pipeline: pipeline.as_json(rim.url(), listed=True))


def _found(path: str, iid: str) -> MergeRequest:
    return rim.forge().find_merge_request(rim.project(path), iid)


def _shown(it: MergeRequest) -> Row:
    last = next((pipeline for pipeline in reversed(it.target.pipelines) if pipeline.sha == it.sha), None)
    return it.as_json(rim.url(), last and last.as_json(rim.url()))


def _listed(found: Iterable[MergeRequest]) -> Response:
    asked = rim.given()
    kept = [it for it in found if _matches(it, asked)]
    by = "updated_at" if asked.get("order_by") == "updated_at" else "created_at"
    return rim.page(
        rim.ordered(kept, lambda it: (getattr(it, by), it.id)), lambda it: it.as_json(rim.url(), listed=True)
    )


def _matches(it: MergeRequest, asked: Row) -> bool:
    updated = str(stamp(it.updated_at))
    iids = request.args.getlist("iids[]")
    return (
        asked.get("state", "all") in {"all", it.state}
        and asked.get("source_branch", it.source_branch) == it.source_branch
        and asked.get("target_branch", it.target_branch) == it.target_branch
        and _moment(str(asked.get("updated_after", ""))) <= _moment(updated)
        and ("updated_before" not in asked or _moment(updated) <= _moment(str(asked["updated_before"])))
        and (not iids or str(it.iid) in iids)
    )


def _moment(text: str) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise Failure(400, {"error": "updated_after is invalid"}) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _take(it: MergeRequest, wanted: Row) -> None:
    if wanted.get("labels") is not None:
        given = wanted["labels"]
        it.labels = [label for label in (given.split(",") if isinstance(given, str) else given) if label]
    for name, key in (("squash", "squash"), ("remove_source_branch", "remove_source_branch")):
        if key in wanted:
            setattr(it, name, str(wanted[key]).lower() == "true")
