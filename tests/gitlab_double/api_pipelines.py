"""API: pipelines and jobs.

Facts: https://docs.gitlab.com/api/pipelines/, https://docs.gitlab.com/api/jobs/
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure, forbidden
from tests.gitlab_double.people import Level
from tests.gitlab_double.pipelines import DONE, Pipeline

api = Blueprint("pipelines", __name__)
Row = dict[str, Any]
ONE = "/projects/<path>/pipelines/<number>"


@api.get("/projects/<path>/pipelines")
def pipelines(path: str) -> Response:
    asked = rim.given()
    found = [
        pipeline for pipeline in rim.project(path).pipelines
        if all(
            str(asked.get(name, getattr(pipeline, name))) == getattr(pipeline, name)
            for name in ("ref", "sha", "status", "source")
        )
        and _in_scope(pipeline, str(asked.get("scope", "")))
    ]  # fmt: skip
    return rim.page(rim.ordered(found, lambda it: it.id), lambda it: it.as_json(rim.url(), listed=True))


@api.get("/projects/<path>/pipelines/latest")
def latest(path: str) -> Row:
    project = rim.project(path)
    ref = str(rim.given().get("ref") or project.default_branch)
    sha = project.repository.resolve(ref)
    for pipeline in reversed(project.pipelines):
        if (pipeline.ref, pipeline.sha) == (ref, sha):
            return pipeline.as_json(rim.url())
    raise forbidden()


@api.get(ONE)
def one(path: str, number: str) -> Row:
    return _found(path, number).as_json(rim.url())


@api.get(f"{ONE}/jobs")
def jobs_of_pipeline(path: str, number: str) -> Response:
    pipeline = _found(path, number)
    old = str(rim.given().get("include_retried", "")).lower() == "true"
    scope = {*request.args.getlist("scope[]"), *request.args.getlist("scope")}
    found = [
        job for job in pipeline.jobs
        if not job.external and (old or not job.retried) and (not scope or job.status in scope)
    ]  # fmt: skip
    return rim.page(rim.ordered(found, lambda job: job.id), lambda job: job.as_json(rim.url()))


@api.get(f"{ONE}/variables")
def variables(path: str, number: str) -> Response:
    return rim.page(_found(path, number).variables, lambda row: row)


@api.post("/projects/<path>/pipeline")
def create(path: str) -> tuple[Row, int]:
    """Run a pipeline on a branch or tag."""
    project = rim.project(path, Level.DEVELOPER, writing=True)
    wanted, who = rim.need("ref"), rim.actor()
    sha = project.repository.resolve(str(wanted["ref"]))
    if not sha:
        raise Failure(400, {"message": {"base": ["Reference not found"]}})
    before = len(project.pipelines)
    given = wanted.get("variables") or []
    rim.forge().happened(
        "run_wanted", project, ref=str(wanted["ref"]), sha=sha, user=who, source="api", variables=given
    )
    if len(project.pipelines) == before:
        raise Failure(400, {"message": {"base": ["Missing CI config file"]}})
    return project.pipelines[-1].as_json(rim.url()), 201


@api.post(f"{ONE}/cancel")
@api.post(f"{ONE}/retry")
def cancel_or_retry(path: str, number: str) -> tuple[Row, int]:
    rim.project(path, Level.DEVELOPER, writing=True)
    pipeline = _found(path, number)
    if request.path.endswith("/cancel"):
        for job in pipeline.jobs:
            if job.status not in DONE:
                job.move("cancel")
        rim.forge().happened("canceled", pipeline.project, it=pipeline)
        rim.forge().pipeline_changed(pipeline)
    else:
        rim.forge().happened("retry_wanted", pipeline.project, it=pipeline, user=rim.actor())
    return pipeline.as_json(rim.url()), 201


@api.get("/projects/<path>/jobs")
def jobs(path: str) -> Response:
    scope = {*request.args.getlist("scope[]"), *request.args.getlist("scope")}
    found = [
        job for pipeline in rim.project(path, Level.REPORTER).pipelines for job in pipeline.jobs
        if not job.external and (not scope or job.status in scope)
    ]  # fmt: skip
    return rim.page(rim.ordered(found, lambda job: job.id), lambda job: job.as_json(rim.url()))


@api.get("/projects/<path>/jobs/<number>")
def job(path: str, number: str) -> Row:
    return rim.forge().find_job(rim.project(path, Level.REPORTER), number).as_json(rim.url())


@api.post("/projects/<path>/jobs/<number>/play")
def play(path: str, number: str) -> Row:
    """Start a job that waits for somebody."""
    found = rim.forge().find_job(rim.project(path, Level.DEVELOPER, writing=True), number)
    if found.status != "manual":
        raise Failure(400, "Unplayable Job")
    found.status = "created"
    rim.forge().happened("job_wanted", found.pipeline.project, job=found)
    return found.as_json(rim.url())


@api.get("/projects/<path>/jobs/<number>/trace")
def trace(path: str, number: str) -> Response:
    found = rim.forge().find_job(rim.project(path, Level.REPORTER), number)
    return Response(found.trace, content_type="text/plain")


@api.get("/projects/<path>/jobs/<number>/artifacts/<path:file>")
def artifact(path: str, number: str, file: str) -> Response:
    found = rim.forge().find_job(rim.project(path, Level.REPORTER), number)
    where = found.artifacts and (found.artifacts / file).resolve()
    if not where or not found.artifacts or not where.is_relative_to(found.artifacts) or not where.is_file():
        raise Failure(404, "404 Not found")
    return Response(where.read_bytes(), content_type="application/octet-stream")


def _found(path: str, number: str) -> Pipeline:
    return rim.forge().find_pipeline(rim.project(path), number)


def _in_scope(pipeline: Pipeline, scope: str) -> bool:
    match scope:
        case "running" | "pending":
            return pipeline.status == scope
        case "finished":
            return pipeline.status in DONE
        case "tags" | "branches":
            return pipeline.tag == (scope == "tags")
    return True
