"""Pipelines, their jobs and commit statuses.

Facts: https://docs.gitlab.com/api/pipelines/, https://docs.gitlab.com/api/jobs/,
https://docs.gitlab.com/api/commits/#set-the-pipeline-status-of-a-commit
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.gitlab_double.failure import Failure
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.people import User, stamp
from tests.gitlab_double.places import Project

Row = dict[str, Any]
DONE = frozenset({"success", "failed", "canceled", "skipped"})
ACTIVE = ("running", "pending", "waiting_for_resource", "created")
# Event of the state machine -> states it may start from.
_FROM = {
    "enqueue": {"created", "waiting_for_resource", "skipped", "manual"},
    "run": {"pending"},
    "success": {"created", "waiting_for_resource", "pending", "running"},
    "drop": {"created", "waiting_for_resource", "pending", "running"},
    "cancel": {"created", "waiting_for_resource", "pending", "running", "manual"},
    "skip": {"created", "waiting_for_resource", "pending"},
}
_TO = {
    "enqueue": "pending", "run": "running", "success": "success", "drop": "failed", "cancel": "canceled", "skip": "skipped",
}  # fmt: skip


@dataclass(eq=False)
class Job:
    """A job, or a status that somebody outside reported.

    Attributes:
        external: a commit status.
        config: of the job, with everything worked in.
        allow_failure: whether its failure is only a warning; known when it ended where exit codes decide.
    """

    id: int
    name: str
    stage: str
    pipeline: Pipeline
    user: User
    external: bool = False
    status: str = "created"
    allow_failure: bool = False
    description: str | None = None
    target_url: str | None = None
    coverage: float | None = None
    failure_reason: str | None = None
    retried: bool = False
    config: Row = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    trace: bytes = b""
    artifacts: Path | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def duration(self) -> float | None:
        if self.started_at is None:
            return None
        return ((self.finished_at or datetime.now(UTC)) - self.started_at).total_seconds()

    def move(self, event: str) -> None:
        """One step of the state machine.

        Raises:
            Failure: 400, from where it is there is no such step.
        """
        if self.status not in _FROM[event]:
            raise Failure(
                400,
                f'Cannot transition status via :{event} from :{self.status} (Reason(s): Status cannot transition via "{event}")',
            )
        self.status = _TO[event]
        if self.status == "running":
            self.started_at = datetime.now(UTC)
        if self.status in DONE:
            self.finished_at = datetime.now(UTC)

    def status_json(self, url: str) -> Row:
        """As a commit status."""
        return {
            "id": self.id,
            "sha": self.pipeline.sha,
            "ref": self.pipeline.ref,
            "status": self.status,
            "name": self.name,
            "target_url": self.target_url if self.external else self.web_url(url),
            "description": self.description,
            "created_at": stamp(self.created_at),
            "started_at": stamp(self.started_at),
            "finished_at": stamp(self.finished_at),
            "allow_failure": self.allow_failure,
            "coverage": self.coverage,
            "pipeline_id": self.pipeline.id,
            "author": self.user.brief(url),
        }

    def web_url(self, url: str) -> str:
        return f"{self.pipeline.project.web_url(url)}/-/jobs/{self.id}"

    def as_json(self, url: str) -> Row:
        """As a job."""
        pipeline = self.pipeline
        return {
            "id": self.id,
            "status": self.status,
            "stage": self.stage,
            "name": self.name,
            "ref": pipeline.ref,
            "tag": pipeline.tag,
            "coverage": self.coverage,
            "allow_failure": self.allow_failure,
            "created_at": stamp(self.created_at),
            "started_at": stamp(self.started_at),
            "finished_at": stamp(self.finished_at),
            "erased_at": None,
            "duration": self.duration,
            "queued_duration": 0.1,
            "user": self.user.brief(url),
            "commit": {"id": pipeline.sha, "short_id": pipeline.sha[:8]},
            "pipeline": {
                "id": pipeline.id,
                "iid": pipeline.iid,
                "project_id": pipeline.project.id,
                "ref": pipeline.ref,
                "sha": pipeline.sha,
                "status": pipeline.status,
                "source": pipeline.source,
            },
            "failure_reason": self.failure_reason,
            "web_url": self.web_url(url),
            "project": {"ci_job_token_scope_enabled": False},
            "artifacts": [],
            "runner": None,
            "tag_list": [],
        }


@dataclass(eq=False)
class Pipeline:
    """A pipeline.

    Attributes:
        ref: short name; `refs/merge-requests/IID/head` for a merge request's.
        source: `push`, `merge_request_event`, `schedule`, `web`, `api`, `external`, ...
        stages: in order.
        told: the status that webhooks told last.
        forced: the status while no job decides it, as with `ci.skip`.
    """

    id: int
    iid: int
    project: Project
    ref: str
    sha: str
    user: User
    source: str
    tag: bool = False
    before_sha: str = "0" * 40
    merge_request: MergeRequest | None = None
    stages: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    variables: list[Row] = field(default_factory=list)
    forced: str = ""
    told: str = ""
    yaml_errors: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def status(self) -> str:
        """Worked out from the jobs, as GitLab does."""
        states = [job.status for job in self.jobs if not job.retried]
        if not states:
            return self.forced or "created"
        if any(state in ACTIVE for state in states):
            if set(states) <= {"created"}:
                return "created"
            started = any(state in {"running", "success", "failed"} for state in states)
            return "running" if started else "pending"
        if any(job.status == "failed" and not job.allow_failure for job in self.jobs if not job.retried):
            return "failed"
        return next(
            (state for state in ("canceled", "success", "failed") if state in states), "skipped"
        ).replace("failed", "success")

    @property
    def finished_at(self) -> datetime | None:
        ends = [job.finished_at for job in self.jobs if job.finished_at]
        return max(ends) if ends and self.status in DONE else None

    @property
    def started_at(self) -> datetime | None:
        return min((job.started_at for job in self.jobs if job.started_at), default=None)

    def web_url(self, url: str) -> str:
        return f"{self.project.web_url(url)}/-/pipelines/{self.id}"

    def as_json(self, url: str, *, listed: bool = False) -> Row:
        shown = {
            "id": self.id,
            "iid": self.iid,
            "project_id": self.project.id,
            "sha": self.sha,
            "ref": self.ref,
            "status": self.status,
            "source": self.source,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.finished_at or self.started_at or self.created_at),
            "web_url": self.web_url(url),
            "name": None,
        }
        if not listed:
            ended = self.finished_at
            shown |= {
                "before_sha": self.before_sha,
                "tag": self.tag,
                "yaml_errors": self.yaml_errors,
                "user": self.user.brief(url),
                "started_at": stamp(self.started_at),
                "finished_at": stamp(ended),
                "committed_at": None,
                "duration": int((ended - self.started_at).total_seconds())
                if ended and self.started_at
                else None,
                "queued_duration": 0,
                "coverage": None,
                "detailed_status": {"text": self.status, "label": self.status, "group": self.status},
            }
        return shown
