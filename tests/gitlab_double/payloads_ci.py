"""Bodies of the webhooks of pipelines and jobs.

Shapes: https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events and #job-events
"""

from __future__ import annotations

from typing import Any

from tests.gitlab_double.forge import Forge
from tests.gitlab_double.payloads import repository
from tests.gitlab_double.people import event_stamp
from tests.gitlab_double.pipelines import Job, Pipeline
from tests.gitlab_double.places import Project

Row = dict[str, Any]


def pipeline(forge: Forge, project: Project, it: Pipeline, status: str) -> Row:
    """A pipeline came to a state, with all its jobs."""
    commit = project.repository.commit(it.sha)
    ended = it.finished_at
    merge_request = it.merge_request
    return {
        "object_kind": "pipeline",
        "object_attributes": {
            "id": it.id,
            "iid": it.iid,
            "name": None,
            "ref": it.ref,
            "tag": it.tag,
            "sha": it.sha,
            "before_sha": it.before_sha,
            "source": it.source,
            "status": status,
            "detailed_status": "passed" if status == "success" else status,
            "stages": it.stages,
            "created_at": event_stamp(it.created_at),
            "finished_at": event_stamp(ended),
            "duration": int((ended - it.started_at).total_seconds()) if ended and it.started_at else None,
            "queued_duration": 0,
            "protected_ref": project.protection(f"refs/{'tags' if it.tag else 'heads'}/{it.ref}") is not None,
            "variables": [{"key": row["key"], "value": row["value"]} for row in it.variables],
            "url": it.web_url(forge.url),
        },
        "merge_request": merge_request
        and {
            "id": merge_request.id,
            "iid": merge_request.iid,
            "title": merge_request.title,
            "source_branch": merge_request.source_branch,
            "source_project_id": merge_request.source.id,
            "target_branch": merge_request.target_branch,
            "target_project_id": merge_request.target.id,
            "state": merge_request.state,
            "merge_status": "can_be_merged",
            "detailed_merge_status": merge_request.detailed_status,
            "url": merge_request.web_url(forge.url),
        },
        "user": it.user.in_event(),
        "project": project.in_event(forge.url),
        "commit": {
            "id": commit.id,
            "message": commit.message,
            "title": commit.title,
            "timestamp": commit.committer[2].isoformat(),
            "url": f"{project.web_url(forge.url)}/-/commit/{commit.id}",
            "author": {"name": commit.author[0], "email": "[REDACTED]"},
        },
        "builds": [_build(job) for job in it.jobs if not job.external],
    }


def build(forge: Forge, project: Project, job: Job) -> Row:
    """A job came to a state; what is called the commit's id here is the pipeline's."""
    it = job.pipeline
    commit = project.repository.commit(it.sha)
    return {
        "object_kind": "build",
        "ref": it.ref,
        "tag": it.tag,
        "before_sha": it.before_sha,
        "sha": it.sha,
        "retries_count": 0,
        "build_id": job.id,
        "build_name": job.name,
        "build_stage": job.stage,
        "build_status": job.status,
        "build_created_at": event_stamp(job.created_at),
        "build_started_at": event_stamp(job.started_at),
        "build_finished_at": event_stamp(job.finished_at),
        "build_duration": job.duration,
        "build_queued_duration": 0.1,
        "build_allow_failure": job.allow_failure,
        "build_failure_reason": job.failure_reason or "unknown_failure",
        "pipeline_id": it.id,
        "runner": None,
        "project_id": project.id,
        "project_name": project.full_path.replace("/", " / "),
        "user": job.user.in_event(),
        "commit": {
            "id": it.id,
            "name": None,
            "sha": it.sha,
            "message": commit.message,
            "author_name": commit.author[0],
            "author_email": "[REDACTED]",
            "status": it.status,
            "duration": None,
            "started_at": event_stamp(it.started_at),
            "finished_at": event_stamp(it.finished_at),
        },
        "repository": repository(project, forge.url),
        "project": project.in_event(forge.url),
        "environment": _environment(job),
    }


def _build(job: Job) -> Row:
    return {
        "id": job.id,
        "stage": job.stage,
        "name": job.name,
        "status": job.status,
        "created_at": event_stamp(job.created_at),
        "started_at": event_stamp(job.started_at),
        "finished_at": event_stamp(job.finished_at),
        "duration": job.duration,
        "queued_duration": 0.1,
        "failure_reason": job.failure_reason,
        "when": "on_success",
        "manual": False,
        "allow_failure": job.allow_failure,
        "user": job.user.in_event(),
        "runner": None,
        "artifacts_file": {"filename": None, "size": None},
        "environment": _environment(job),
    }


def _environment(job: Job) -> Row | None:
    found = job.config.get("environment")
    if not found:
        return None
    return {"name": found["name"], "action": found.get("action", "start"), "deployment_tier": "other"}
