"""The runner: takes the jobs of pipelines in their order and runs them, once a test has brought it online.

Facts: https://docs.gitlab.com/ci/resource_groups/, https://docs.gitlab.com/ci/yaml/#needs,
https://docs.gitlab.com/ci/yaml/#retry. Without a runner jobs wait, `pending`, as on any GitLab.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.builders.waiting import until
from tests.gitlab_double.execution import Execution
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.oidc import Issuer
from tests.gitlab_double.people import User
from tests.gitlab_double.pipelines import DONE, Job, Pipeline
from tests.gitlab_double.places import Project
from tests.gitlab_double.triggers import Triggers

LOST = "runner_system_failure"


class Runner:
    """It.

    Attributes:
        broken: names of jobs whose runner fails when they run next.
    """

    def __init__(self, forge: Forge, issuer: Issuer) -> None:
        self.broken: list[str] = []
        self._forge = forge
        self._issuer = issuer
        self._path = ""
        self._extra: dict[str, str] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._holders: dict[tuple[int, str], Job] = {}
        self._executions: list[Execution] = []
        Triggers(forge, self._advance)
        forge.listeners.append(self._happened)

    def online(self, *commands: Path, jobs: int = 2, variables: Mapping[str, str] | None = None) -> None:
        """Begin to run jobs, with these directories first on PATH, and what waited so far.

        Args:
            commands: directories of commands that an image would hold.
            jobs: at once.
            variables: of the machine, such as an image's `ENV`.
        """
        self._path = ":".join([*(str(path) for path in commands), "/usr/local/bin:/usr/bin:/bin"])
        self._extra = dict(variables or {})
        with self._forge.lock:
            self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="runner")
            for pipeline in self._pipelines():
                for job in pipeline.jobs:
                    if job.status == "pending" and not job.external:
                        self._submit(job)

    def settle(self) -> None:
        """Wait until no pipeline has a job left to run."""
        until(lambda: not self._busy(), "all pipelines ended")

    def close(self) -> None:
        """End it, and what runs."""
        for execution in list(self._executions):
            execution.kill()
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _busy(self) -> bool:
        with self._forge.lock:
            return any(
                job.status not in DONE and job.status != "manual" and not job.external
                for pipeline in self._pipelines()
                for job in pipeline.jobs
            )

    def _pipelines(self) -> Sequence[Pipeline]:
        return [
            pipeline
            for project in self._forge.projects
            for pipeline in project.pipelines
            if not pipeline.forced
        ]

    def _happened(self, what: str, project: Project, **facts: Any) -> None:
        if what == "retry_wanted":
            self._retry_failed(facts["it"], facts["user"])
        elif what == "canceled":
            for execution in self._executions:
                if execution.job.pipeline is facts["it"]:
                    execution.kill()
        elif what == "job_wanted":
            self._advance(facts["job"].pipeline)

    def _retry_failed(self, pipeline: Pipeline, user: User) -> None:
        for job in list(pipeline.jobs):
            if job.status in {"failed", "canceled", "skipped"} and not job.retried and not job.external:
                self._again(job, user)
        self._advance(pipeline)

    def _again(self, job: Job, user: User) -> None:
        fresh = Job(
            self._forge.number("job"), job.name, job.stage, job.pipeline, user,
            config=copy.deepcopy(job.config), variables=dict(job.variables),
        )  # fmt: skip
        job.retried = True
        job.pipeline.jobs.append(fresh)

    def _advance(self, pipeline: Pipeline) -> None:
        """Start, or skip, whatever no longer waits for another job."""
        moved = True
        while moved:
            moved = False
            for job in [job for job in pipeline.jobs if job.status == "created" and not job.retried]:
                before = self._before(job)
                if all(other.status in DONE or other.status == "manual" for other in before):
                    self._decide(job, before)
                    moved = True
        self._forge.pipeline_changed(pipeline)

    @staticmethod
    def _before(job: Job) -> list[Job]:
        """The jobs that it waits for."""
        others = [other for other in job.pipeline.jobs if not other.retried and not other.external]
        needs, stages = job.config["needs"], job.pipeline.stages
        if needs is not None:
            wanted = {name for name, _ in needs}
            return [other for other in others if other.name in wanted]
        return [other for other in others if stages.index(other.stage) < stages.index(job.stage)]

    def _decide(self, job: Job, before: list[Job]) -> None:
        good = all(other.status in {"success", "manual"} or other.allow_failure for other in before)
        skipped = any(other.status == "skipped" for other in before) and job.config["needs"] is not None
        runs = {"always": True, "on_failure": not good}.get(job.config["when"], good and not skipped)
        if not runs:
            self._move(job, "skip")
            return
        key = job.config.get("resource_group")
        if key and self._holders.setdefault((job.pipeline.project.id, key), job) is not job:
            job.status = "waiting_for_resource"
            self._forge.happened("build", job.pipeline.project, job=job)
            return
        self._move(job, "enqueue")
        self._submit(job)

    def _submit(self, job: Job) -> None:
        if self._pool:
            self._pool.submit(self._run, job)

    def _run(self, job: Job) -> None:
        try:
            self._run_one(job)
        except Exception as fault:
            self._forge.broken.append(fault)
            raise

    def _run_one(self, job: Job) -> None:
        with self._forge.lock:
            if job.status != "pending":
                self._ended(job)
                return
            self._move(job, "run")
            execution = Execution(self._forge, self._issuer, job, self._path, self._extra)
            self._executions.append(execution)
            broken = job.name in self.broken
            if broken:
                self.broken.remove(job.name)
        code = execution.run(broken=broken)
        with self._forge.lock:
            self._executions.remove(execution)
            if job.status == "running":
                self._finish(job, code, LOST if broken else "script_failure")
            self._ended(job)

    def _finish(self, job: Job, code: int, reason: str) -> None:
        allowed = job.config.get("allow_failure")
        if isinstance(allowed, dict):
            codes = allowed["exit_codes"]
            job.allow_failure = code in (codes if isinstance(codes, list) else [codes])
        if code:
            job.failure_reason = reason
        self._move(job, "drop" if code else "success")
        retry = job.config.get("retry") or {}
        settings = retry if isinstance(retry, dict) else {"max": retry}
        when = settings.get("when", "always")
        tries = sum(other.name == job.name for other in job.pipeline.jobs)
        if (
            code
            and tries <= settings.get("max", 0)
            and ({reason, "always"} & {*([when] if isinstance(when, str) else when)})
        ):
            self._again(job, job.user)

    def _ended(self, job: Job) -> None:
        key = job.config.get("resource_group")
        place = (job.pipeline.project.id, key or "")
        if self._holders.get(place) is job:
            del self._holders[place]
            self._hand_on(job.pipeline.project, place)
        self._advance(job.pipeline)

    def _hand_on(self, project: Project, place: tuple[int, str]) -> None:
        """The resource goes to one that waits; to the oldest, or newest, where the group says so."""
        waiting = [
            job for pipeline in project.pipelines for job in pipeline.jobs
            if job.status == "waiting_for_resource" and job.config.get("resource_group") == place[1]
        ]  # fmt: skip
        mode = next(row["process_mode"] for row in project.resource_groups if row["key"] == place[1])
        if waiting:
            chosen = waiting[-1] if mode.startswith("newest") else waiting[0]
            self._holders[place] = chosen
            self._move(chosen, "enqueue")
            self._submit(chosen)

    def _move(self, job: Job, event: str) -> None:
        job.move(event)
        self._forge.happened("build", job.pipeline.project, job=job)
        self._forge.pipeline_changed(job.pipeline)
