"""What starts a pipeline, and what the pipeline is made of.

Facts: https://docs.gitlab.com/ci/pipelines/#skip-a-pipeline, https://docs.gitlab.com/topics/git/push_options/,
https://docs.gitlab.com/ci/jobs/ci_job_token/ (a push with a job's token starts none),
https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.gitlab_double import ci_variables
from tests.gitlab_double.ci_config import load
from tests.gitlab_double.ci_inputs import ConfigError
from tests.gitlab_double.ci_selection import Selected, select
from tests.gitlab_double.forge import Forge
from tests.gitlab_double.merge_requests import MergeRequest
from tests.gitlab_double.people import User
from tests.gitlab_double.pipelines import Job, Pipeline
from tests.gitlab_double.places import Project
from tests.gitlab_double.pushes import TAGS, Moved, Push
from tests.gitlab_double.repository import ZERO

Row = dict[str, Any]
_SKIP = re.compile(r"\[(ci[ _-]skip|skip[ _-]ci)\]", re.IGNORECASE)


class Triggers:
    """Listens to the forge and makes pipelines; `started` is called with each that has something to run."""

    def __init__(self, forge: Forge, started: Callable[[Pipeline], None]) -> None:
        self._forge = forge
        self._started = started
        forge.listeners.append(self._happened)

    def _happened(self, what: str, project: Project, **facts: Any) -> None:
        if what == "pipeline_wanted":
            self._push(project, **facts)
        elif what == "merge_request_pipeline_wanted":
            self._merge_request(**facts)
        elif what == "run_wanted":
            self._run(project, **facts)

    def _push(self, project: Project, moved: Moved, push: Push) -> None:
        if push.job or "ci.no_pipeline" in push.options:
            return
        tag = moved.ref.startswith(TAGS)
        name = moved.ref.removeprefix(TAGS).removeprefix("refs/heads/")
        sha = project.repository.resolve(moved.ref)
        if not sha:
            return
        skip = push.skips_pipelines or _SKIP.search(project.repository.commit(sha).message) is not None
        before = moved.before if moved.before != ZERO and not tag else ZERO
        self._make(project, name, sha, push.user, "push", skip=skip, tag=tag, before_sha=before)

    def _merge_request(self, it: MergeRequest, user: User) -> None:
        """In the fork, for a merge request from one; its head is run, not a merge."""
        where = it.source
        name = f"refs/merge-requests/{it.iid}/head"
        if where is it.target:
            self._make(where, name, it.sha, user, "merge_request_event", merge_request=it)

    def _run(
        self, project: Project, ref: str, sha: str, user: User, source: str, variables: list[Row]
    ) -> None:
        tag = f"{TAGS}{ref}" in project.repository.refs(TAGS)
        self._make(project, ref, sha, user, source, tag=tag, variables=variables)

    def _make(
        self,
        project: Project,
        ref: str,
        sha: str,
        user: User,
        source: str,
        *,
        skip: bool = False,
        **more: Any,
    ) -> None:
        draft = Pipeline(0, 0, project, ref, sha, user, source, **more)
        known = ci_variables.of_pipeline(self._forge, draft)
        known |= ci_variables.of_settings(project, protected=ci_variables.is_protected(draft))
        known |= {row["key"]: str(row["value"]) for row in draft.variables}
        try:
            config = load(self._forge, project, sha, user)
            if config is None:
                return
            selected = select(config, source, known)
        except ConfigError as fault:
            broken = self._forge.new_pipeline(
                project, ref, sha, user, source, forced="failed", yaml_errors=str(fault), **more
            )
            self._forge.pipeline_changed(broken)
            return
        if not selected:
            return
        made = self._forge.new_pipeline(project, ref, sha, user, source, **more)
        used = {job.config["stage"] for job in selected}
        made.stages = [stage for stage in config.stages if stage in used]
        if skip:
            made.forced = "skipped"
            self._forge.pipeline_changed(made)
            return
        made.jobs = [self._job(made, job) for job in selected]
        self._forge.pipeline_changed(made)
        self._started(made)

    def _job(self, pipeline: Pipeline, selected: Selected) -> Job:
        project, config = pipeline.project, selected.config
        key = config.get("resource_group")
        if key and all(row["key"] != key for row in project.resource_groups):
            number = self._forge.number("resource_group")
            project.resource_groups.append({"id": number, "key": key, "process_mode": "unordered"})
        status = "manual" if selected.when == "manual" else "created"
        return Job(
            self._forge.number("job"), selected.name, config["stage"], pipeline, pipeline.user, status=status,
            allow_failure=selected.allow_failure, config={**config, "when": selected.when, "needs": selected.needs},
            variables=selected.variables,
        )  # fmt: skip
