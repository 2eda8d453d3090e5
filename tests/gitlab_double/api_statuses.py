"""API: commit statuses, which live in pipelines.

Facts: https://docs.gitlab.com/api/commits/#set-the-pipeline-status-of-a-commit,
https://docs.gitlab.com/ci/ci_cd_for_external_repos/external_commit_statuses/ and
`app/services/ci/create_commit_status_service.rb` of gitlabhq/gitlabhq.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from tests.gitlab_double import rim
from tests.gitlab_double.failure import Failure, not_found
from tests.gitlab_double.people import Level
from tests.gitlab_double.pipelines import Job, Pipeline
from tests.gitlab_double.places import Project

api = Blueprint("statuses", __name__)
Row = dict[str, Any]
_EVENT = {
    "pending": "enqueue", "running": "run", "success": "success", "failed": "drop", "canceled": "cancel", "skipped": "skip",
}  # fmt: skip
STAGE = "external"
LONGEST = 255


@api.get("/projects/<path>/repository/commits/<sha>/statuses")
def statuses(path: str, sha: str) -> Response:
    project, asked = rim.project(path, Level.REPORTER), rim.given()
    oid = project.repository.resolve(sha)
    if not oid:
        raise not_found("Commit")
    everything = str(asked.get("all", "")).lower() == "true"
    found = [
        job for pipeline in project.pipelines if pipeline.sha == oid for job in pipeline.jobs
        if asked.get("ref", pipeline.ref) == pipeline.ref and asked.get("name", job.name) == job.name
        and asked.get("stage", job.stage) == job.stage and (everything or not job.retried)
    ]  # fmt: skip
    return rim.page(sorted(found, key=lambda job: job.id), lambda job: job.status_json(rim.url()))


@api.post("/projects/<path>/statuses/<sha>")
def create(path: str, sha: str) -> tuple[Row, int]:
    project = rim.project(path, Level.DEVELOPER, writing=True)
    wanted, forge = rim.given(), rim.forge()
    oid = project.repository.resolve(sha)
    if not oid:
        raise not_found("Commit")
    state = wanted.get("state")
    if not state:
        raise Failure(400, {"error": "state is missing"})
    if state not in _EVENT:
        raise Failure(400, {"error": "state does not have a valid value"})
    if len(str(wanted.get("description") or "")) > LONGEST:
        raise Failure(400, {"message": {"description": [f"is too long (maximum is {LONGEST} characters)"]}})
    pipeline = _pipeline(project, oid, wanted)
    job = _status(pipeline, str(wanted.get("name") or wanted.get("context") or "default"))
    for name in ("description", "target_url", "coverage"):
        if wanted.get(name) is not None:
            setattr(job, name, wanted[name])
    if state == "running" and job.status == "created":
        job.move("enqueue")
    job.move(_EVENT[str(state)])
    if job not in pipeline.jobs:
        for older in pipeline.jobs:
            older.retried = older.retried or (older.external and older.name == job.name)
        pipeline.jobs.append(job)
    forge.pipeline_changed(pipeline)
    return job.status_json(rim.url()), 201


def _pipeline(project: Project, sha: str, wanted: Row) -> Pipeline:
    """The newest of the commit, and of the ref when one is given; else a new one."""
    ref, number = wanted.get("ref"), wanted.get("pipeline_id")
    for pipeline in reversed(project.pipelines):
        if (
            pipeline.sha == sha
            and ref in {None, pipeline.ref}
            and str(number or pipeline.id) == str(pipeline.id)
        ):
            return pipeline
    if number:
        raise not_found("Pipeline for pipeline_id, sha and ref")
    names = project.repository.line(
        "for-each-ref", "--format=%(refname:short)", "--contains", sha, "refs/heads/"
    )
    branch = ref or next(iter(names.splitlines()), "")
    if not branch:
        raise not_found("References for commit")
    return rim.forge().new_pipeline(project, str(branch), sha, rim.actor(), "external", stages=[STAGE])


def _status(pipeline: Pipeline, name: str) -> Job:
    """The one of this name and user that has not ended; else a new one."""
    who = rim.actor()
    for job in pipeline.jobs:
        if job.external and (job.name, job.user) == (name, who) and job.status in {"running", "pending"}:
            return job
    if STAGE not in pipeline.stages:
        pipeline.stages.append(STAGE)
    return Job(rim.forge().number("job"), name, STAGE, pipeline, who, external=True)
